/**
 * The same run on GitHub (the emulator, over HTTP, with git and webhooks), with a reviewer who asks for something: killed
 * at random moments, and counted where it shows: on the emulator.
 */
import type { Conversation, Scenario } from '../../src/demo/scripted-model/script.ts'
import type { GithubEvent } from '../support/github/events.ts'
import type { RepositoryHandle } from '../support/github/handle/repository.ts'
import { createOnlooker } from '../support/github-story/onlooker.ts'
import { createGithubPlace, DEVELOPER, type GithubPlace } from '../support/github-story/place.ts'
import { findRunProcesses } from '../support/processes.ts'
import { robustScenario } from '../support/robust-scenario.ts'
import { countSettled, type Killing, type LastWords, liveAndDie, readHistoryEvents } from './lives.ts'

export type KilledGithubRun = LastWords & {
  /** Subjects on the server's main branch, newest first, without the initial commit. */
  readonly merges: readonly string[]
  readonly pulls: readonly { readonly title: string; readonly merged: boolean }[]
  /** Our words, by where they stand; more than one in a thread = answered twice. */
  readonly answers: Readonly<Record<string, number>>
  /** Comments of ours below the pull requests. */
  readonly comments: number
  /** Times that reviewers were answered. */
  readonly rounds: number
  /** Branches on the server. */
  readonly branches: readonly string[]
  readonly tasksCompleted: readonly string[]
  readonly settled: Readonly<Record<string, number>>
  readonly leftProcesses: number
  /** What the people could not do. */
  readonly troubles: number
}

const REVIEWER = 'ann'

export async function runKilledOnGithub(killing: Killing): Promise<KilledGithubRun> {
  const place = await createGithubPlace({
    scenario: reviewedScenario,
    delayMs: 100,
    repository: {
      files: FILES,
      collaborators: { [REVIEWER]: 'write' },
      ci: async () => [{ name: 'ci', jobs: [{ name: 'test', outcome: 'success' }] }],
    },
  })
  const onlooker = await createOnlooker(place.github, place.repository, async (event) =>
    review(place.repository, event),
  )
  try {
    const { path, env, webhookPort } = place
    const end = await liveAndDie(killing, { path, env, args: ['--webhook-port', String(webhookPort)] })
    await place.github.settled()
    return { ...end, ...(await count(place)), troubles: onlooker.failures.length }
  } finally {
    await onlooker.close()
    await place.cleanup()
  }
}

const FILES = {
  'README.md': '# three files\n',
  'package.json': JSON.stringify({ name: 'killed', private: true, scripts: { test: 'node -e 0' } }),
  '.github/workflows/ci.yml': 'name: ci\non: [push, pull_request]\njobs:\n  test:\n    steps:\n      - run: npm test\n',
}

/** Asks for changes in two threads when the first pull request is opened, and is content once asked to look again. */
function review(repository: RepositoryHandle, event: GithubEvent): void {
  if (event.name !== 'pull_request' || event.pull.number !== 1) return
  if (event.action === 'opened') {
    const { id: reviewId } = repository.requestChanges(1, REVIEWER, 'Two questions.')
    for (const body of ['Why alpha?', 'Why a file at all?'])
      repository.addThread(1, { by: REVIEWER, path: 'alpha.txt', line: 1, body, reviewId })
  }
  if (event.action === 'review_requested') repository.approve(1, REVIEWER, 'Fine.')
}

const reviewedScenario: Scenario = (conversation) =>
  conversation.kind === 'fix-review'
    ? [{ answer: { threads: explained(conversation), summary: 'Explained.' } }]
    : typeof robustScenario === 'function'
      ? robustScenario(conversation)
      : []

/** What was asked may stand in an earlier prompt of the conversation. */
function explained({ prompts }: Conversation): readonly object[] {
  const asked = prompts
    .map((prompt) => [...prompt.matchAll(/^(?:Thread|Review that asks for changes|Comment) (\S+?)(?: on \S+)?:$/gm)])
    .findLast((found) => found.length > 0)
  return (asked ?? []).map(([, id]) => ({ id, action: 'explained', message: `Because of ${id}.` }))
}

async function count({
  repository,
  path,
  env,
}: GithubPlace): Promise<Omit<KilledGithubRun, keyof LastWords | 'troubles'>> {
  const events = readHistoryEvents(path)
  const pulls = [...repository.repository.pulls.values()]
  const threads = pulls.flatMap((pull) => pull.threads)
  return {
    merges: (await repository.log('main')).map(({ message }) => message.split('\n')[0] ?? '').slice(0, -1),
    pulls: pulls.map(({ title, merged }) => ({ title, merged })),
    answers: Object.fromEntries(
      threads.map(({ comments }) => [
        comments[0]?.body ?? '',
        comments.filter(({ author }) => author === DEVELOPER).length,
      ]),
    ),
    comments: pulls.flatMap((pull) => pull.comments).filter(({ author }) => author === DEVELOPER).length,
    rounds: events.filter((event) => event.type === 'reviews.answered').length,
    branches: [...repository.repository.branches.keys()],
    tasksCompleted: events.flatMap((event) => (event.type === 'task.completed' ? [event.title] : [])),
    settled: countSettled(events),
    leftProcesses: findRunProcesses(env.CLAUDETM_HOME ?? '').length,
  }
}
