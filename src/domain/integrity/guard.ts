/** What is still open of what the guard found, and how it is let through. Pure. */
import type { CommitSha } from '../ids.ts'
import type { PrGroup } from '../plan.ts'
import type { GroupState, Verdict } from '../run.ts'
import { findRequest } from './asked-for.ts'
import type {
  Explanation,
  FindingVerdict,
  Guard,
  IntegrityFinding,
  IntegrityLook,
  IntegrityPolicy,
  LetThrough,
} from './finding.ts'
import { openFindings } from './open-findings.ts'

/** From where on the commits of the branch are a session's; null = the group has not begun. */
export function ownWorkSince({ guard, adopted, base }: GroupState): CommitSha | null {
  return guard.since ?? adopted?.head ?? base
}

/** The look at exactly these commits; null = not looked at. */
export function lookAt(state: GroupState, commit: CommitSha): IntegrityLook | null {
  const { look } = state.guard
  return look !== null && look.commit === commit && look.since === ownWorkSince(state) ? look : null
}

/** A new look in place of the one before; what the plan asks for is let through at once. */
export function withLook(
  guard: Guard,
  look: IntegrityLook,
  plan: { readonly group: PrGroup; readonly goal: string; readonly policy: IntegrityPolicy },
): Guard {
  const looked = { ...guard, look }
  const asked = openFindings(looked, plan.policy).flatMap((finding) => {
    const words = plan.policy[finding.class] === 'reason' ? findRequest(finding, plan.group, plan.goal) : null
    return words === null ? [] : [letThrough(finding, { how: 'asked_for', by: 'the plan', why: words, at: look.at })]
  })
  return { ...looked, letThrough: [...guard.letThrough, ...asked] }
}

/** `by` a person, who has seen them. */
export function waive(
  guard: Guard,
  ids: ReadonlySet<string>,
  { by, why, at }: Pick<LetThrough, 'by' | 'why' | 'at'>,
): Guard {
  const waived = openFindings(guard)
    .filter((finding) => ids.has(finding.id))
    .map((finding) => letThrough(finding, { how: 'waived', by, why, at }))
  return waived.length === 0 ? guard : { ...guard, letThrough: [...guard.letThrough, ...waived] }
}

/** Findings in the order in which a second look is asked about them. */
export function findingsToJudge(guard: Guard, policy: IntegrityPolicy): readonly IntegrityFinding[] {
  return openFindings(guard, policy).filter((finding) => policy[finding.class] !== 'block')
}

/** Only a confirmation that says what was seen lets anything through; everything else leaves it open. */
export function withVerdicts(guard: Guard, verdicts: readonly Verdict[], policy: IntegrityPolicy, at: number): Guard {
  if (guard.look === null) return guard
  const judged = findingsToJudge(guard, policy).map((finding, index) => ({ finding, ...verdictOn(verdicts, index) }))
  const confirmed = judged
    .filter(({ verdict }) => verdict === 'confirmed')
    .map(({ finding, evidence }) =>
      letThrough(finding, { how: 'confirmed', by: 'a second session', why: evidence, at }),
    )
  const given = judged.map(
    ({ finding, verdict, evidence }): FindingVerdict => ({ finding: finding.id, verdict, evidence }),
  )
  return {
    ...guard,
    letThrough: [...guard.letThrough, ...confirmed],
    verdicts: { commit: guard.look.commit, given },
    failures: 0,
    lastEndedAt: at,
  }
}

function verdictOn(verdicts: readonly Verdict[], index: number): Pick<Verdict, 'verdict' | 'evidence'> {
  const given = verdicts.find((verdict) => verdict.criterion === index)
  if (given === undefined) return { verdict: 'inconclusive', evidence: 'the second look gave no verdict' }
  const says = given.evidence.trim() !== ''
  const verdict = given.verdict === 'confirmed' && !says ? 'inconclusive' : given.verdict
  return { verdict, evidence: given.evidence.slice(0, MAX_EVIDENCE_CHARS) }
}

function letThrough(
  { id, class: name, path, line, what }: IntegrityFinding,
  reason: Pick<LetThrough, 'how' | 'by' | 'why' | 'at'>,
): LetThrough {
  return { id, class: name, path, line, what, ...reason, why: reason.why.slice(0, MAX_WHY_CHARS) }
}

const MAX_WHY_CHARS = 500
const MAX_EVIDENCE_CHARS = 2_000
const KEPT_EXPLANATIONS = 40

/** The newest of each path. */
export function withExplanations(guard: Guard, given: readonly Explanation[]): Guard {
  if (given.length === 0) return guard
  const known = new Map(guard.explanations.map(({ path, why }) => [path, why]))
  for (const { path, why } of given) {
    known.delete(path)
    known.set(path, why.slice(0, MAX_WHY_CHARS))
  }
  return { ...guard, explanations: [...known].map(([path, why]) => ({ path, why })).slice(-KEPT_EXPLANATIONS) }
}
