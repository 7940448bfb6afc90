/** What the options of each command are called once they are parsed. */
import type { PrNumber } from '../domain/ids.ts'
import type { LogLevel, MergeMethod, ModelTier, SandboxMode } from '../domain/run.ts'
import type { WebhookEvent } from '../notify/event/notification.ts'
import type { DeliveryStatus } from '../notify/outbox/outbox.ts'
import type { ForgeChoice } from '../operations/run-request.ts'
import type { Limit } from './option-values.ts'

export type Json = { json?: true }

export type StartFlags = Json & {
  model?: ModelTier
  autoMerge?: boolean
  maxSessions?: number
  prs?: number
  pauseOnPr: boolean
  prPerTask: boolean
  branch?: string
  targetBranch?: string
  budget?: number
  maxCost?: number
  criteria?: readonly string[]
  verify?: boolean
  logLevel?: LogLevel
  sandbox?: SandboxMode
  syncBeforeMerge?: boolean
  draft?: boolean
  webhookUrl?: string
  webhookSecret?: string
} & ForgeFlags

export type ForgeFlags = {
  forge?: ForgeChoice
  mergeMethod?: MergeMethod
  admin?: boolean
  webhookPort?: number
}

export type MergeFlags = Json &
  ForgeFlags & {
    maxIterations: number
    merge: boolean
    createPr: boolean
    model?: ModelTier
    maxCost?: number
    logLevel?: LogLevel
    sandbox?: SandboxMode
  }

export type ResumeFlags = Json & {
  force: boolean
  maxCost?: number
  maxSessions?: number
  autoMerge?: boolean
  admin?: boolean
  webhookPort?: number
}

export type PrFlags = Json & { pr?: PrNumber }
export type CommentFlags = PrFlags & { all: boolean }
export type CiStatusFlags = PrFlags & { runId?: number; limit: number }
export type CiLogFlags = PrFlags & { check?: string; lines: number }
export type LogFlags = Json & { tail: number; follow: boolean; run?: string }
export type WaiveFlags = Json & { all: boolean; why?: string }
export type MessageFlags = Json & { sender: string; priority: number }
export type ChangeFlags = Json & {
  model?: ModelTier
  autoMerge?: boolean
  maxSessions?: Limit
  prs?: Limit
  pauseOnPr?: boolean
  prPerTask?: boolean
  budget?: Limit
  maxCost?: Limit
  verify?: boolean
  logLevel?: LogLevel
  mergeMethod?: MergeMethod
  admin?: boolean
  syncBeforeMerge?: boolean
  draft?: boolean
}
export type ControlFlags = Json & { reason?: string }

export type WebhookFlags = Json & {
  secret?: string
  generateSecret?: true
  event?: readonly WebhookEvent[]
  name?: string
  description?: string
  timeout?: number
  maxRetries?: number
  verifyTls: boolean
  header?: Readonly<Record<string, string>>
}
export type AddFlags = WebhookFlags & { disabled?: true }
export type UpdateFlags = WebhookFlags & { url?: string; allEvents?: true; unsigned?: true; headers: boolean }
export type TestFlags = Json & { url?: string; secret?: string }
export type DeliveriesFlags = Json & { status?: DeliveryStatus; limit: number }
export type DeliverFlags = Json & { wait: number }
