/** With webhooks: how long after a check has completed the run makes its next request, and how long until it merges. */
import { setTimeout as wait } from 'node:timers/promises'
import { startCli } from '../../cli.ts'
import { done } from '../../scripts.ts'
import { createGithubPlace, type GithubPlace } from '../place.ts'
import { TINY_MATH } from '../tiny-math.ts'

export type Reaction = {
  readonly requestMs: number
  readonly mergeMs: number
  readonly samples: readonly { readonly requestMs: number; readonly mergeMs: number }[]
}

/** Real CI takes longer than the pause GitHub asks for between opening and merging; so does this one. */
const CI_MS = 5_000

export async function measureReaction(samples: number): Promise<Reaction> {
  const names = Array.from({ length: samples }, (_, index) => `file-${index + 1}`)
  const place = await createGithubPlace({
    scenario: ({ kind, prompt }) => {
      if (kind === 'plan') return [{ answer: planOf(names) }]
      const name = /## Your task now\s+Write (\S+)/.exec(prompt)?.[1] ?? 'file-0'
      return [{ bash: `echo ${name} > ${name}.txt && git add --all && git commit --quiet -m 'add ${name}'` }, done()]
    },
    repository: {
      files: TINY_MATH,
      ci: ({ event }) => [{ name: 'ci', jobs: [{ name: 'test', outcome: event === 'push' ? 'success' : 'pending' }] }],
    },
  })
  try {
    const { path: cwd, env, webhookPort } = place
    const run = startCli(['start', 'Write files', '--no-verify', '--webhook-port', String(webhookPort)], { cwd, env })
    let over = false
    const ended = run.ended.finally(() => {
      over = true
    })
    const measured: Reaction['samples'][number][] = []
    for (let number = 1; number <= samples; number += 1) {
      await until(() => over || isPending(place, number))
      await wait(CI_MS)
      if (over) break
      measured.push(await measureOne(place, number, () => over))
    }
    const { exitCode, stdout, stderr } = await ended
    if (exitCode !== 0) throw new Error(`the run ended with ${exitCode}: ${stderr}\n${stdout.slice(-2_000)}`)
    const middle = (key: 'requestMs' | 'mergeMs') =>
      measured.map((sample) => sample[key]).sort((a, b) => a - b)[Math.floor(measured.length / 2)] ?? Number.NaN
    return { requestMs: middle('requestMs'), mergeMs: middle('mergeMs'), samples: measured }
  } finally {
    await place.cleanup()
  }
}

function planOf(names: readonly string[]): object {
  const groups = names.map((name, index) => ({
    title: `Add ${name}`,
    dependsOn: index === 0 ? [] : [index - 1],
    tasks: [{ title: `Write ${name}`, complexity: 'quick' }],
  }))
  return { criteria: [{ text: 'All files are there' }], groups }
}

function isPending({ repository }: GithubPlace, number: number): boolean {
  const head = repository.repository.pulls.get(number)?.head.sha
  return repository.repository.checkRuns.some((check) => check.headSha === head && check.status !== 'completed')
}

async function measureOne(place: GithubPlace, number: number, isOver: () => boolean) {
  const { github, repository } = place
  const seen = github.requests.api.length
  const completedAt = Date.now()
  repository.finishCheck({ name: 'test', sha: repository.pull(number).head.sha, conclusion: 'success' })
  const isMerge = ({ name }: { name: string | null }) => /merge/i.test(name ?? '')
  const later = () => github.requests.api.slice(seen)
  await until(() => isOver() || later().some(isMerge))
  const at = (request: { at: Date } | undefined) => (request?.at.getTime() ?? Number.NaN) - completedAt
  return { requestMs: at(later()[0]), mergeMs: at(later().find(isMerge)) }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await wait(5)
}
