/**
 * What a judging session's verdict is worth: nothing, until it confirms and names something that is there. Pure.
 */
import type { CommitSha } from './ids.ts'
import type { CriterionEvidence, Verdict, VerdictWord, Verification } from './run.ts'

/** Looks at one criterion on one commit; who cannot show it then has not shown it. */
export const MAX_LOOKS = 2

const DOUBT: Readonly<Record<VerdictWord, number>> = { confirmed: 0, inconclusive: 1, refuted: 2 }

/** By the numbers that were given; an answer that counted from nought instead is taken in its order. */
export function matchVerdicts(asked: readonly number[], verdicts: readonly Verdict[]): ReadonlyMap<number, Verdict> {
  // Of several about one criterion the worst counts.
  const worstLast = [...verdicts].sort((one, other) => DOUBT[one.verdict] - DOUBT[other.verdict])
  const byNumber = new Map(worstLast.map((verdict) => [verdict.criterion, verdict]))
  if (verdicts.length !== asked.length || asked.every((index) => byNumber.has(index))) return byNumber
  const countsFromNought = verdicts.every((verdict, position) => verdict.criterion === position)
  return countsFromNought
    ? new Map(verdicts.map((verdict, position) => [asked[position] ?? position, verdict]))
    : byNumber
}

/** Where evidence can point to: files of the commit, and commands that were run on it. */
export type Citable = { readonly files: readonly string[]; readonly commands: readonly string[] }

export type Judgement = Pick<CriterionEvidence, 'verdict' | 'evidence' | 'looks'>

/** Unclear once more is unmet, and that is said. */
export function judgeVerdict(answer: Verdict | undefined, citable: Citable, before: number): Judgement {
  const looks = before + 1
  const { verdict, evidence } = weigh(answer, citable)
  if (verdict !== 'inconclusive' || looks < MAX_LOOKS) return { verdict, evidence, looks }
  return {
    verdict: 'refuted',
    evidence: `counts as unmet, because ${looks} looks could not show it: ${evidence}`,
    looks,
  }
}

function weigh(answer: Verdict | undefined, citable: Citable): { verdict: VerdictWord; evidence: string } {
  if (answer === undefined) return { verdict: 'inconclusive', evidence: 'the session gave no verdict' }
  const { verdict, evidence } = answer
  if (verdict !== 'confirmed' || citesSomething(evidence, citable)) return { verdict, evidence }
  return { verdict: 'inconclusive', evidence: `names no file and no command that is there: ${evidence}` }
}

/** At least one file by its path or its name, or one command as it was run. */
export function citesSomething(evidence: string, { files, commands }: Citable): boolean {
  if (commands.some((command) => command !== '' && evidence.includes(command))) return true
  const known = new Set(files)
  const names = new Set(files.map((path) => path.split('/').at(-1) ?? path))
  return wordsOf(evidence).some((word) => known.has(word) || names.has(word) || isTail(word, files))
}

/** Without quotes, brackets, a line number behind it, and the full stop of the sentence. */
function wordsOf(text: string): readonly string[] {
  return text
    .split(/[\s"'`()[\]{}<>,;|=]+/)
    .map((word) => word.replace(/^(?:\.\/|@)/, '').replace(/(?::\d+(?:[-:]\d+)?|#L\d+(?:-L?\d+)?)?[.:!?]*$/, ''))
    .filter((word) => word.length > 1)
}

/** `domain/plan.ts` for `src/domain/plan.ts`. */
function isTail(word: string, files: readonly string[]): boolean {
  return word.includes('/') && files.some((path) => path.endsWith(`/${word}`))
}

/** The next look at the criteria, before any result. */
export function beginRound(before: Verification | null, commit: CommitSha): Verification {
  const isRepeat = before?.followedUp === true && before.commit === commit
  return { round: (before?.round ?? 0) + 1, commit, followedUp: false, isRepeat, results: [] }
}
