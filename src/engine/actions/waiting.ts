/** Waiting for facts, and the two ways in which a person is asked to go on. */
import type { Action } from '../../domain/decision.ts'
import type { PrNumber } from '../../domain/ids.ts'
import type { GroupObservation } from '../../domain/observation.ts'
import type { Block } from '../../domain/run.ts'
import type { Context } from '../context.ts'
import { hasLetters } from '../letters.ts'
import { blockedText, showNotice } from '../notice.ts'
import type { ActResult } from './act-result.ts'

type WaitAction = Extract<Action, { kind: 'wait' }>
type PauseAction = Extract<Action, { kind: 'pause' }>

/** plan.md is looked at this often while nothing else happens. */
const EDIT_POLL_MS = 1_000
const BLIND_POLL_MS = 30_000

/** Ends when the time has come, the forge says something, plan.md was edited, or a person says something or wants us to stop. */
export async function waitForChange(context: Context, o: GroupObservation, action: WaitAction): Promise<ActResult> {
  const { clock, halt } = context
  await sayOnce(context, o, action)
  const ended = new AbortController()
  const signal = AbortSignal.any([halt, ended.signal])
  const wakers: Promise<unknown>[] = [editOf(context, signal)]
  if (action.until !== null) wakers.push(clock.sleepUntil(action.until, signal))
  if (action.because === 'fact' && o.state.pr !== null) wakers.push(changeOf(context, o.state.pr.number, signal))
  await Promise.race(wakers).catch(() => {})
  ended.abort()
  await Promise.allSettled(wakers)
  return 'again'
}

/** Looked at again and again for days, the same wait is said once. */
async function sayOnce({ memory, waits }: Context, o: GroupObservation, action: WaitAction): Promise<void> {
  if (waits.get(o.group.id) === action.for) return
  waits.set(o.group.id, action.for)
  await memory.emit({ type: 'waiting', groupId: o.group.id, for: action.for, until: action.until })
}

/** A forge that cannot say when something changes is looked at all the same, at a walk. */
async function changeOf({ forge, clock }: Context, number: PrNumber, signal: AbortSignal): Promise<void> {
  try {
    await forge.changed(number, signal)
  } catch {
    await clock.sleepUntil(clock.now() + BLIND_POLL_MS, signal)
  }
}

async function editOf(context: Context, signal: AbortSignal): Promise<void> {
  while (!(await context.planFile.isEdited()) && !(await hasLetters(context)))
    await context.clock.sleepUntil(context.clock.now() + EDIT_POLL_MS, signal)
}

export async function blockGroup(context: Context, o: GroupObservation, block: Omit<Block, 'at'>): Promise<ActResult> {
  const { memory, clock } = context
  const { cause, tried, command } = block
  await memory.emit({ type: 'blocked', groupId: o.group.id, cause, tried, command })
  await memory.updateGroup(o.group.id, (group) => ({ ...group, block: { ...block, at: clock.now() } }))
  await showNotice(context, o, blockedText(block))
  return 'blocked'
}

export async function pauseGroup(context: Context, o: GroupObservation, action: PauseAction): Promise<ActResult> {
  const { memory } = context
  await memory.updateGroup(o.group.id, (group) => ({ ...group, prPauseDone: true }))
  await memory.emit({ type: 'paused', groupId: o.group.id, why: action.why, command: action.command })
  await memory.update((state) => ({ ...state, reason: `${action.why} (${action.command})` }))
  return 'paused'
}
