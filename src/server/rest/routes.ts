/** Which request asks for which operation. Everything else about a route follows from its operation. */
import { CATALOG } from '../../operations/catalog/catalog.ts'
import type { Operation, StreamOperation } from '../../operations/catalog/operation.ts'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

export type Route = {
  readonly method: Method
  /** With `{id}` for what the path holds. */
  readonly path: string
  readonly operation: Operation | StreamOperation
  /** Of a good answer; default 200. */
  readonly status?: number
  /** Answered without the password. */
  readonly isPublic?: true
  /** Only where a password is configured, as in the original: it brings foreign code onto the machine. */
  readonly needsPassword?: true
}

const task = (method: Method, rest: string, operation: Route['operation'], more: Partial<Route> = {}): Route => ({
  method,
  path: `/tasks/{id}${rest}`,
  operation,
  ...more,
})

export const ROUTES: readonly Route[] = [
  { method: 'post', path: '/tasks', operation: CATALOG.startTask, status: 201 },
  { method: 'get', path: '/tasks', operation: CATALOG.findTasks },
  task('get', '', CATALOG.getTask),
  task('delete', '', CATALOG.removeTask),
  task('get', '/plan', CATALOG.getPlan),
  task('get', '/progress', CATALOG.getProgress),
  task('get', '/context', CATALOG.getContext),
  task('get', '/logs', CATALOG.getLogs),
  task('get', '/events', CATALOG.watchTask),
  task('get', '/sessions', CATALOG.getSessions),
  task('get', '/cost', CATALOG.getCost),
  task('get', '/evidence', CATALOG.getEvidence),
  task('get', '/pull-requests', CATALOG.getPullRequests),
  task('get', '/comments', CATALOG.getComments),
  task('get', '/ci-logs', CATALOG.getCiLogs),
  task('post', '/pause', CATALOG.pauseTask),
  task('post', '/resume', CATALOG.resumeTask),
  task('post', '/stop', CATALOG.stopTask),
  task('post', '/messages', CATALOG.sendMessage, { status: 202 }),
  task('post', '/answers', CATALOG.answerTask),
  task('patch', '/config', CATALOG.updateConfig),
  { method: 'post', path: '/repo/clone', operation: CATALOG.cloneRepo, needsPassword: true },
  { method: 'post', path: '/repo/setup', operation: CATALOG.setupRepo, needsPassword: true },
  { method: 'post', path: '/repo/plan', operation: CATALOG.planRepo, needsPassword: true },
  { method: 'get', path: '/repo/checks', operation: CATALOG.checkRepo },
  { method: 'get', path: '/repo/config', operation: CATALOG.showConfig },
  { method: 'post', path: '/merge-pr', operation: CATALOG.mergePullRequest, status: 201 },
  { method: 'get', path: '/health', operation: CATALOG.healthCheck, isPublic: true },
]
