/**
 * One run with the built-in forge, killed with SIGKILL at random moments and resumed each time until it ends; then the
 * world is counted: commits, pull requests, tasks, answers that were paid for.
 */
import { createPlace, type Place } from '../support/place.ts'
import { findRunProcesses } from '../support/processes.ts'
import { robustScenario } from '../support/robust-scenario.ts'
import { countSettled, type Killing, type LastWords, liveAndDie, readHistoryEvents } from './lives.ts'

export type KilledRun = LastWords & {
  /** Subjects on the target branch, newest first, without the initial commit. */
  readonly merges: readonly string[]
  readonly prs: number
  readonly tasksCompleted: readonly string[]
  readonly settled: Readonly<Record<string, number>>
  /** Final answers the model gave, recorded or not. */
  readonly answers: number
  readonly worktrees: number
  readonly leftProcesses: number
}

export async function runKilled(killing: Killing): Promise<KilledRun> {
  const place = await createPlace({
    scenario: robustScenario,
    delayMs: 100,
    repository: { files: { 'package.json': PACKAGE } },
  })
  try {
    const end = await liveAndDie(killing, { path: place.repository.path, env: place.env })
    return { ...end, ...(await count(place)) }
  } finally {
    await place.cleanup()
  }
}

const PACKAGE = JSON.stringify({ name: 'killed', private: true, scripts: { test: 'node -e 0' } })

async function count({ repository, model, env }: Place): Promise<Omit<KilledRun, keyof LastWords>> {
  const events = readHistoryEvents(repository.path)
  return {
    merges: (await repository.git(['log', '--format=%s', 'main'])).split('\n').slice(0, -1),
    prs: events.filter((event) => event.type === 'pr.created').length,
    tasksCompleted: events.flatMap((event) => (event.type === 'task.completed' ? [event.title] : [])),
    settled: countSettled(events),
    answers: model
      .requests()
      .filter(
        ({ step, conversation, outcome }) => outcome === 'answered' && step === (conversation.kind === 'work' ? 1 : 0),
      ).length,
    worktrees: (await repository.git(['worktree', 'list'])).split('\n').length - 1,
    leftProcesses: findRunProcesses(env.CLAUDETM_HOME ?? '').length,
  }
}
