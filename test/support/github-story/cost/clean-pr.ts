/** The requests of one pull request with which nothing goes wrong, made by a real run. */
import { setTimeout as wait } from 'node:timers/promises'
import { runCli } from '../../cli.ts'
import { done, ONE_TASK, WRITE_HELLO } from '../../scripts.ts'
import { createGithubPlace } from '../place.ts'
import { TINY_MATH } from '../tiny-math.ts'

export type CleanPr = {
  /** Before anything was planned: may this run do here what it will have to do? */
  readonly ready: number
  readonly lifeCycle: number
  readonly byName: Readonly<Record<string, number>>
}

export async function measureCleanPr(request: { webhooks: boolean; ciSeconds: number }): Promise<CleanPr> {
  let ready = 0
  const place = await createGithubPlace({
    scenario: ({ kind }) => {
      if (kind !== 'plan') return [WRITE_HELLO, done()]
      ready = place.github.requests.count()
      return [{ answer: ONE_TASK }]
    },
    repository: {
      files: TINY_MATH,
      ci: () => [
        {
          name: 'ci',
          jobs: [{ name: 'test', outcome: () => wait(request.ciSeconds * 1_000, 'success' as const, { ref: false }) }],
        },
      ],
    },
  })
  try {
    const webhooks = request.webhooks ? ['--webhook-port', String(place.webhookPort)] : []
    const { exitCode, stdout, stderr } = await runCli(['start', 'Say hello', '--no-verify', ...webhooks], {
      cwd: place.path,
      env: place.env,
    })
    const isClean = exitCode === 0 && place.repository.pull(1).merged && place.repository.repository.branches.size === 1
    if (!isClean) throw new Error(`the run ended with ${exitCode}: ${stderr}\n${stdout.slice(-2_000)}`)
    const names = place.github.requests.api.slice(ready).map(({ name, method, path }) => name ?? `${method} ${path}`)
    const byName: Record<string, number> = {}
    for (const name of names) byName[name] = (byName[name] ?? 0) + 1
    return { ready, lifeCycle: names.length, byName }
  } finally {
    await place.cleanup()
  }
}
