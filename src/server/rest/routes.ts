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
  /** Only where a password is configured, as in the original: it brings foreign code onto the machine, or sends from it. */
  readonly needsPassword?: true
}

const task = (method: Method, rest: string, operation: Route['operation'], more: Partial<Route> = {}): Route => ({
  method,
  path: `/tasks/{id}${rest}`,
  operation,
  ...more,
})

/** Who is told of what happens: only behind a password, since it makes the server send requests. */
const webhooks = (method: Method, rest: string, operation: Route['operation'], status = 200): Route => ({
  method,
  path: `/webhooks${rest}`,
  operation,
  status,
  needsPassword: true,
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
  task('post', '/pause', CATALOG.pauseTask),
  task('post', '/resume', CATALOG.resumeTask),
  task('post', '/stop', CATALOG.stopTask),
  task('post', '/messages', CATALOG.sendMessage, { status: 202 }),
  task('post', '/answers', CATALOG.answerTask),
  task('patch', '/config', CATALOG.updateConfig),
  { method: 'post', path: '/repo/clone', operation: CATALOG.cloneRepo, needsPassword: true },
  { method: 'post', path: '/repo/setup', operation: CATALOG.setupRepo, needsPassword: true },
  { method: 'post', path: '/repo/plan', operation: CATALOG.planRepo, needsPassword: true },
  webhooks('get', '', CATALOG.findHooks),
  webhooks('post', '', CATALOG.createHook, 201),
  webhooks('post', '/test', CATALOG.testHook),
  webhooks('get', '/deliveries', CATALOG.findDeliveries),
  webhooks('get', '/deliveries/{delivery_id}', CATALOG.getHookDelivery),
  webhooks('post', '/deliveries/{delivery_id}/redeliver', CATALOG.redeliverHook, 202),
  webhooks('get', '/{webhook_id}', CATALOG.getHook),
  webhooks('put', '/{webhook_id}', CATALOG.updateHook),
  webhooks('patch', '/{webhook_id}', CATALOG.changeHook),
  webhooks('delete', '/{webhook_id}', CATALOG.deleteHook),
  { method: 'get', path: '/health', operation: CATALOG.healthCheck, isPublic: true },
]
