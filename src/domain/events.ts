/**
 * The one stream of what happened (events.jsonl). Console, `--json`, log files and reports are readers of it; nothing
 * else prints progress. The union is the documentation.
 */
import type { CommitSha, GroupId, PrNumber, RunId, SessionId, TaskId } from './ids.ts'
import type { IntegrityFinding, IntegrityRule, LetThrough } from './integrity/finding.ts'
import type { MergeSchedule } from './observation.ts'
import type { CriterionEvidence, SessionOutcome } from './run.ts'
import type { RunStatus, SessionKind, Stage } from './stage.ts'

export type RunEventBody =
  | {
      type: 'run.started'
      goal: string
      resumed: boolean
      protection: string
      account: string
      targetBranch: string
      /** Where pull requests go. */
      forge: string
    }
  | { type: 'run.status'; from: RunStatus; to: RunStatus; reason: string | null }
  | {
      type: 'run.completed'
      result: 'success' | 'blocked' | 'failed' | 'interrupted'
      exitCode: number
      reason: string | null
      tasksDone: number
      tasksTotal: number
      sessions: number
      prsMerged: number
      costUsd: number
      durationMs: number
    }
  | { type: 'recovered'; sessions: number; processesEnded: number; adopted: number }
  | { type: 'plan.created'; criteria: number; groups: number; tasks: number }
  | {
      type: 'plan.updated'
      source: 'person' | 'message' | 'verification'
      /** What people asked for; null when nobody said anything. */
      message: string | null
      added: number
      changed: number
      removed: number
      reopened: number
      tasksDone: number
      tasksTotal: number
    }
  | { type: 'plan.edit_rejected'; problem: string }
  | { type: 'group.stage'; groupId: GroupId; from: Stage; to: Stage; why: string }
  | { type: 'workspace.prepared'; groupId: GroupId | null; path: string; adopted: boolean }
  | {
      type: 'dependencies'
      groupId: GroupId | null
      command: string
      outcome: 'installed' | 'failed' | 'cached'
      durationMs: number
      tail: string
    }
  | {
      type: 'session.started'
      sessionId: SessionId
      kind: SessionKind
      groupId: GroupId | null
      taskId: TaskId | null
      model: string
      effort: string
      continues: boolean
      number: number
    }
  /** What the agent does now: one line, cut, without control characters. */
  | { type: 'agent.activity'; sessionId: SessionId; tool: string | null; text: string; subagent: string | null }
  /** The API is slow or refuses and the SDK tries again by itself. */
  | { type: 'agent.retrying'; sessionId: SessionId; attempt: number; delayMs: number; error: string }
  | {
      type: 'session.completed'
      sessionId: SessionId
      kind: SessionKind
      groupId: GroupId | null
      taskId: TaskId | null
      outcome: SessionOutcome['kind']
      detail: string
      costUsd: number
      inputTokens: number
      outputTokens: number
      turns: number
      durationMs: number
    }
  | {
      type: 'session.recovered'
      sessionId: SessionId
      kind: SessionKind
      groupId: GroupId | null
      taskId: TaskId | null
      outcome: SessionOutcome['kind']
      costUsd: number
    }
  | { type: 'usage_limit'; until: number; why: string }
  | { type: 'task.started'; groupId: GroupId; taskId: TaskId; title: string }
  | {
      type: 'task.completed'
      groupId: GroupId
      taskId: TaskId
      title: string
      commit: CommitSha
      how: string
      tasksDone: number
      tasksTotal: number
    }
  | { type: 'gate.started'; groupId: GroupId; commit: CommitSha; commands: readonly string[] }
  | {
      type: 'gate.completed'
      groupId: GroupId
      commit: CommitSha
      outcome: 'passed' | 'failed' | 'none'
      durationMs: number
      failed: readonly string[]
    }
  /** What the diff guard found between two commits; said once for each finding. Nothing is pushed while one is open. */
  | {
      type: 'integrity.found'
      groupId: GroupId
      commit: CommitSha
      findings: readonly (Omit<IntegrityFinding, 'excerpt'> & { rule: IntegrityRule })[]
    }
  | { type: 'integrity.let_through'; groupId: GroupId; finding: LetThrough }
  /** A second look did not confirm it. */
  | {
      type: 'integrity.refuted'
      groupId: GroupId
      finding: Omit<IntegrityFinding, 'excerpt'>
      verdict: 'refuted' | 'inconclusive'
      evidence: string
    }
  | { type: 'pushed'; groupId: GroupId; commit: CommitSha; branch: string; to: string; forced: boolean }
  | { type: 'pr.created'; groupId: GroupId; number: PrNumber; url: string; title: string; branch: string; base: string }
  | { type: 'pr.updated'; groupId: GroupId; number: PrNumber; what: 'text' | 'ready' | 'branch' | 'foreign_commits' }
  | { type: 'pr.scheduled'; groupId: GroupId; number: PrNumber; by: MergeSchedule }
  | { type: 'pr.unscheduled'; groupId: GroupId; number: PrNumber; why: string }
  | {
      type: 'pr.merged'
      groupId: GroupId
      number: PrNumber
      url: string
      commit: CommitSha
      by: 'us' | 'somebody_else'
    }
  | { type: 'ci.started'; groupId: GroupId | null; head: CommitSha; checks: readonly string[] }
  | {
      type: 'ci.check'
      groupId: GroupId | null
      head: CommitSha
      check: string
      status: 'passed' | 'failed' | 'cancelled'
      durationMs: number
      log: string
    }
  | { type: 'ci.passed'; groupId: GroupId; head: CommitSha }
  | { type: 'ci.failed'; groupId: GroupId; head: CommitSha; checks: readonly string[] }
  | { type: 'ci.tolerated'; groupId: GroupId; head: CommitSha; checks: readonly string[] }
  | { type: 'ci.rerun'; groupId: GroupId; head: CommitSha; checks: readonly string[]; why: string }
  /** Red, then green on the same commit. */
  | { type: 'ci.flaky'; groupId: GroupId; head: CommitSha; checks: readonly string[] }
  | { type: 'reviews.answered'; groupId: GroupId; number: PrNumber; fixed: number; explained: number; declined: number }
  /** Remarks of people or bots that the policy does not trust; said once for each author. */
  | { type: 'reviews.ignored'; groupId: GroupId; number: PrNumber; authors: readonly string[] }
  | { type: 'checkout.updated'; path: string; branch: string; commit: CommitSha }
  | { type: 'checkout.left'; path: string; branch: string; why: string; command: string }
  | { type: 'waiting'; groupId: GroupId | null; for: string; until: number | null }
  | { type: 'blocked'; groupId: GroupId | null; cause: string; tried: string | null; command: string }
  | { type: 'paused'; groupId: GroupId | null; why: string; command: string }
  | { type: 'verification.started'; round: number; commit: CommitSha; criteria: number }
  | { type: 'verification.result'; round: number; result: CriterionEvidence }
  | { type: 'warning'; message: string }

/** `seq` grows by one per run; `at` is epoch milliseconds. */
export type RunEvent = RunEventBody & { readonly seq: number; readonly at: number; readonly runId: RunId }
