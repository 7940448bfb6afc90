/** A run in the public interface, where it is called a task: snake_case, ISO times. */
import { z } from 'zod'

import { CARD_STATUSES, type RunCard } from '../run-desk.ts'
import { toIso } from './time.ts'

export const taskId = z
  .string()
  .regex(/^[a-z0-9]{8,32}$/)
  .describe('Id of the task')

export const taskStatus = z.enum(CARD_STATUSES).describe('`queued` waits for its turn, `held` was paused in the queue')

export const instant = z.iso.datetime().describe('UTC')

export const pullRequest = z
  .object({
    number: z.int(),
    url: z.string().nullable(),
    title: z.string(),
    merged: z.boolean(),
  })
  .meta({ id: 'TaskPullRequest' })

export const task = z
  .object({
    id: taskId,
    repository: z.string().describe('Top level of the checkout'),
    goal: z.string(),
    origin: z.enum(['server', 'found']).describe('`found`: started by somebody with the command line'),
    status: taskStatus,
    at_work: z.boolean(),
    reason: z.string().nullable(),
    run_id: z.string().nullable(),
    created_at: instant,
    started_at: instant.nullable(),
    ended_at: instant.nullable(),
    tasks: z.object({ completed: z.int(), total: z.int(), progress: z.string() }),
    sessions: z.int(),
    cost_usd: z.number(),
    tokens: z.int(),
    pull_requests: z.array(pullRequest),
    position: z.int().nullable().describe('In the queue; 1 = next'),
    waiting_for: z.string().nullable().describe('Why its turn does not come although there is room'),
  })
  .meta({ id: 'Task' })

export function toTask(card: RunCard): z.input<typeof task> {
  const { progress } = card
  return {
    id: card.id,
    repository: card.repository,
    goal: card.goal,
    origin: card.origin,
    status: card.status,
    at_work: card.isAtWork,
    reason: card.reason,
    run_id: card.runId,
    created_at: toIso(card.createdAt),
    started_at: card.startedAt === null ? null : toIso(card.startedAt),
    ended_at: card.endedAt === null ? null : toIso(card.endedAt),
    tasks: {
      completed: progress.tasksDone,
      total: progress.tasksTotal,
      progress: `${progress.tasksDone}/${progress.tasksTotal}`,
    },
    sessions: progress.sessions,
    cost_usd: progress.costUsd,
    tokens: progress.tokens,
    pull_requests: progress.pullRequests.map(({ number, url, title, isMerged }) => ({
      number,
      url,
      title,
      merged: isMerged,
    })),
    position: card.position,
    waiting_for: card.waitingFor,
  }
}
