/** What must be true whenever `decideRun` answers: like the promises of a group's decisions, for the run as a whole. */
import { observeBudget } from '../../../src/domain/budget.ts'
import { decideRun, type RunDecision, type RunObservation } from '../../../src/domain/decide/run.ts'
import type { GroupId } from '../../../src/domain/ids.ts'
import type { Plan } from '../../../src/domain/plan.ts'
import type { RunState } from '../../../src/domain/run.ts'
import { resumed } from '../../../src/operations/resume.ts'
import type { SafetyRule } from '../safety-rules.ts'
import { isCommand } from './cures.ts'

type Broken = { readonly rule: SafetyRule; readonly what: string }

export function brokenByRunDecision(o: RunObservation, decision: RunDecision): readonly Broken[] {
  const broken: Broken[] = []
  const must = (holds: boolean, rule: SafetyRule, what: string) => {
    if (!holds) broken.push({ rule, what: `run ${decision.kind}: ${what}` })
  }
  const { state, policy, now } = o
  const isAllDone = state.plan?.groups.every(({ id }) => isDone(state, id)) === true
  switch (decision.kind) {
    case 'session':
      mustBeAllowed(o, must)
      must(isAskedFor(o, decision), 'spend_is_capped', 'nothing asks for this session')
      must(!isAnswered(o, decision), 'spend_is_capped', 'it was answered already')
      break
    case 'accept':
      must(isAnswered(o, decision), 'tasks_need_evidence', 'there is no answer of a session that ended in success')
      break
    case 'groups':
      must(
        state.plan?.groups.some((group) => mayStart(state, group)) === true,
        'tasks_need_evidence',
        'no group can be worked on',
      )
      break
    case 'verify':
      must(isAllDone && state.options.verify, 'tasks_need_evidence', 'before every group is done')
      must((state.verification?.round ?? 0) < policy.maxVerificationRounds, 'spend_is_capped', 'its rounds are used up')
      break
    case 'wait':
      must(decision.until > now, 'spend_is_capped', 'until something later')
      break
    case 'succeed':
      must(isAllDone && state.messages.length === 0, 'tasks_need_evidence', 'with something left to do')
      must(!state.options.verify || isProven(o), 'tasks_need_evidence', 'without proof on the merged code')
      break
    case 'block':
      must(
        isCommand(decision.block.command) && decision.block.cause !== '',
        'blocks_name_a_cure',
        `no such command: ${decision.block.command}`,
      )
      must(
        isLifted(o, decision.block),
        'blocks_name_a_cure',
        `"${decision.block.command}" does not lift: ${decision.block.cause}`,
      )
      break
  }
  return broken
}

type Must = (holds: boolean, rule: SafetyRule, what: string) => void

function mustBeAllowed({ state, now }: RunObservation, must: Must): void {
  const { sessionsLeft, costLeftUsd, usageLimitUntil } = observeBudget(state)
  must((sessionsLeft ?? 1) > 0 && (costLeftUsd ?? 1) > 0, 'spend_is_capped', 'a cap is reached')
  must(usageLimitUntil === null || usageLimitUntil <= now, 'usage_limits_cost_nothing', 'the account refuses')
}

type Asked = { readonly session: string; readonly subject: string }

function isAskedFor({ state, policy, target }: RunObservation, { session, subject }: Asked): boolean {
  const { plan, verification, attempt } = state
  const isUsedUp = attempt?.kind === session && attempt.subject === subject && attempt.invalid >= policy.maxPlanAttempts
  if (isUsedUp) return false
  if (session === 'plan') return plan === null
  if (plan === null) return false
  if (session === 'plan-update') {
    if (state.messages.length > 0) return true
    return (
      verification?.followedUp === false &&
      !verification.isRepeat &&
      verification.results.some(({ verdict }) => verdict === 'refuted')
    )
  }
  const results = verification?.results ?? []
  // Unclear is looked at once more; after that it is unmet.
  const isUnclear = results.some(({ verdict }) => verdict === 'inconclusive')
  const isOpen = results.length < plan.criteria.length || isUnclear
  return (
    plan.groups.every(({ id }) => isDone(state, id)) && verification?.commit === target && subject === target && isOpen
  )
}

function isAnswered({ state: { attempt } }: RunObservation, { session, subject }: Asked): boolean {
  return attempt?.kind === session && attempt.subject === subject && attempt.last?.kind === 'completed'
}

function isDone(state: RunState, id: GroupId): boolean {
  return state.groups[id]?.stage === 'done'
}

function mayStart(state: RunState, group: Plan['groups'][number]): boolean {
  if (isDone(state, group.id) || state.groups[group.id]?.block != null) return false
  return group.dependsOn.every((id) => isDone(state, id))
}

/** Every criterion was confirmed on exactly the commit that the target branch has. */
function isProven({ state: { plan, verification }, target }: RunObservation): boolean {
  if (plan === null || plan.criteria.length === 0) return plan !== null
  const { commit, results = [] } = verification ?? {}
  return (
    commit === target &&
    results.length >= plan.criteria.length &&
    results.every(({ verdict }) => verdict === 'confirmed')
  )
}

function isLifted(o: RunObservation, { command, cause }: { command: string; cause: string }): boolean {
  const next = decideRun({ ...o, state: afterRunCommand(o.state, command) })
  return next.kind !== 'block' || next.block.cause !== cause
}

export function afterRunCommand(state: RunState, command: string): RunState {
  const changes = {
    maxSessions: command.includes('--max-sessions') ? 20 : null,
    maxCostUsd: command.includes('--max-cost') ? 20 : null,
  }
  const request = {
    message: null,
    force: command.includes('--force'),
    autoMerge: null,
    admin: null,
    webhook: null,
    ...changes,
  }
  return resumed({ ...state, status: 'blocked' }, request, { by: 'ann', at: 0 })
}
