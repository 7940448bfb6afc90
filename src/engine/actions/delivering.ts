/** From the workspace to the forge: push, open, re-run. Each may find that it has happened already. */
import type { Action } from '../../domain/decision.ts'
import { type Failure, toFailure } from '../../domain/failure.ts'
import type { CommitSha } from '../../domain/ids.ts'
import type { GroupObservation } from '../../domain/observation.ts'
import type { Counter } from '../../domain/run.ts'
import type { Context } from '../context.ts'
import { prCreated } from '../opening.ts'
import { digestText, pullRequestText } from '../pull-request-text.ts'
import type { ActResult } from './act-result.ts'
import { unlessRefused } from './courtesy.ts'
import { recorded } from './recorded.ts'

type PushAction = Extract<Action, { kind: 'push' }>

export async function push(context: Context, o: GroupObservation, action: PushAction): Promise<ActResult> {
  const { forge, workspaces, memory } = context
  const { commit, force } = action
  const target = forge.pushTarget(o.state.headBranch)
  const expected = o.pushed.kind === 'known' ? o.pushed.head : null
  return counted(context, o, 'pushFailures', async () => {
    await recorded(context, o.group.id, { kind: 'push', key: `push:${commit}` }, async () => {
      await workspaces.push({ branch: o.state.branch, commit, ...target, force, expected })
      return { detail: `${target.remote} ${target.ref}`, value: null }
    })
    await memory.updateGroup(o.group.id, (group) => ({
      ...group,
      historyRewritten: false,
      lastPushed: commit,
      green: null,
      waitingSince: null,
      scheduledAt: null,
      redBaseSince: null,
      counters: { ...group.counters, pushFailures: 0, reruns: 0, mergeRefusals: 0 },
    }))
    await memory.emit({
      type: 'pushed',
      groupId: o.group.id,
      commit,
      branch: o.state.headBranch,
      to: target.remote,
      forced: force,
    })
  })
}

export async function openPr(context: Context, o: GroupObservation, head: CommitSha): Promise<ActResult> {
  const { forge, memory } = context
  const text = pullRequestText(memory.state(), o.group)
  return counted(context, o, 'openFailures', async () => {
    const pr = await recorded(context, o.group.id, { kind: 'open_pr', key: `open:${o.state.headBranch}` }, async () => {
      const { draft } = memory.state().options
      const value = await forge.ensureOpen({ headBranch: o.state.headBranch, head, draft, ...text })
      return { detail: value.url, value }
    })
    await memory.updateGroup(o.group.id, (group) => ({
      ...group,
      pr: { number: pr.number, url: pr.url },
      prText: digestText(text),
      counters: { ...group.counters, openFailures: 0 },
    }))
    await memory.emit(prCreated(memory.state(), o.group, { pr, headBranch: o.state.headBranch }))
  })
}

export async function rerunChecks(
  context: Context,
  o: GroupObservation,
  { head, checks, why }: { head: CommitSha; checks: readonly string[]; why: string },
): Promise<ActResult> {
  const number = o.state.pr?.number
  if (number === undefined) return 'again'
  const { memory, forge } = context
  const key = `rerun:${head}:${o.state.counters.reruns}`
  const result = await recorded(context, o.group.id, { kind: 'rerun', key }, async () => {
    const asked = await unlessRefused(context, 'checks were not started again', () => forge.rerun(number, head, checks))
    const value = asked ?? { kind: 'impossible' as const, why: 'refused' }
    return { detail: value.kind === 'started' ? checks.join(', ') : `impossible: ${value.why}`, value }
  })
  await memory.updateGroup(o.group.id, (group) => ({
    ...group,
    attempt: null,
    retryChecks: false,
    waitingSince: null,
    counters: { ...group.counters, reruns: group.counters.reruns + 1 },
  }))
  if (result.kind === 'started') await memory.emit({ type: 'ci.rerun', groupId: o.group.id, head, checks, why })
  else await memory.emit({ type: 'warning', message: `checks were not started again: ${result.why}` })
  return 'again'
}

/** A failure is counted and waited out; the bound is in `decide`. What cannot be tried again blocks at once. */
async function counted(
  context: Context,
  o: GroupObservation,
  counter: Counter,
  perform: () => Promise<void>,
): Promise<ActResult> {
  try {
    await perform()
    return 'again'
  } catch (error) {
    const failure = toFailure(error)
    if (failure.kind === 'superseded' || failure.kind === 'disk' || failure.kind === 'internal') throw failure
    return afterFailure(context, o, counter, failure)
  }
}

async function afterFailure(
  context: Context,
  o: GroupObservation,
  counter: Counter,
  failure: Failure,
): Promise<ActResult> {
  const { memory, clock, policy, halt } = context
  const failures = o.state.counters[counter] + 1
  await memory.updateGroup(o.group.id, (group) => ({
    ...group,
    counters: { ...group.counters, [counter]: failure.isRetryable ? failures : policy.maxMergeRefusals + 1 },
  }))
  await memory.emit({ type: 'warning', message: failure.message })
  if (failure.isRetryable) {
    const delayMs = Math.min(policy.backoffCapMs, policy.backoffBaseMs * 2 ** failures)
    await clock.sleepUntil(clock.now() + delayMs, halt).catch(() => {})
  }
  return 'again'
}
