/** state.json as it must be to be trusted. In step with `domain/run.ts`: the last lines do not compile otherwise. */
import * as z from 'zod'
import type { CommitSha, ConversationId, GroupId, PrNumber, RunId, SessionId, TaskId } from '../../domain/ids.ts'
import { FRESH_GUARD, INTEGRITY_CLASSES } from '../../domain/integrity/finding.ts'
import { COMPLEXITIES } from '../../domain/plan.ts'
import { COUNTERS, MERGE_METHODS, MODEL_TIERS, type RunState, STATE_SCHEMA_VERSION } from '../../domain/run.ts'
import { RUN_STATUSES, SESSION_KINDS, STAGES } from '../../domain/stage.ts'

/** Ids become names of files and branches: nothing in them may lead elsewhere. */
const id = <Id extends string>() => z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/) as unknown as z.ZodType<Id, string>
const runId = id<RunId>()
const groupId = id<GroupId>()
const taskId = id<TaskId>()
const sessionId = id<SessionId>()
const conversationId = id<ConversationId>()
const commitSha = id<CommitSha>()
const prNumber = z.int().positive() as unknown as z.ZodType<PrNumber, number>

const text = z.string()
const count = z.int().nonnegative()
const at = z.number()
const money = z.number()

const options = z.strictObject({
  model: z.enum(MODEL_TIERS),
  autoMerge: z.boolean(),
  maxSessions: count.nullable(),
  maxPrs: count.nullable(),
  pauseOnPr: z.boolean(),
  prPerTask: z.boolean(),
  branch: text.nullable(),
  targetBranch: text,
  sessionBudgetUsd: money.nullable(),
  maxCostUsd: money.nullable(),
  criteria: z.array(text),
  verify: z.boolean(),
  logLevel: z.enum(['quiet', 'normal', 'verbose']),
  sandbox: z.enum(['auto', 'on', 'off']),
  forge: z.enum(['local', 'github']),
  mergeMethod: z.enum(MERGE_METHODS).nullable().default(null),
  admin: z.boolean().default(false),
  syncBeforeMerge: z.boolean().default(false),
  draft: z.boolean().default(false),
})

const plan = z.strictObject({
  criteria: z.array(z.strictObject({ text, command: text.nullable(), source: z.enum(['plan', 'user']) })),
  groups: z.array(
    z.strictObject({
      id: groupId,
      title: text,
      why: text,
      dependsOn: z.array(groupId),
      touches: z.array(text).nullable(),
      releaseChecks: z.array(text),
      tasks: z.array(z.strictObject({ id: taskId, title: text, details: text, complexity: z.enum(COMPLEXITIES) })),
    }),
  ),
})

const explanation = z.strictObject({ path: text, why: text })

const workReport = z.strictObject({
  outcome: z.enum(['done', 'nothing_to_do', 'blocked']),
  summary: text,
  learnings: z.array(text),
  blockedReason: text.nullable(),
  explanations: z.array(explanation).default([]),
})

const sessionOutcome = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('completed'), report: workReport.nullable() }),
  z.strictObject({ kind: z.literal('cut_off'), by: z.enum(['turns', 'budget']) }),
  z.strictObject({ kind: z.literal('refused'), resetsAt: at.nullable(), why: text }),
  z.strictObject({ kind: z.literal('failed'), failure: text, why: text, retryable: z.boolean() }),
  z.strictObject({ kind: z.literal('interrupted') }),
])

const tokenUsage = z.strictObject({
  inputTokens: z.number(),
  outputTokens: z.number(),
  cacheReadTokens: z.number(),
  cacheWriteTokens: z.number(),
})

const session = z.strictObject({
  id: sessionId,
  kind: z.enum(SESSION_KINDS),
  groupId: groupId.nullable(),
  taskId: taskId.nullable(),
  conversationId,
  cwd: text,
  model: text,
  startedAt: at,
  endedAt: at.nullable(),
  outcome: z.enum(['completed', 'cut_off', 'refused', 'failed', 'interrupted', 'running']),
  reservedUsd: money.nullable(),
  costUsd: money,
  usage: z.record(text, tokenUsage),
  turns: count,
})

const verdict = z.enum(['confirmed', 'refuted', 'inconclusive'])

const attempt = z.strictObject({
  purpose: z.enum(['task', 'fix-gate', 'fix-integrity', 'fix-ci', 'fix-review', 'resolve-conflict']),
  subject: text,
  startHead: commitSha,
  sessionHead: commitSha,
  sessions: count,
  failures: count,
  cutOffs: count,
  undelivered: count,
  finishes: count,
  gateFixes: count,
  last: sessionOutcome.nullable(),
  lastKind: z.enum(SESSION_KINDS).nullable(),
  lastEndedAt: at.nullable(),
  confirmation: z.strictObject({ verdict, evidence: text }).nullable(),
})

const gate = z.strictObject({
  commit: commitSha,
  outcome: z.enum(['passed', 'failed', 'none']),
  checks: z.array(
    z.strictObject({
      name: text,
      command: text,
      exitCode: z.int().nullable(),
      timedOut: z.boolean(),
      durationMs: z.number(),
      tail: text,
    }),
  ),
  durationMs: z.number(),
  at,
})

const place = {
  id: text,
  class: z.enum(INTEGRITY_CLASSES),
  path: text,
  line: z.number().nullable(),
  what: text,
}

const guard = z.strictObject({
  since: commitSha.nullable(),
  look: z
    .strictObject({
      since: commitSha,
      commit: commitSha,
      findings: z.array(z.strictObject({ ...place, excerpt: text })),
      at,
    })
    .nullable(),
  letThrough: z.array(
    z.strictObject({ ...place, how: z.enum(['asked_for', 'confirmed', 'waived']), by: text, why: text, at }),
  ),
  verdicts: z
    .strictObject({
      commit: commitSha,
      given: z.array(z.strictObject({ finding: text, verdict, evidence: text })),
    })
    .nullable(),
  failures: count,
  lastEndedAt: at.nullable(),
  asked: z.array(text),
  explanations: z.array(explanation),
})

const act = z.strictObject({
  key: text,
  kind: z.enum(['push', 'open_pr', 'edit_pr', 'merge', 'rerun', 'reply', 'update_branch', 'cancel_merge']),
  intendedAt: at,
  doneAt: at.nullable(),
  detail: text,
})

const acceptance = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('no_checks'), head: commitSha }),
  z.strictObject({ kind: z.literal('closed_pr'), number: prNumber }),
  z.strictObject({ kind: z.literal('red_base') }),
])

const block = z.strictObject({
  cause: text,
  tried: text.nullable(),
  command: text,
  accepts: acceptance.optional(),
  at,
})

const action = z.enum(['fixed', 'explained', 'declined'])

const asked = z.strictObject({
  kind: z.enum(['thread', 'change_request', 'comment']),
  id: text,
  remark: text,
  author: text,
  isBot: z.boolean(),
  path: text.nullable(),
  digest: text,
})

const finding = z.strictObject({ ...asked.shape, action, message: text, at })

/** Fields with a default are younger than the first states that were written. */
const group = z.strictObject({
  stage: z.enum(STAGES),
  branch: text,
  headBranch: text,
  base: commitSha.nullable(),
  pr: z.strictObject({ number: prNumber, url: text }).nullable(),
  adopted: z.strictObject({ number: prNumber, head: commitSha }).nullable().default(null),
  prText: text.nullable().default(null),
  lastPushed: commitSha.nullable().default(null),
  noticeShown: z.boolean().default(false),
  abandonedPr: prNumber.nullable(),
  prPauseDone: z.boolean(),
  historyRewritten: z.boolean(),
  pendingReplies: z.array(z.strictObject({ id: text, action, message: text })).nullable(),
  asked: z.array(asked).default([]),
  findings: z.array(finding).default([]),
  ciFailures: z.array(z.strictObject({ head: commitSha, checks: z.array(text), signature: text })).default([]),
  redBaseSince: at.nullable().default(null),
  redBaseAccepted: z.boolean().default(false),
  green: z.strictObject({ head: commitSha, at }).nullable(),
  noChecksAcceptedFor: commitSha.nullable(),
  counters: z.strictObject(
    Object.fromEntries(COUNTERS.map((counter) => [counter, count.default(0)])) as Record<
      (typeof COUNTERS)[number],
      z.ZodDefault<typeof count>
    >,
  ),
  conversation: z.strictObject({ id: conversationId, model: text, contextTokens: z.number() }).nullable(),
  attempt: attempt.nullable(),
  gate: gate.nullable(),
  guard: guard.default(() => ({
    ...FRESH_GUARD,
    letThrough: [],
    asked: [],
    explanations: [],
    look: null,
    verdicts: null,
  })),
  acts: z.array(act),
  unknowns: count,
  merged: z.strictObject({ commit: commitSha, head: commitSha, at }).nullable(),
  emptyAt: at.nullable(),
  waitingSince: at.nullable(),
  waiting: z.strictObject({ for: text, until: at.nullable() }).nullable().default(null),
  scheduledAt: at.nullable().default(null),
  retryChecks: z.boolean().default(false),
  block: block.nullable(),
})

const taskEvidence = z.strictObject({
  at,
  commit: commitSha.nullable(),
  how: z.enum(['committed', 'confirmed_nothing_to_do', 'ticked_by_person', 'adopted']),
  summary: text,
})

const runAttempt = z.strictObject({
  kind: z.enum(['plan', 'plan-update', 'verify']),
  subject: text,
  conversationId: conversationId.nullable(),
  sessions: count,
  failures: count,
  invalid: count,
  lastProblem: text.nullable(),
  last: sessionOutcome.nullable(),
  output: z.unknown(),
  lastEndedAt: at.nullable(),
})

const verification = z.strictObject({
  round: count,
  commit: commitSha,
  followedUp: z.boolean(),
  isRepeat: z.boolean().default(false), // runs of 0.1.0 did not know it
  results: z.array(
    z.strictObject({
      criterion: text,
      command: text.nullable(),
      verdict,
      evidence: text,
      exitCode: z.int().nullable().default(null),
      looks: count.default(1),
      durationMs: z.number().nullable(),
      commit: commitSha,
      at,
    }),
  ),
})

const planFileBase = z.strictObject({ id: text, tasks: z.array(taskId), ticked: z.array(taskId) })

const runStateSchema = z.strictObject({
  schemaVersion: z.literal(STATE_SCHEMA_VERSION),
  revision: z.int().positive(),
  runId,
  goal: text,
  status: z.enum(RUN_STATUSES),
  reason: text.nullable(),
  options,
  createdAt: at,
  updatedAt: at,
  plan: plan.nullable(),
  planFileDigest: text.nullable(),
  planFileTicked: z.array(taskId),
  planFileBases: z.array(planFileBase).default([]),
  nextTaskNumber: count,
  nextGroupNumber: count,
  tasks: z.record(taskId, taskEvidence),
  groups: z.record(groupId, group),
  sessions: z.array(session),
  learnings: z.array(text),
  messages: z.array(text),
  attempt: runAttempt.nullable(),
  verification: verification.nullable(),
  verifiedAt: at.nullable(),
  usageLimitUntil: at.nullable(),
  usageLimitWaits: count,
  block: block.nullable(),
  capsSince: z.strictObject({ costUsd: money, sessions: count }),
})

export type ParsedState =
  | { readonly kind: 'valid'; readonly state: RunState }
  | { readonly kind: 'newer'; readonly schemaVersion: number }
  | { readonly kind: 'invalid'; readonly problem: string }

export function parseStateText(json: string): ParsedState {
  try {
    return parseState(JSON.parse(json))
  } catch (error) {
    return { kind: 'invalid', problem: error instanceof Error ? error.message : String(error) }
  }
}

/** A newer version is looked for first: its other fields are none of our business. */
export function parseState(value: unknown): ParsedState {
  const version = z.object({ schemaVersion: z.int() }).safeParse(value)
  if (version.success && version.data.schemaVersion > STATE_SCHEMA_VERSION) {
    return { kind: 'newer', schemaVersion: version.data.schemaVersion }
  }
  const parsed = runStateSchema.safeParse(value)
  if (parsed.success) return { kind: 'valid', state: parsed.data }
  return { kind: 'invalid', problem: z.prettifyError(parsed.error).slice(0, 500) }
}

type Frozen<T> = T extends string | number
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Frozen<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Frozen<T[Key]> }
      : T
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
true satisfies Same<Frozen<z.infer<typeof runStateSchema>>, RunState>
