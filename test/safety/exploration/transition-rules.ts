/** What every single transition of a small world has to respect, seen from outside: before, after, and the truth. */
import type { SafetyRule } from '../safety-rules.ts'
import { commitOf, toSha } from './commit-graph.ts'
import { isCommand } from './cures.ts'
import { SMALL_POLICY, type SmallWorld } from './small-world.ts'
import { groupOf } from './state-key.ts'
import type { TurnEnd } from './turn.ts'

type Broken = { readonly rule: SafetyRule; readonly what: string }

export function brokenByTransition(before: SmallWorld, after: SmallWorld, end: TurnEnd | null): readonly Broken[] {
  const broken: Broken[] = []
  const broke = (rule: SafetyRule, what: string) => broken.push({ rule, what })
  if (lostWork(after) !== 0) broke('commits_stay_reachable', 'work is nowhere any more')
  if (after.merges > 1) broke('acts_happen_once', 'merged twice')
  if (after.prs.filter(({ state }) => state === 'open').length > 1) broke('acts_happen_once', 'two open pull requests')
  if (new Set(after.replies).size !== after.replies.length) broke('acts_happen_once', 'a reply was given twice')
  if (end !== null) ofTurn(before, after, broke)
  return broken
}

/** Everything that was ever made is on the branch, on the forge, kept aside, or in the target. */
function lostWork({ commits, work, local, kept, pushed, target }: SmallWorld): number {
  const places = [local?.head ?? null, kept, pushed, target]
  return places.reduce<number>((lost, place) => (place === null ? lost : lost & ~commitOf(commits, place).work), work)
}

function ofTurn(before: SmallWorld, after: SmallWorld, broke: (rule: SafetyRule, what: string) => void): void {
  const was = groupOf(before.state)
  const is = groupOf(after.state)
  for (const [id, { how }] of Object.entries(after.state.tasks)) {
    if (id in before.state.tasks) continue
    const { local, gates } = after
    if (local === null || local.dirty || local.operation)
      broke('tasks_need_evidence', 'a task is done with uncommitted changes')
    if (how === 'committed' && (local === null || toSha(local.head) === was.attempt?.startHead))
      broke('tasks_need_evidence', 'a task is done without a commit')
    if (how === 'committed' && local !== null && gates[local.head] !== 'passed')
      broke('tasks_need_evidence', 'a task is done with red checks')
  }
  if (Object.keys(before.state.tasks).some((id) => !(id in after.state.tasks)))
    broke('tasks_need_evidence', 'a task that was done is open again')
  if (was.attempt?.last?.kind === 'refused' && is.attempt?.subject === was.attempt.subject) {
    const grown = (['failures', 'cutOffs', 'undelivered', 'finishes', 'gateFixes'] as const).filter(
      (counter) => (is.attempt?.[counter] ?? 0) > (was.attempt?.[counter] ?? 0) && is.attempt?.last?.kind === 'refused',
    )
    for (const counter of grown) broke('usage_limits_cost_nothing', `refused again, and ${counter} grew`)
  }
  const { merged } = is
  if (merged !== null && was.merged === null) {
    const pr = after.prs.find(({ mergeCommit }) => mergeCommit !== null && toSha(mergeCommit) === merged.commit)
    if (pr === undefined || after.givenUp.includes(pr.number))
      broke('acts_happen_once', 'the merge of another pull request counts as ours')
  }
  const asked = new Set(is.asked.map(({ id }) => id))
  if (is.pendingReplies?.some(({ id }) => !asked.has(id)) === true)
    broke('acts_happen_once', 'an answer has lost its remark: it will never be given')
  if (is.block !== null && was.block === null) {
    if (is.block.cause.trim() === '' || !isCommand(is.block.command))
      broke('blocks_name_a_cure', `no cure: ${is.block.command}`)
    if (
      was.attempt?.last?.kind === 'refused' &&
      after.state.usageLimitWaits <= SMALL_POLICY.usageLimitMaxWaits &&
      is.attempt?.last?.kind === 'refused' &&
      is.block.cause.includes('limit')
    )
      broke('usage_limits_cost_nothing', 'a usage limit stopped the run before it was waited out')
  }
}
