/**
 * The one error type. Adapters translate what went wrong at their edge into a kind; nothing above looks at message
 * texts. Expected outcomes (red CI, a conflict, a usage limit) are values, not failures.
 */

export const FAILURE_KINDS = [
  'usage', // the command line or a message is wrong
  'config_invalid', // facts: path (of the wrong key), file
  'not_a_repository',
  'repository_empty', // no commit yet
  'branch_missing', // facts: branch
  'branch_invalid', // facts: branch
  'git_failed', // facts: command, exitCode, output
  'git_unreachable', // the remote did not answer; retry
  'git_refused', // the remote refused (rights, protected branch, non-fast-forward)
  'git_missing', // no git, or too old
  'disk', // the state directory or the workspace cannot be written: full, read-only, permissions
  'state_corrupt', // facts: file
  'state_newer', // written by a newer version of the program
  'run_exists', // facts: runId, status
  'run_missing',
  'run_locked', // a live owner; facts: pid, host
  'run_finished',
  'superseded', // another owner took over: stop acting at once
  'forge_unavailable', // this forge is not built yet, or not reachable by policy
  'forge_unreachable', // retry
  'forge_auth', // no token, or refused; facts: host
  'forge_permission', // the token may not do what the run needs; facts: permission, repository
  'forge_refused', // facts: status
  'pr_missing', // no such pull request, or none to choose
  'pr_unfit', // it cannot be worked on: closed, from a fork
  'agent_missing', // the Claude binary cannot be started
  'agent_auth', // no credential, or refused
  'agent_billing',
  'agent_model_missing', // facts: model
  'agent_overloaded', // retry
  'agent_network', // retry
  'agent_stalled', // silence beyond the watchdog; retry
  'agent_output', // no valid structured output
  'agent_refusal', // the model declined
  'agent_failed', // anything else from the agent; retry under the same budget
  'sandbox_unavailable', // `--sandbox on` and no bubblewrap
  'plan_invalid', // facts: problem
  'webhook_missing', // facts: webhook
  'webhook_exists', // another one has this address; facts: webhook
  'webhook_refused', // its address is not allowed; facts: address
  'input_invalid', // a request is wrong; facts: field
  'path_refused', // outside of the allowed roots; facts: path
  'url_refused', // an address that is not cloned from; facts: address
  'repository_exists', // facts: path
  'key_reused', // an idempotency key came with another request; facts: key
  'not_waiting', // nothing is asked
  'start_failed', // a run ended before it had begun
  'server_running', // another one has the data directory
  'timeout', // a command of ours took too long; facts: command
  'internal', // a defect of this program
] as const
export type FailureKind = (typeof FAILURE_KINDS)[number]

export type FailureFacts = Readonly<Record<string, string | number | boolean | null>>

/** Kinds that may go away by themselves; everything else needs somebody to act. */
const RETRYABLE: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'git_unreachable',
  'forge_unreachable',
  'agent_overloaded',
  'agent_network',
  'agent_stalled',
  'agent_output',
  'agent_failed',
  'timeout',
])

export class Failure extends Error {
  readonly kind: FailureKind
  readonly facts: FailureFacts

  constructor(kind: FailureKind, message: string, options: { facts?: FailureFacts; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Failure'
    this.kind = kind
    this.facts = options.facts ?? {}
  }

  get isRetryable(): boolean {
    return RETRYABLE.has(this.kind)
  }
}

/** Turns anything thrown into a Failure; what is not one already is a defect or an operating system error. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  const code = errorCode(error)
  const message = error instanceof Error ? error.message : String(error)
  if (code !== null && DISK_CODES.has(code)) return new Failure('disk', message, { facts: { code }, cause: error })
  return new Failure('internal', message, { cause: error })
}

const DISK_CODES: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO'])

function errorCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null
  return typeof error.code === 'string' ? error.code : null
}
