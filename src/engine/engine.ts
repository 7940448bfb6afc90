/**
 * The motor of a run: recover, then decide what the run needs next until it ends. Two plain loops, this one and the
 * reconciler's; each goes round again because a fact changed or a wait ended.
 */
import { decideRun, type RunDecision } from '../domain/decide/run.ts'
import { groupsToStart, runnableGroups } from '../domain/decide/schedule.ts'
import { type Failure, toFailure } from '../domain/failure.ts'
import type { CommitSha, GroupId } from '../domain/ids.ts'
import { backoffMs } from '../domain/policy.ts'
import type { Block, RunState } from '../domain/run.ts'
import type { RunStatus } from '../domain/stage.ts'
import type { Context } from './context.ts'
import type { Control } from './control.ts'
import { readLetters } from './letters.ts'
import { createMemory } from './memory.ts'
import type { EngineParts } from './parts.ts'
import { createPlanFile } from './plan-file.ts'
import { type GroupEnd, reconcile } from './reconciler.ts'
import { recover } from './recovery.ts'
import { acceptPlanning, runPlanning } from './run-sessions.ts'
import { acceptVerdicts, judgeCriteria, verifyCommands } from './verification.ts'

export type RunEnd = {
  readonly status: RunStatus
  readonly reason: string | null
  readonly command: string | null
  readonly state: RunState
}

export async function runEngine(parts: EngineParts, initial: RunState, control: Control): Promise<RunEnd> {
  const memory = createMemory({ ...parts, initial })
  const planFile = createPlanFile({ ...parts, memory })
  const context: Context = {
    ...parts,
    memory,
    planFile,
    slots: new Map(),
    said: new Set(),
    waits: new Map(),
    halt: control.signal,
  }
  try {
    await recover(context)
    await planFile.write()
    return await drive(context, control)
  } catch (error) {
    return failed(context, toFailure(error))
  }
}

/** What nobody could go on from: written down where that is still possible, so that `status` and `resume` know of it. */
async function failed(context: Context, failure: Failure): Promise<RunEnd> {
  if (failure.kind === 'superseded' || failure.kind === 'disk') throw failure
  return blocked(context, { cause: failure.message, tried: null, command: 'claudetm resume' })
}

async function drive(context: Context, control: Control): Promise<RunEnd> {
  const { memory, clock, policy } = context
  let unknowns = 0
  for (;;) {
    if (control.signal.aborted) return halted(context, control)
    try {
      await context.planFile.sync()
      await readLetters(context)
      const decision = await decideNext(context)
      const end = await step(context, control, decision)
      if (end !== null) return end
      unknowns = 0
    } catch (error) {
      const failure = toFailure(error)
      if (control.signal.aborted && failure.kind !== 'superseded') continue
      if (!failure.isRetryable || unknowns >= policy.maxUnknowns) throw failure
      unknowns += 1
      await memory.emit({ type: 'warning', message: failure.message })
      await clock.sleepUntil(clock.now() + backoffMs(policy, unknowns), control.signal).catch(() => {})
    }
  }
}

async function decideNext(context: Context): Promise<RunDecision> {
  const { memory, clock, policy } = context
  const state = memory.state()
  return decideRun({ now: clock.now(), state, policy, target: await targetAtTheEnd(context, state) })
}

/** The merged commit matters once every group is done. */
async function targetAtTheEnd(context: Context, state: RunState): Promise<CommitSha | null> {
  const { plan } = state
  if (plan === null || plan.groups.some((group) => state.groups[group.id]?.stage !== 'done')) return null
  return context.forge.targetHead()
}

async function step(context: Context, control: Control, decision: RunDecision): Promise<RunEnd | null> {
  switch (decision.kind) {
    case 'session':
      await (decision.session === 'verify' ? judgeCriteria : runPlanning)(context, decision)
      return null
    case 'accept':
      await (decision.session === 'verify' ? acceptVerdicts(context) : acceptPlanning(context, decision.session))
      return null
    case 'groups':
      return workOnGroups(context, control)
    case 'verify':
      await verifyCommands(context)
      return null
    case 'wait':
      await context.memory.emit({ type: 'waiting', groupId: null, for: decision.for, until: decision.until })
      await context.clock.sleepUntil(decision.until, control.signal).catch(() => {})
      return null
    case 'block':
      return blocked(context, decision.block)
    case 'succeed':
      return succeeded(context)
  }
}

/** Keeps as many reconcilers at work as the concurrency allows; returns when none is left that could go on. */
async function workOnGroups(context: Context, control: Control): Promise<RunEnd | null> {
  const active = new Map<GroupId, Promise<readonly [GroupId, GroupEnd]>>()
  const ends = new Set<GroupEnd>()
  for (;;) {
    const { plan, groups, messages } = context.memory.state()
    const isHeld = ends.has('paused') || control.signal.aborted || messages.length > 0
    const ready = plan === null || isHeld ? [] : runnableGroups(plan, groups)
    for (const id of groupsToStart(ready, new Set(active.keys()), context.concurrency)) {
      active.set(
        id,
        reconcile(context, id).then((end) => [id, end] as const),
      )
    }
    if (active.size === 0) break
    const [id, end] = await Promise.race(active.values())
    active.delete(id)
    ends.add(end)
  }
  if (control.signal.aborted) return halted(context, control)
  return ends.has('paused') ? setStatus(context, 'paused', context.memory.state().reason, null) : null
}

async function halted(context: Context, control: Control): Promise<RunEnd> {
  const stopped = control.reason() === 'stop'
  const how = control.reason() === 'interrupt' ? 'interrupted' : stopped ? 'stopped by request' : 'paused by request'
  const words = control.words()
  const reason = words === null ? how : `${how}: ${words}`
  return setStatus(context, stopped ? 'stopped' : 'paused', reason, 'claudetm resume')
}

async function blocked(context: Context, block: Omit<Block, 'at'>): Promise<RunEnd> {
  const { memory, clock } = context
  const isGroupBlock = Object.values(memory.state().groups).some((group) => group.block?.cause === block.cause)
  const { cause, tried, command } = block
  if (!isGroupBlock) await memory.emit({ type: 'blocked', groupId: null, cause, tried, command })
  await memory.update((state) => ({ ...state, block: { ...block, at: clock.now() } }))
  return setStatus(context, 'blocked', block.cause, block.command)
}

async function succeeded(context: Context): Promise<RunEnd | null> {
  await context.memory.update((state) => ({ ...state, verifiedAt: state.options.verify ? context.clock.now() : null }))
  await context.workspaces.removePool()
  const end = await setStatus(context, 'success', null, null)
  // What was edited or said before the success was written down still counts; what comes later is about a run that is over.
  const isEdited = await context.planFile.sync()
  await readLetters(context)
  if (!isEdited && context.memory.state().messages.length === 0) return end
  await setStatus(context, 'working', null, null)
  return null
}

async function setStatus(
  context: Context,
  to: RunStatus,
  reason: string | null,
  command: string | null,
): Promise<RunEnd> {
  const { memory, planFile } = context
  const from = memory.state().status
  if (from !== to) await memory.emit({ type: 'run.status', from, to, reason })
  const state = await memory.update((before) => ({ ...before, status: to, reason }))
  await planFile.write()
  return { status: to, reason, command, state }
}
