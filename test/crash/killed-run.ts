/**
 * One run, killed with SIGKILL at random moments and resumed each time until it ends; then the world is counted: commits,
 * pull requests, tasks, answers that were paid for.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { RunEvent } from '../../src/domain/events.ts'
import { startCli } from '../support/cli.ts'
import { createPlace, type Place } from '../support/place.ts'
import { findRunProcesses } from '../support/processes.ts'
import { robustScenario } from '../support/robust-scenario.ts'

export type KilledRun = {
  readonly kills: number
  readonly exitCode: number | null
  readonly lastOutput: string
  /** Subjects on the target branch, newest first, without the initial commit. */
  readonly merges: readonly string[]
  readonly prs: number
  readonly tasksCompleted: readonly string[]
  /** Sessions that had ended with an answer we had recorded, by what they were about; more than one = paid twice. */
  readonly settled: Readonly<Record<string, number>>
  /** Final answers the model gave, recorded or not. */
  readonly answers: number
  readonly worktrees: number
  readonly leftProcesses: number
}

/** Each life lasts between `minMs` and `maxMs`, so that some end in every part of the run. */
export async function runKilled(request: {
  seed: number
  kills: number
  minMs: number
  maxMs: number
}): Promise<KilledRun> {
  const random = createRandom(request.seed)
  const place = await createPlace({
    scenario: robustScenario,
    delayMs: 100,
    repository: { files: { 'package.json': PACKAGE } },
  })
  try {
    let kills = 0
    let args = ['start', 'Write three files', '--json']
    let output = ''
    for (;;) {
      const life = startCli(args, { cwd: place.repository.path, env: place.env })
      const timer = new AbortController()
      const killed =
        kills < request.kills
          ? killAfter(life, request.minMs + random() * (request.maxMs - request.minMs), timer.signal)
          : null
      const result = await life.ended
      timer.abort()
      output += result.stdout
      if (result.signal !== 'SIGKILL')
        return await count(place, {
          kills,
          exitCode: result.exitCode,
          output,
          last: result.stdout.slice(-1_500) + result.stderr,
        })
      await killed
      kills += 1
      // A life that ended before the run was written down starts it anew.
      args = hasState(place) ? ['resume', '--json'] : ['start', 'Write three files', '--json']
    }
  } finally {
    await place.cleanup()
  }
}

const PACKAGE = JSON.stringify({ name: 'killed', private: true, scripts: { test: 'node -e 0' } })

/** Only the process itself: what it started must be found and ended by its successor. */
async function killAfter(life: ReturnType<typeof startCli>, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal })
    life.child.kill('SIGKILL')
  } catch {
    // it ended by itself
  }
}

function hasState(place: Place): boolean {
  try {
    readFileSync(join(place.repository.path, '.claude-task-master/state.json'))
    return true
  } catch {
    return false
  }
}

async function count(
  place: Place,
  end: { kills: number; exitCode: number | null; output: string; last: string },
): Promise<KilledRun> {
  const { repository, model } = place
  const subjects = (await repository.git(['log', '--format=%s', 'main'])).split('\n').slice(0, -1)
  const events = readHistoryEvents(place)
  return {
    kills: end.kills,
    exitCode: end.exitCode,
    lastOutput: end.last,
    merges: subjects,
    prs: events.filter((event) => event.type === 'pr.created').length,
    tasksCompleted: events.flatMap((event) => (event.type === 'task.completed' ? [event.title] : [])),
    settled: countSettled(events),
    answers: model
      .requests()
      .filter(
        ({ step, conversation, outcome }) => outcome === 'answered' && step === (conversation.kind === 'work' ? 1 : 0),
      ).length,
    worktrees: (await repository.git(['worktree', 'list'])).split('\n').length - 1,
    leftProcesses: findRunProcesses(place.env.CLAUDETM_HOME ?? '').length,
  }
}

function readHistoryEvents(place: Place): readonly RunEvent[] {
  const history = join(place.repository.path, '.claude-task-master/history')
  try {
    const [run] = readdirSync(history)
    const text = readFileSync(join(history, run ?? '', 'events.jsonl'), 'utf8')
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent)
  } catch {
    return []
  }
}

function countSettled(events: readonly RunEvent[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const event of events) {
    const ended = event.type === 'session.completed' || event.type === 'session.recovered'
    if (!ended || event.outcome !== 'completed') continue
    const key = event.taskId === null ? event.kind : `${event.kind} ${event.taskId}`
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}

/** mulberry32: the same seed gives the same moments. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
