/**
 * What a run remembers (state.json). Only facts that cannot be read back from git or the forge are kept: counters,
 * budgets, recorded acts, evidence. Where a group "is" is decided anew from an observation each time.
 */
import type { CommitSha, ConversationId, GroupId, PrNumber, RunId, SessionId, TaskId } from './ids.ts'
import type { Explanation, Guard } from './integrity/finding.ts'
import type { Plan } from './plan.ts'
import type { RunStatus, SessionKind, Stage } from './stage.ts'

export const STATE_SCHEMA_VERSION = 1

export type LogLevel = 'quiet' | 'normal' | 'verbose'
export type SandboxMode = 'auto' | 'on' | 'off'

/** What the person asked for; kept with the run so that `resume` works under the same rules. */
export type RunOptions = {
  /** Tier of planning and of the most demanding work: opus, sonnet, haiku, fable, sonnet_1m. */
  readonly model: ModelTier
  readonly autoMerge: boolean
  readonly maxSessions: number | null
  readonly maxPrs: number | null
  readonly pauseOnPr: boolean
  readonly prPerTask: boolean
  /** Head branch of the first PR; later ones get `-2`, `-3`. null = `claudetm/<run>/<group>`. */
  readonly branch: string | null
  readonly targetBranch: string
  readonly sessionBudgetUsd: number | null
  readonly maxCostUsd: number | null
  readonly criteria: readonly string[]
  readonly verify: boolean
  readonly logLevel: LogLevel
  readonly sandbox: SandboxMode
  readonly forge: ForgeName
  /** null = what the repository allows, squash first. */
  readonly mergeMethod: MergeMethod | null
  /** Merge past the rules of the target branch; never past red checks, a conflict or a person's no. */
  readonly admin: boolean
  /** Bring a PR that is merely behind up to date before it is merged. */
  readonly syncBeforeMerge: boolean
  /** Open PRs as drafts, and make them ready once their checks are green. */
  readonly draft: boolean
}

export type ForgeName = 'local' | 'github'
export const MERGE_METHODS = ['squash', 'merge', 'rebase'] as const
export type MergeMethod = (typeof MERGE_METHODS)[number]

export const MODEL_TIERS = ['opus', 'sonnet', 'haiku', 'fable', 'sonnet_1m'] as const
export type ModelTier = (typeof MODEL_TIERS)[number]

/** Tokens of one model in one session. */
export type TokenUsage = {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens: number
  readonly cacheWriteTokens: number
}

export type ReportOutcome = 'done' | 'nothing_to_do' | 'blocked'
export type WorkReport = {
  readonly outcome: ReportOutcome
  readonly summary: string
  readonly learnings: readonly string[]
  readonly blockedReason: string | null
  /** What it changed on purpose that a reader would wonder about. */
  readonly explanations: readonly Explanation[]
}

export type VerdictWord = 'confirmed' | 'refuted' | 'inconclusive'
export type Verdict = { readonly criterion: number; readonly verdict: VerdictWord; readonly evidence: string }

/** What a session decided about one remark of a reviewer; `id` as it was given to the session. */
export type ThreadDisposition = {
  readonly id: string
  readonly action: 'fixed' | 'explained' | 'declined'
  readonly message: string
}

/** How a session ended, as `decide` needs to know it. */
export type SessionOutcome =
  | { readonly kind: 'completed'; readonly report: WorkReport | null }
  | { readonly kind: 'cut_off'; readonly by: 'turns' | 'budget' }
  | { readonly kind: 'refused'; readonly resetsAt: number | null; readonly why: string }
  | { readonly kind: 'failed'; readonly failure: string; readonly why: string; readonly retryable: boolean }
  /** Aborted by us, or the process that ran it is gone without a result. */
  | { readonly kind: 'interrupted' }

/** One line of the ledger: every session of every kind, also the ones that never ended. */
export type SessionRecord = {
  readonly id: SessionId
  readonly kind: SessionKind
  readonly groupId: GroupId | null
  readonly taskId: TaskId | null
  readonly conversationId: ConversationId
  /** Directory it ran in. */
  readonly cwd: string
  readonly model: string
  readonly startedAt: number
  readonly endedAt: number | null
  readonly outcome: SessionOutcome['kind'] | 'running'
  /** Set aside before it started, so that sessions side by side cannot spend the same money; null = no cap. */
  readonly reservedUsd: number | null
  readonly costUsd: number
  readonly usage: Readonly<Record<string, TokenUsage>>
  readonly turns: number
}

export const COUNTERS = [
  'ciFixes', // a fix was delivered and CI is still red
  'reruns', // failed checks were started again on the same commit
  'conflicts', // conflict sessions
  'reviewRounds',
  'mergeRefusals', // the forge did not merge what the gate allowed
  'openFailures',
  'pushFailures',
  'integrityFixes', // a session undid or justified what the diff guard found
  'syncs', // the target branch was brought into the head branch
] as const
export type Counter = (typeof COUNTERS)[number]

export type AttemptPurpose = 'task' | 'fix-gate' | 'fix-integrity' | 'fix-ci' | 'fix-review' | 'resolve-conflict'

/** Sessions spent on one purpose for one subject (a task id, or the head commit that was red, conflicting, reviewed). */
export type Attempt = {
  readonly purpose: AttemptPurpose
  readonly subject: string
  /** Head of the workspace before the first session of this attempt. */
  readonly startHead: CommitSha
  /** Head before the latest session, to see whether it made progress. */
  readonly sessionHead: CommitSha
  readonly sessions: number
  /** Consecutive sessions that failed technically; success of any kind sets it back. */
  readonly failures: number
  /** Consecutive cut-offs without a new commit. */
  readonly cutOffs: number
  /** The report said done, the repository does not. */
  readonly undelivered: number
  /** Sessions asked to commit or remove leftovers. */
  readonly finishes: number
  /** Sessions asked to make the project's own checks pass. */
  readonly gateFixes: number
  readonly last: SessionOutcome | null
  readonly lastKind: SessionKind | null
  readonly lastEndedAt: number | null
  /** A fresh read-only session's verdict on "nothing to do", for `startHead`. */
  readonly confirmation: { readonly verdict: VerdictWord; readonly evidence: string } | null
}

export type CheckRun = {
  readonly name: string
  readonly command: string
  readonly exitCode: number | null
  readonly timedOut: boolean
  readonly durationMs: number
  /** Last lines of output, bounded, without terminal escapes. */
  readonly tail: string
}

/** Result of the project's own checks for one commit: evidence. `none` = this project has no checks to run. */
export type GateRecord = {
  readonly commit: CommitSha
  readonly outcome: 'passed' | 'failed' | 'none'
  readonly checks: readonly CheckRun[]
  readonly durationMs: number
  readonly at: number
}

export type TaskEvidence = {
  readonly at: number
  /** null when a person ticked it before anything was begun. */
  readonly commit: CommitSha | null
  readonly how: 'committed' | 'confirmed_nothing_to_do' | 'ticked_by_person' | 'adopted'
  readonly summary: string
}

/** An outside act: intent is written before, outcome after; found without outcome it is looked up, never repeated blindly. */
export type ActRecord = {
  readonly key: string
  readonly kind: 'push' | 'open_pr' | 'edit_pr' | 'merge' | 'rerun' | 'reply' | 'update_branch' | 'cancel_merge'
  readonly intendedAt: number
  readonly doneAt: number | null
  readonly detail: string
}

export type Block = {
  /** A sentence for people: what is wrong. */
  readonly cause: string
  /** What was tried, if anything. */
  readonly tried: string | null
  /** The command that clears it. */
  readonly command: string
  /** What a person who was told of this accepts by going on with force: exactly this. */
  readonly accepts?: Acceptance | undefined
  readonly at: number
}

export type Acceptance =
  /** No check reports on this commit. */
  | { readonly kind: 'no_checks'; readonly head: CommitSha }
  /** This PR was closed: another one is to be opened. */
  | { readonly kind: 'closed_pr'; readonly number: PrNumber }
  /** What is red on the target branch too is mended here. */
  | { readonly kind: 'red_base' }

/** A remark of a reviewer as a session was asked about it. */
export type AskedRemark = {
  readonly kind: 'thread' | 'change_request' | 'comment'
  /** The thread, or the remark itself where there is no thread. */
  readonly id: string
  /** The last remark of others in it at that time; a newer one opens it again. */
  readonly remark: string
  readonly author: string
  readonly isBot: boolean
  readonly path: string | null
  /** Of what it says, without what changes from one posting to the next. */
  readonly digest: string
}

/** How one remark of a reviewer was dealt with: nothing is argued twice. */
export type Finding = AskedRemark & {
  readonly action: ThreadDisposition['action']
  readonly message: string
  readonly at: number
}

/** What was red when a session was asked to mend it: the same again and again calls for another way. */
export type CiFailure = { readonly head: CommitSha; readonly checks: readonly string[]; readonly signature: string }

export type GroupState = {
  readonly stage: Stage
  /** Local branch in the workspace: always `claudetm/<run>/<group>`. */
  readonly branch: string
  /** Name of the head branch on the forge. */
  readonly headBranch: string
  /** Commit of the target branch the group started from. */
  readonly base: CommitSha | null
  readonly pr: { readonly number: PrNumber; readonly url: string } | null
  /** A PR that existed before the run (`merge-pr`): its title and text are left alone. */
  readonly adopted: { readonly number: PrNumber; readonly head: CommitSha } | null
  /** Digest of the title and text the PR was last given. */
  readonly prText: string | null
  /** The head branch on the forge as we last pushed or saw it equal to ours. */
  readonly lastPushed: CommitSha | null
  /** A comment on the PR says that the run is blocked. */
  readonly noticeShown: boolean
  /** A PR a person closed; a forced resume opens another one. */
  readonly abandonedPr: PrNumber | null
  /** `--pause-on-pr` has paused here already. */
  readonly prPauseDone: boolean
  /** A conflict session rewrote the branch: the next push replaces what is there, and only that. */
  readonly historyRewritten: boolean
  /** Answers to reviewers, waiting for the fix to be on the forge. */
  readonly pendingReplies: readonly ThreadDisposition[] | null
  /** What the latest session was asked about. */
  readonly asked: readonly AskedRemark[]
  readonly findings: readonly Finding[]
  readonly ciFailures: readonly CiFailure[]
  /** Since when the target branch is seen red with the checks that are red here. */
  readonly redBaseSince: number | null
  /** A person wants what is red on the target branch too to be mended here. */
  readonly redBaseAccepted: boolean
  /** When all checks of this head were first seen green, or that there are none to wait for. */
  readonly green: { readonly head: CommitSha; readonly at: number } | null
  /** A person accepted that no check reports on this commit. */
  readonly noChecksAcceptedFor: CommitSha | null
  readonly counters: Readonly<Record<Counter, number>>
  readonly conversation: {
    readonly id: ConversationId
    readonly model: string
    readonly contextTokens: number
  } | null
  readonly attempt: Attempt | null
  readonly gate: GateRecord | null
  readonly guard: Guard
  readonly acts: readonly ActRecord[]
  /** Consecutive looks at the workspace or the forge that answered "unknown". */
  readonly unknowns: number
  /** The merge commit on the target branch, and the head commit that was merged. */
  readonly merged: { readonly commit: CommitSha; readonly head: CommitSha; readonly at: number } | null
  /** Set when nothing had to ship: every task turned out to need no change. */
  readonly emptyAt: number | null
  /** When the present wait began; null when not waiting. */
  readonly waitingSince: number | null
  /** For what it waits, in words, and until when at the latest (epoch ms); for people who ask for the status. */
  readonly waiting: Wait | null
  /** Since when the forge is known to have accepted to merge later; null = it has not. */
  readonly scheduledAt: number | null
  /** A person said "go on" to a block: checks that only a person could let run are started once more. */
  readonly retryChecks: boolean
  readonly block: Block | null
}

export type Wait = { readonly for: string; readonly until: number | null }

/** A version of plan.md, named in a comment of it: what its reader could see, and so can mean by leaving it out. */
export type PlanFileBase = {
  readonly id: string
  readonly tasks: readonly TaskId[]
  readonly ticked: readonly TaskId[]
}

export type CriterionEvidence = {
  readonly criterion: string
  readonly command: string | null
  readonly verdict: VerdictWord
  /** The command, its exit code and the end of its output, or what the judging session saw. */
  readonly evidence: string
  /** Of the command; null when it was ended, and when a session judged. */
  readonly exitCode: number | null
  /** Sessions that have judged it on this commit. */
  readonly looks: number
  /** How long the command ran; null when a session judged. */
  readonly durationMs: number | null
  readonly commit: CommitSha
  readonly at: number
}

export type Verification = {
  readonly round: number
  readonly commit: CommitSha
  /** The plan was changed because of what this round refuted. */
  readonly followedUp: boolean
  /** The round before refuted the same commit, and nobody saw anything to add to the plan: this one is the last word. */
  readonly isRepeat: boolean
  /** One per judged criterion; those without one are still to be judged. */
  readonly results: readonly CriterionEvidence[]
}

export type RunSessionKind = 'plan' | 'plan-update' | 'verify'

/** What `Attempt` is for a group, for the sessions that belong to the run as a whole. */
export type RunAttempt = {
  readonly kind: RunSessionKind
  /** `plan`; the reason of an update; the commit that is verified. */
  readonly subject: string
  readonly conversationId: ConversationId | null
  readonly sessions: number
  readonly failures: number
  /** Answers that could not be used: cut off, or not a valid plan. */
  readonly invalid: number
  readonly lastProblem: string | null
  readonly last: SessionOutcome | null
  /** The structured answer, not worked into the state yet. */
  readonly output: unknown
  readonly lastEndedAt: number | null
}

export type RunState = {
  readonly schemaVersion: typeof STATE_SCHEMA_VERSION
  /** Grows by one with every save; a save against an older number is refused. */
  readonly revision: number
  readonly runId: RunId
  readonly goal: string
  readonly status: RunStatus
  readonly reason: string | null
  readonly options: RunOptions
  readonly createdAt: number
  readonly updatedAt: number
  readonly plan: Plan | null
  /** Digest of plan.md as we last wrote it; a different file was edited by a person. */
  readonly planFileDigest: string | null
  /** Tasks that were ticked in plan.md as we last wrote it: only those can be unticked by a person. */
  readonly planFileTicked: readonly TaskId[]
  /** The newest versions of plan.md that we wrote: an editor may have been open for longer than the newest one exists. */
  readonly planFileBases: readonly PlanFileBase[]
  readonly nextTaskNumber: number
  readonly nextGroupNumber: number
  readonly tasks: Readonly<Record<TaskId, TaskEvidence>>
  readonly groups: Readonly<Record<GroupId, GroupState>>
  readonly sessions: readonly SessionRecord[]
  /** Facts about the code base that sessions reported, newest last, without repeats, at most 200. */
  readonly learnings: readonly string[]
  /** Messages of people (`resume "…"`) not yet worked into the plan. */
  readonly messages: readonly string[]
  readonly attempt: RunAttempt | null
  readonly verification: Verification | null
  readonly verifiedAt: number | null
  /** The account refuses until then (epoch ms). */
  readonly usageLimitUntil: number | null
  /** Refusals in a row. */
  readonly usageLimitWaits: number
  readonly block: Block | null
  /** Spend and sessions before this point do not count against the caps: a forced resume grants them anew. */
  readonly capsSince: { readonly costUsd: number; readonly sessions: number }
}
