/** How the server itself is. */
import { z } from 'zod'
import { defineOperation } from './operation.ts'
import { instant } from './wire/task.ts'

export const healthCheck = defineOperation({
  name: 'health_check',
  summary: 'How the server is, and how much it does',
  changes: false,
  input: z.strictObject({}),
  output: z
    .object({
      status: z.enum(['healthy', 'degraded']).describe('degraded: a task is blocked or failed'),
      version: z.string(),
      server_name: z.literal('claude-task-master-api'),
      uptime_seconds: z.number(),
      active_tasks: z.int(),
      queued_tasks: z.int(),
      max_tasks: z.int(),
      timestamp: instant,
    })
    .meta({ id: 'Health' }),
  async perform({ runs, version, now, startedAt }) {
    const { atWork, queued, maxAtWork, byStatus } = await runs.counts()
    const isDegraded = byStatus.blocked + byStatus.failed > 0
    return {
      status: isDegraded ? 'degraded' : 'healthy',
      version,
      server_name: 'claude-task-master-api',
      uptime_seconds: Math.round((now() - startedAt) / 100) / 10,
      active_tasks: atWork,
      queued_tasks: queued,
      max_tasks: maxAtWork,
      timestamp: new Date(now()).toISOString(),
    }
  },
})
