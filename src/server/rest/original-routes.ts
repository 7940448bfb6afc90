/**
 * The routes of the original, which knew one task at a time: the same operations for the current task, with its bodies,
 * and with its status codes and error names where they differ from those of `/tasks`.
 */
import { CATALOG } from '../../operations/catalog/catalog.ts'
import { ofCurrent } from '../../operations/catalog/current.ts'
import type { Operation } from '../../operations/catalog/operation.ts'
import { deleteTask } from '../../operations/catalog/original/cleaning.ts'
import { sendToCurrent } from '../../operations/catalog/original/mailbox.ts'
import type { FailureAnswers, Method, Route } from './route.ts'

const AS_ORIGINAL: FailureAnswers = {
  run_exists: { status: 400, code: 'task_exists' },
  run_locked: { status: 400, code: 'invalid_operation' },
  run_finished: { status: 400, code: 'invalid_operation' },
  not_waiting: { status: 400, code: 'invalid_operation' },
}

const current = (method: Method, path: string, operation: Operation, as = operation.name): Route => ({
  method,
  path,
  operation,
  operationId: `current_${as}`,
  failures: AS_ORIGINAL,
})

const { pauseTask, resumeTask, stopTask, updateConfig } = CATALOG

export const ORIGINAL_ROUTES: readonly Route[] = [
  current('get', '/status', CATALOG.getStatus),
  current('get', '/plan', ofCurrent(CATALOG.getPlan)),
  current('get', '/logs', ofCurrent(CATALOG.getLogs)),
  current('get', '/progress', ofCurrent(CATALOG.getProgress)),
  current('get', '/context', ofCurrent(CATALOG.getContext)),
  current('delete', '/coding-style', CATALOG.deleteCodingStyle),
  current('post', '/task/init', CATALOG.initializeTask),
  current('delete', '/task', deleteTask),
  current('post', '/control/stop', ofCurrent(stopTask)),
  current('post', '/control/pause', ofCurrent(pauseTask)),
  current('post', '/control/resume', ofCurrent(resumeTask)),
  current('patch', '/config', ofCurrent(updateConfig)),
  current('post', '/mailbox/send', sendToCurrent),
  current('get', '/mailbox', CATALOG.checkMailbox),
  current('delete', '/mailbox', CATALOG.clearMailbox),
]
