/** Pull requests of a task, what is said about them, and bringing any one to its merge. */
import { z } from 'zod'
import type { PrNumber } from '../../domain/ids.ts'
import type { PrSnapshot } from '../../domain/observation.ts'
import type { RunState } from '../../domain/run.ts'
import { flag, wholeNumber } from '../../lib/query-values.ts'
import { readCiLogs } from '../ci-logs.ts'
import { toComments } from '../comments.ts'
import { findPrs, groupOf, type Looking, toPrReport } from '../pull-request.ts'
import type { OperationContext } from './context.ts'
import { defineOperation } from './operation.ts'
import { idempotencyKey, oneTask, repository } from './tasks.ts'
import { changes } from './wire/options.ts'
import { instant, task, taskId, toTask } from './wire/task.ts'
import { toIso } from './wire/time.ts'

const pullRequest = z
  .object({
    number: z.int(),
    url: z.string(),
    title: z.string(),
    state: z.enum(['open', 'merged', 'closed']),
    draft: z.boolean(),
    head_branch: z.string(),
    head: z.string(),
    base_branch: z.string(),
    checks: z.object({ passed: z.int(), failed: z.int(), pending: z.int(), skipped: z.int() }),
    failing: z.array(z.string()),
    missing: z.array(z.string()).describe('What stands between it and its merge'),
  })
  .meta({ id: 'PullRequest' })

export const getPullRequests = defineOperation({
  name: 'get_pull_requests',
  summary: 'The pull requests of a task as the forge shows them now, and what stands between them and their merge',
  changes: false,
  input: oneTask,
  output: z.object({ success: z.literal(true), pull_requests: z.array(pullRequest) }).meta({ id: 'PullRequests' }),
  async perform(context, { id }) {
    return looking(context, id, async ({ prs, state }) => ({
      success: true,
      pull_requests: prs.map((pr) => toPullRequest(pr, state, context.now())),
    }))
  },
})

function toPullRequest(pr: PrSnapshot, state: RunState | null, now: number): z.input<typeof pullRequest> {
  const { checks, failing, clauses } = toPrReport(pr, state, now)
  return {
    number: pr.number,
    url: pr.url,
    title: pr.title,
    state: pr.state,
    draft: pr.draft,
    head_branch: pr.headBranch,
    head: pr.head,
    base_branch: pr.baseBranch,
    checks: { ...checks },
    failing: failing.map((check) => check.name),
    missing: pr.state === 'open' ? clauses.flatMap(({ why }) => (why === null ? [] : [why])) : [],
  }
}

const remark = z.object({
  author: z.string(),
  is_bot: z.boolean(),
  body: z.string(),
  at: instant,
  url: z.string().nullable(),
})

const conversation = z
  .object({
    pull_request: z.int(),
    kind: z.enum(['thread', 'change_request', 'comment']),
    path: z.string().nullable(),
    line: z.int().nullable(),
    resolved: z.boolean(),
    ignored: z.boolean().describe('Nobody in it is trusted: it reaches no agent'),
    answer: z.enum(['fixed', 'explained', 'declined']).nullable().describe('How the task dealt with it'),
    remarks: z.array(remark),
  })
  .meta({ id: 'Conversation' })

export const getComments = defineOperation({
  name: 'get_comments',
  summary: "What reviewers said about a task's pull requests, and what became of it",
  changes: false,
  input: z.strictObject({
    id: taskId,
    all: flag.default(false).describe('Also what is resolved or ignored'),
  }),
  output: z
    .object({ success: z.literal(true), conversations: z.array(conversation), hidden: z.int(), complete: z.boolean() })
    .meta({ id: 'Comments' }),
  async perform(context, { id, all }) {
    return looking(context, id, async ({ prs, state }) => {
      const reports = prs.map((pr) => toComments(pr, groupOf(pr, state)?.findings ?? [], all))
      return {
        success: true,
        conversations: reports.flatMap((report) =>
          report.conversations.map(({ kind, path, line, resolved, ignored, answer, remarks }) => ({
            pull_request: report.number,
            kind,
            path,
            line,
            resolved,
            ignored,
            answer,
            remarks: remarks.map(({ author, isBot, body, at, url }) => ({
              author,
              is_bot: isBot,
              body,
              at: toIso(at),
              url,
            })),
          })),
        ),
        hidden: reports.reduce((sum, report) => sum + report.hidden, 0),
        complete: reports.every((report) => report.complete),
      }
    })
  },
})

export const getCiLogs = defineOperation({
  name: 'get_ci_logs',
  summary: "The ends of the logs of failed checks of a task's pull requests",
  changes: false,
  input: z.strictObject({
    id: taskId,
    check: z.string().min(1).max(500).optional().describe('Of this check only'),
    lines: wholeNumber({ min: 1, max: 10_000 }).default(100),
  }),
  output: z
    .object({
      success: z.literal(true),
      logs: z.array(z.object({ pull_request: z.int(), check: z.string(), tail: z.string() })),
    })
    .meta({ id: 'CiLogs' }),
  async perform(context, { id, check, lines }) {
    return looking(context, id, async ({ prs, forge }) => {
      const logs = []
      for (const pr of prs) {
        const found = await readCiLogs(forge, pr, { check: check ?? null, lines })
        logs.push(...found.map((log) => ({ pull_request: pr.number, check: log.check, tail: log.tail })))
      }
      return { success: true as const, logs }
    })
  },
})

type Seen = { readonly prs: readonly PrSnapshot[]; readonly state: RunState | null; readonly forge: Looking['forge'] }

/** By number, also of a task whose pull requests are merged. */
async function looking<T>({ runs, places }: OperationContext, id: string, use: (seen: Seen) => Promise<T>): Promise<T> {
  const { card, state } = await runs.open(id)
  const { forge } = await places.openForge(card.repository)
  try {
    const prs = []
    for (const { number } of card.progress.pullRequests) {
      prs.push(...(await findPrs({ forge, headBranch: null, state }, number as PrNumber)))
    }
    return await use({ prs, state, forge })
  } finally {
    await forge.close()
  }
}

export const mergePullRequest = defineOperation({
  name: 'merge_pr',
  summary:
    'Queue any pull request to be brought to its merge: red checks fixed, reviewers answered, conflicts resolved',
  changes: true,
  input: z.strictObject({
    repository,
    number: z.int().min(1).nullish().describe('Default: that of the branch that is checked out'),
    merge: z.boolean().default(true).describe('False: it ends when the pull request is ready to merge'),
    max_iterations: z.int().min(1).max(1_000).default(30).describe('Sessions at most'),
    create_pr: z.boolean().default(false).describe('Push the branch that is checked out and open one when it has none'),
    admin: z.boolean().default(false),
    model: changes.shape.model,
    merge_method: changes.shape.merge_method,
    max_cost_usd: changes.shape.max_cost_usd,
    idempotency_key: idempotencyKey,
  }),
  output: z
    .object({ success: z.literal(true), message: z.string(), created: z.boolean(), task })
    .meta({ id: 'MergeQueued' }),
  async perform({ runs, repositories }, given) {
    const { card, isNew } = await runs.add({
      repository: await repositories.resolve(given.repository),
      goal:
        given.number == null
          ? 'Bring the pull request of the branch to its merge'
          : `Bring pull request #${given.number} to its merge`,
      order: {
        kind: 'merge-pr',
        request: {
          number: (given.number ?? null) as PrNumber | null,
          maxIterations: given.max_iterations,
          merge: given.merge,
          admin: given.admin,
          createPr: given.create_pr,
          mergeMethod: given.merge_method ?? null,
          forge: null,
          model: given.model ?? null,
          logLevel: null,
          sandbox: null,
          maxCostUsd: given.max_cost_usd ?? null,
          webhookPort: null,
          webhook: null,
        },
      },
      key: given.idempotency_key ?? null,
    })
    return {
      success: true,
      message: isNew ? 'It is queued' : 'This key was used before',
      created: isNew,
      task: toTask(card),
    }
  },
})
