/** The diff guard at work: the look, and the second look by a session that did not make the changes. */
import { secondLookPrompt } from '../../agent/prompts/judging.ts'
import { routeSession } from '../../agent/routing.ts'
import type { Action } from '../../domain/decision.ts'
import type { ConversationId } from '../../domain/ids.ts'
import type { Guard, IntegrityFinding } from '../../domain/integrity/finding.ts'
import { findingsToJudge, withLook } from '../../domain/integrity/guard.ts'
import { judgeChanges } from '../../domain/integrity/judge.ts'
import type { GroupObservation } from '../../domain/observation.ts'
import type { Context } from '../context.ts'
import { runSession } from '../session.ts'
import type { ActResult } from './act-result.ts'
import { slotOf } from './workspace.ts'

type InspectAction = Extract<Action, { kind: 'inspect' }>

export async function inspect(
  context: Context,
  o: GroupObservation,
  { since, commit }: InspectAction,
): Promise<ActResult> {
  const { memory, workspaces, clock, policy } = context
  const findings = judgeChanges(await workspaces.changes({ since, commit }), policy.integrity)
  const before = o.state.guard
  await memory.updateGroup(o.group.id, (group) => ({
    ...group,
    guard: withLook(group.guard, { since, commit, findings, at: clock.now() }, toPlan(context, o)),
  }))
  const known = new Set(before.look?.findings.map((finding) => finding.id) ?? [])
  const fresh = findings.filter((finding) => !known.has(finding.id))
  if (fresh.length > 0) {
    await memory.emit({
      type: 'integrity.found',
      groupId: o.group.id,
      commit,
      findings: fresh.map((finding) => ({ ...withoutExcerpt(finding), rule: policy.integrity[finding.class] })),
    })
  }
  await sayLetThrough(context, o, before)
  return 'again'
}

function toPlan({ memory, policy }: Context, { group }: GroupObservation) {
  return { group, goal: memory.state().goal, policy: policy.integrity }
}

export async function secondLook(context: Context, o: GroupObservation): Promise<ActResult> {
  const { memory, policy } = context
  const { goal, options } = memory.state()
  const before = o.state.guard
  const findings = findingsToJudge(before, policy.integrity)
  await runSession(context, {
    kind: 'second-look',
    groupId: o.group.id,
    taskId: null,
    slot: await slotOf(context, o),
    access: 'read',
    mayRewriteHistory: false,
    conversation: { mode: 'new', id: context.newId() as ConversationId },
    route: routeSession('second-look', null, options.model, context.models),
    prompt: secondLookPrompt({ goal, group: o.group, findings, explanations: before.explanations }),
    begin: (state) => state,
  })
  await sayLetThrough(context, o, before)
  await sayRefuted(context, o, before)
  return 'again'
}

async function sayLetThrough({ memory }: Context, o: GroupObservation, before: Guard): Promise<void> {
  const { letThrough } = memory.group(o.group.id).guard
  for (const finding of letThrough.slice(before.letThrough.length)) {
    await memory.emit({ type: 'integrity.let_through', groupId: o.group.id, finding })
  }
}

async function sayRefuted({ memory }: Context, o: GroupObservation, before: Guard): Promise<void> {
  const { verdicts, look } = memory.group(o.group.id).guard
  if (verdicts === null || verdicts === before.verdicts) return
  for (const { finding: id, verdict, evidence } of verdicts.given) {
    const finding = look?.findings.find((candidate) => candidate.id === id)
    if (finding === undefined || verdict === 'confirmed') continue
    await memory.emit({
      type: 'integrity.refuted',
      groupId: o.group.id,
      finding: withoutExcerpt(finding),
      verdict,
      evidence,
    })
  }
}

function withoutExcerpt({ excerpt: _, ...finding }: IntegrityFinding): Omit<IntegrityFinding, 'excerpt'> {
  return finding
}
