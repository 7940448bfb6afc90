/** Where a process of ours meets the world: calls are counted, what the history says happens there happens there. */
import { Failure } from '../../../src/domain/failure.ts'
import { happen, isFault } from '../deeds.ts'
import type { Call, Deed, Fault } from '../history.ts'
import { never } from './machine.ts'
import type { Process } from './process.ts'
import { keyOf, type World } from './world.ts'

const FROZEN_MS = 45 * 60_000

/** What is to happen at this call: others do their part now, faults are for the caller. */
export function arrive(world: World, process: Process, call: Call): readonly (Fault | Deed)[] {
  const nth = world.calls.get(call) ?? 0
  world.calls.set(call, nth + 1)
  if (world.calm) return []
  const due = (world.moves.get(keyOf(call, nth)) ?? []).map(({ what }) => what)
  for (const what of due) {
    world.journal.lines.push(`${call} #${nth}: ${what}`)
    world.journal.fired.set(what, (world.journal.fired.get(what) ?? 0) + 1)
    if (!isFault(what)) happen(world, what, process)
  }
  return due
}

/** Counts a change to the world; true when the history wants a crash right after it. */
export function crashIsDue(world: World): boolean {
  world.changes += 1
  return world.history.crashes.includes(world.changes)
}

export type Passage<T> = {
  readonly call: Call
  /** It changes something outside of this process. */
  readonly changes: boolean
  readonly effect: () => T | Promise<T>
  /** What the caller is told when it cannot be known (throws, or an answer of its own). */
  readonly unknown?: () => T
  readonly refused?: () => T
  readonly stale?: () => T
  readonly partial?: (whole: T) => T
}

/** Through the door: before, the effect, after; any of it may be the last thing this process does. */
export async function pass<T>(world: World, process: Process, passage: Passage<T>): Promise<T> {
  const { call, changes, effect } = passage
  await Promise.resolve()
  if (!process.alive) return never()
  if (changes) noteLateAct(world, process, call)
  const fault = arrive(world, process, call).find(isFault)
  if (!process.alive) return never()
  const unknown = passage.unknown ?? (() => unreachable(call))
  switch (fault) {
    case 'crash_before':
      return die(process)
    case 'fails':
      return unknown()
    case 'refused':
      return (passage.refused ?? (() => refuse(call)))()
    case 'stale':
      if (passage.stale !== undefined) return passage.stale()
      break
  }
  const answer = await effect()
  if (fault === 'frozen') await freeze(world) // sent; the answer is read when it wakes up
  if (!process.alive) return never()
  if (fault === 'crash_after' || (changes && crashIsDue(world))) return die(process)
  if (fault === 'partial') return passage.partial?.(answer) ?? answer
  return fault === 'answer_lost' ? unknown() : answer
}

function die<T>(process: Process): Promise<T> {
  process.die()
  return never()
}

/** Suspended, and somebody on another machine takes over by force meanwhile. */
async function freeze(world: World): Promise<void> {
  world.launch('taken_over')
  await new Promise<void>((wake) => world.time.after(FROZEN_MS, wake))
}

function noteLateAct(world: World, process: Process, call: Call): void {
  if (process.superseded)
    world.journal.lateActs.push({ call, pid: process.pid, fence: process.fence, highest: world.highestFence })
}

export function unreachable(call: Call): never {
  const kind = call.startsWith('workspace.') ? 'git_unreachable' : 'forge_unreachable'
  throw new Failure(kind, `${call} got no answer`)
}

function refuse(call: Call): never {
  const kind = call.startsWith('workspace.') ? 'git_refused' : 'forge_refused'
  throw new Failure(kind, `${call} was refused`)
}
