/**
 * What subscribers are told: the original's 13 events with its field names. Every field is always present; what is not
 * known is null, or the original's own default where it never sends null.
 */

export const WEBHOOK_EVENTS = [
  'task.started',
  'task.completed',
  'task.failed',
  'pr.created',
  'pr.merged',
  'session.started',
  'session.completed',
  'ci.passed',
  'ci.failed',
  'plan.updated',
  'status.changed',
  'run.started',
  'run.completed',
] as const
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number]

type TaskFields = {
  /** Zero-based, over the whole plan. */
  readonly task_index: number
  readonly task_description: string
}
type TaskPlace = { readonly branch: string | null; readonly pr_group: string | null }
type PrFields = { readonly pr_number: number; readonly pr_url: string; readonly branch: string }
type Repository = {
  /** `owner/name`; null where pull requests are not on a forge with such names. */
  readonly repository: string | null
}
type SessionFields = TaskFields & {
  readonly session_number: number
  readonly max_sessions: number | null
  readonly phase: 'planning' | 'working' | 'verification'
}
type CheckFields = {
  readonly check_name: string | null
  readonly check_url: string | null
  readonly duration_seconds: number | null
}

export type NotificationFields = {
  'task.started': TaskFields & TaskPlace & { readonly total_tasks: number }
  'task.completed': TaskFields &
    TaskPlace & {
      readonly total_tasks: number
      readonly completed_tasks: number
      readonly duration_seconds: number | null
      readonly commit_hash: string | null
    }
  'task.failed': TaskFields &
    TaskPlace & {
      readonly error_message: string
      readonly error_type: string | null
      readonly duration_seconds: number | null
      readonly recoverable: boolean
    }
  'pr.created': PrFields &
    Repository & {
      readonly pr_title: string
      readonly base_branch: string
      readonly tasks_included: number
      readonly pr_group: string | null
    }
  'pr.merged': PrFields &
    Repository & {
      readonly pr_title: string
      readonly base_branch: string
      readonly merge_commit_hash: string | null
      readonly merged_at: string | null
      readonly pr_group: string | null
      readonly auto_merged: boolean
    }
  'session.started': SessionFields
  'session.completed': SessionFields & {
    readonly duration_seconds: number | null
    readonly result: 'completed' | 'skipped' | 'failed'
    readonly tools_used: number
    readonly tokens_used: number | null
  }
  'ci.passed': PrFields & Repository & CheckFields
  'ci.failed': PrFields &
    Repository &
    CheckFields & {
      readonly failure_reason: string | null
      readonly failure_log: string | null
      readonly recoverable: boolean
    }
  'plan.updated': {
    readonly update_source: 'mailbox' | 'manual' | 'verification'
    readonly message: string | null
    readonly tasks_added: number
    readonly tasks_modified: number
    readonly tasks_removed: number
    readonly total_tasks: number
    readonly completed_tasks: number
  }
  'status.changed': {
    readonly previous_status: string
    readonly new_status: string
    readonly reason: string | null
    readonly task_index: number | null
    readonly session_number: number | null
  }
  'run.started': {
    readonly goal: string
    readonly working_directory: string
    readonly max_sessions: number | null
    readonly auto_merge: boolean
    readonly pr_mode: 'per-task' | 'per-group'
    readonly resumed: boolean
  }
  'run.completed': {
    readonly goal: string
    readonly result: 'success' | 'blocked' | 'failed' | 'interrupted'
    readonly exit_code: number
    readonly total_tasks: number
    readonly completed_tasks: number
    readonly total_sessions: number
    readonly duration_seconds: number | null
    readonly prs_created: number
    readonly prs_merged: number
    readonly final_status: string
    readonly error_message: string | null
  }
}

export type Notification = {
  readonly [Event in WebhookEvent]: { readonly event: Event; readonly fields: NotificationFields[Event] }
}[WebhookEvent]
