/** One run in many lives: each ends by SIGKILL at a random moment, until enough died; the last one ends by itself. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { RunEvent } from '../../src/domain/events.ts'
import { startCli } from '../support/cli.ts'

export type Killing = {
  readonly seed: number
  readonly kills: number
  /** Each life lasts between these, so that some end in every part of the run. */
  readonly minMs: number
  readonly maxMs: number
}

export type LastWords = { readonly kills: number; readonly exitCode: number | null; readonly lastOutput: string }

/** `path`: the user's checkout. `args` are added to every command. */
export async function liveAndDie(
  killing: Killing,
  at: { path: string; env: Readonly<Record<string, string>>; args?: readonly string[] },
): Promise<LastWords> {
  const random = createRandom(killing.seed)
  for (let kills = 0; ; ) {
    // A life that ended before the run was written down starts it anew.
    const command = existsSync(join(at.path, '.claude-task-master/state.json'))
      ? ['resume']
      : ['start', 'Write three files']
    const life = startCli([...command, '--json', ...(at.args ?? [])], { cwd: at.path, env: at.env })
    const timer = new AbortController()
    const lifetimeMs = killing.minMs + random() * (killing.maxMs - killing.minMs)
    const killed = kills < killing.kills ? killAfter(life, lifetimeMs, timer.signal) : null
    const { signal, exitCode, stdout, stderr } = await life.ended
    timer.abort()
    if (signal !== 'SIGKILL') return { kills, exitCode, lastOutput: stdout.slice(-1_500) + stderr }
    await killed
    kills += 1
  }
}

/** Only the process itself: what it started must be found and ended by its successor. */
async function killAfter(life: ReturnType<typeof startCli>, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal })
    life.child.kill('SIGKILL')
  } catch {
    // it ended by itself
  }
}

/** Of the run that is over, as its history keeps them. */
export function readHistoryEvents(path: string): readonly RunEvent[] {
  const history = join(path, '.claude-task-master/history')
  if (!existsSync(history)) return []
  const [run] = readdirSync(history)
  const text = readFileSync(join(history, run ?? '', 'events.jsonl'), 'utf8')
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent)
}

/** Sessions that ended with an answer we had recorded, by what they were about; more than one = paid twice. */
export function countSettled(events: readonly RunEvent[]): Readonly<Record<string, number>> {
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
