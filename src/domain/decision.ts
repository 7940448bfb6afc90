/** Stage, next action and the reason in words: the answer of `decide`. */
import type { CommitSha, TaskId } from './ids.ts'
import type { AttemptPurpose, Block, ThreadDisposition } from './run.ts'
import type { SessionKind, Stage } from './stage.ts'

/** Why the agent is asked, in a form the prompts can be built from. */
export type SessionAsk =
  | { readonly why: 'start' }
  /** The prompt of the session before may never have arrived: what it asked is asked again with it. */
  | { readonly why: 'interrupted'; readonly leftovers: readonly string[]; readonly asked: SessionAsk }
  | {
      readonly why: 'cut_off'
      readonly by: 'turns' | 'budget'
      readonly leftovers: readonly string[]
      readonly asked: SessionAsk
    }
  | { readonly why: 'retry'; readonly leftovers: readonly string[]; readonly asked: SessionAsk }
  | { readonly why: 'undelivered' }
  | { readonly why: 'refuted'; readonly evidence: string }
  | { readonly why: 'leftovers'; readonly leftovers: readonly string[]; readonly operationInProgress: boolean }
  | { readonly why: 'gate_failed' }
  /** The diff guard found something that a second look did not confirm: undo it, or say why it has to be. */
  | { readonly why: 'integrity'; readonly findings: readonly string[] }
  /** `alsoOnTarget`: red on the target branch too, and not asked for. */
  | { readonly why: 'ci_failed'; readonly checks: readonly string[]; readonly alsoOnTarget: readonly string[] }
  /** Everything that is open at once: what reviewers said and, when CI is red, the checks that failed. */
  | { readonly why: 'reviews'; readonly checks: readonly string[] }
  | { readonly why: 'conflict' }

export type Action =
  | { readonly kind: 'prepare_workspace' }
  | {
      readonly kind: 'session'
      readonly session: SessionKind
      readonly purpose: AttemptPurpose
      readonly subject: string
      readonly taskId: TaskId | null
      readonly ask: SessionAsk
    }
  | { readonly kind: 'confirm_nothing_to_do'; readonly taskId: TaskId }
  | {
      readonly kind: 'complete_task'
      readonly taskId: TaskId
      readonly how: 'committed' | 'confirmed_nothing_to_do'
      readonly commit: CommitSha
    }
  | { readonly kind: 'end_attempt'; readonly delivered: boolean }
  | { readonly kind: 'gate'; readonly commit: CommitSha }
  /** The diff guard looks at what the sessions changed. */
  | { readonly kind: 'inspect'; readonly since: CommitSha; readonly commit: CommitSha }
  /** A fresh read-only session judges what the guard found. */
  | { readonly kind: 'second_look'; readonly findings: readonly string[] }
  | { readonly kind: 'push'; readonly commit: CommitSha; readonly force: boolean }
  | { readonly kind: 'open_pr'; readonly head: CommitSha }
  | { readonly kind: 'rerun_checks'; readonly head: CommitSha; readonly checks: readonly string[] }
  | { readonly kind: 'edit_pr' }
  | { readonly kind: 'mark_ready' }
  /** Commits that somebody else pushed to the head branch become part of ours. */
  | { readonly kind: 'integrate'; readonly commit: CommitSha }
  | { readonly kind: 'update_branch'; readonly head: CommitSha }
  | { readonly kind: 'deliver_replies' }
  /** What a bot said again gets the answer it was given before, without a session. */
  | { readonly kind: 'repeat_answers'; readonly replies: readonly ThreadDisposition[] }
  | { readonly kind: 'cancel_merge' }
  | { readonly kind: 'merge'; readonly head: CommitSha; readonly tolerated: readonly string[] }
  | { readonly kind: 'close_merged'; readonly commit: CommitSha }
  | { readonly kind: 'close_empty' }
  | { readonly kind: 'finish' }
  | {
      readonly kind: 'wait'
      readonly for: string
      /** Epoch ms at which to look again at the latest; null = something else wakes it. */
      readonly until: number | null
      /** `unknown` waits are counted and bounded; the others last until the fact changes. */
      readonly because: 'unknown' | 'backoff' | 'fact'
    }
  | { readonly kind: 'block'; readonly block: Omit<Block, 'at'> }
  /** A person has to go on: auto-merge is off, or `--pause-on-pr`. */
  | { readonly kind: 'pause'; readonly why: string; readonly command: string }
  | { readonly kind: 'none' }

export type Decision = { readonly stage: Stage; readonly action: Action; readonly why: string }
