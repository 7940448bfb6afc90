/** How long a session may be silent and how often the service is asked again. */

export type SessionLimits = {
  /** Without any message, e.g. while a long test suite runs. */
  readonly streamIdleTimeoutMs: number
  /** Without any message once the answer was given: then the session is over, whether or not the process says so. */
  readonly postCompletionIdleTimeoutMs: number
  /**
   * Retries of the process itself; waiting longer is the orchestrator's business, which knows the whole run. Below two,
   * an overloaded model is not replaced by its fallback (measured).
   */
  readonly apiRetries: number
  /** Until the headers of an answer. */
  readonly apiTimeoutMs: number
  /** Without a byte within an answer; the process does not go below ten seconds (measured). */
  readonly byteIdleMs: number
  /** Of one shell command, when the agent does not name a limit, and at most. */
  readonly commandTimeoutMs: number
  readonly maxCommandTimeoutMs: number
}

export const DEFAULT_LIMITS: SessionLimits = {
  streamIdleTimeoutMs: 1_800_000,
  postCompletionIdleTimeoutMs: 120_000,
  apiRetries: 3,
  apiTimeoutMs: 120_000,
  byteIdleMs: 60_000,
  commandTimeoutMs: 600_000,
  maxCommandTimeoutMs: 1_500_000, // below streamIdleTimeoutMs: a command is silent while it runs
}
