/** Which request asks for which operation. Everything else about a route follows from its operation. */
import { CATALOG } from '../../operations/catalog/catalog.ts'
import { ORIGINAL_ROUTES } from './original-routes.ts'
import type { FailureAnswers, Method, Route } from './route.ts'

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

const notCloned = { status: 400, code: 'clone_failed' }
const notPlanned = { status: 400, code: 'planning_failed' }

/** As in the original, only where a password is configured, and with its names for what goes wrong. */
const repository = (rest: string, operation: Route['operation'], failures: FailureAnswers): Route => ({
  method: 'post',
  path: `/repo${rest}`,
  operation,
  failures,
  needsPassword: true,
})

const REPOSITORY_ROUTES: readonly Route[] = [
  repository('/clone', CATALOG.cloneRepo, {
    repository_exists: notCloned,
    git_failed: notCloned,
    git_refused: notCloned,
    git_unreachable: notCloned,
    timeout: notCloned,
    path_refused: { status: 422, code: 'path_refused' },
  }),
  {
    ...repository('/setup', CATALOG.setupRepo, { path_refused: { status: 422, code: 'path_refused' } }),
    badEnd: { status: 400, isIt: (output) => !isSuccess(output) },
  },
  repository('/plan', CATALOG.planRepo, {
    start_failed: notPlanned,
    plan_invalid: notPlanned,
    path_refused: { status: 422, code: 'path_refused' },
  }),
]

function isSuccess(output: unknown): boolean {
  return typeof output === 'object' && output !== null && 'success' in output && output.success === true
}

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
  { method: 'get', path: '/repo/checks', operation: CATALOG.checkRepo },
  { method: 'get', path: '/repo/config', operation: CATALOG.showConfig },
  { method: 'post', path: '/merge-pr', operation: CATALOG.mergePullRequest, status: 201 },
  { method: 'get', path: '/health', operation: CATALOG.healthCheck, isPublic: true },
  ...REPOSITORY_ROUTES,
  ...ORIGINAL_ROUTES,
]
