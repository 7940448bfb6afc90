/** Pull requests as people look at them: which one is meant, and what stands between it and its merge. */
import { isTolerated } from '../domain/checks.ts'
import { Failure } from '../domain/failure.ts'
import type { PrNumber } from '../domain/ids.ts'
import { type MergeClause, type ReadClause, readClauses } from '../domain/merge-gate.ts'
import type { Check, PrObservation, PrSnapshot } from '../domain/observation.ts'
import { DEFAULT_POLICY } from '../domain/policy.ts'
import type { GroupState, RunState } from '../domain/run.ts'
import type { Forge } from '../forge/forge.ts'

export type Looking = {
  readonly forge: Forge
  /** The branch checked out; null when HEAD is detached. */
  readonly headBranch: string | null
  /** The run that is here, if any. */
  readonly state: RunState | null
}

export type PrReport = {
  readonly pr: PrSnapshot
  /** What must hold before a merge; clauses about the worktree are left out, they belong to the run. */
  readonly clauses: readonly ReadClause[]
  readonly checks: Readonly<Record<Check['status'], number>>
  readonly failing: readonly Check[]
  /** Of those, the names of which the policy does not mind. */
  readonly tolerated: readonly string[]
}

/** The one that is asked for, else those of the run, else that of the branch checked out. Throws when there is none. */
export async function findPrs(looking: Looking, asked: PrNumber | null): Promise<readonly PrSnapshot[]> {
  const { forge, headBranch, state } = looking
  if (asked !== null) return [required(await forge.observeNumber(asked), `there is no pull request #${asked} here`)]
  const open = openGroups(state)
  if (open.length > 0) {
    const seen = await Promise.all(open.map((group) => forge.observe(group.headBranch)))
    return seen.map((pr, index) => required(pr, `PR #${open[index]?.pr?.number} of the run cannot be found`))
  }
  if (headBranch === null) throw new Failure('pr_missing', 'HEAD is detached: name the pull request with --pr')
  return [required(await forge.observe(headBranch), `the branch ${headBranch} has no pull request: name one with --pr`)]
}

/** For commands about one; of several the first. */
export async function findPr(looking: Looking, asked: PrNumber | null): Promise<PrSnapshot> {
  const [first] = await findPrs(looking, asked)
  if (first === undefined) throw new Failure('pr_missing', 'there is no pull request: name one with --pr')
  return first
}

export function toPrReport(pr: PrSnapshot, state: RunState | null, now: number): PrReport {
  const group = groupOf(pr, state)
  const clauses = readClauses({
    now,
    pr,
    workspace: { kind: 'absent' },
    pushed: { kind: 'known', head: pr.head },
    autoMerge: true,
    admin: state?.options.admin ?? false,
    findings: group?.findings ?? [],
    noChecksAcceptedFor: group?.noChecksAcceptedFor ?? null,
    greenAt: group?.green?.head === pr.head ? group.green.at : null,
    policy: DEFAULT_POLICY,
  })
  const items = pr.checks.kind === 'reported' ? pr.checks.items : []
  const failing = items.filter((check) => check.status === 'failed')
  return {
    pr,
    clauses: clauses.filter(({ clause }) => !OF_THE_RUN.has(clause)),
    checks: countStates(items),
    failing,
    tolerated: failing.filter((check) => isTolerated(check, DEFAULT_POLICY)).map((check) => check.name),
  }
}

const OF_THE_RUN: ReadonlySet<MergeClause> = new Set<MergeClause>([
  'nothing_uncommitted',
  'nothing_unpushed',
  'head_evaluated',
])

function countStates(items: readonly Check[]): Record<Check['status'], number> {
  const counts = { passed: 0, failed: 0, pending: 0, skipped: 0 }
  for (const { status } of items) counts[status] += 1
  return counts
}

export function groupOf(pr: PrSnapshot, state: RunState | null): GroupState | null {
  return Object.values(state?.groups ?? {}).find((group) => group.pr?.number === pr.number) ?? null
}

function openGroups(state: RunState | null): readonly GroupState[] {
  return Object.values(state?.groups ?? {}).filter((group) => group.pr !== null && group.merged === null)
}

/** An error is never read as absence. */
function required(seen: PrObservation, otherwise: string): PrSnapshot {
  if (seen.kind === 'pr') return seen.pr
  if (seen.kind === 'unknown') throw seen.failure ?? new Failure('forge_unreachable', seen.why)
  throw new Failure('pr_missing', otherwise)
}
