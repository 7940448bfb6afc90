/** What the options of each command are called once they are parsed. */
import type { PrNumber } from '../domain/ids.ts'
import type { LogLevel, MergeMethod, ModelTier, SandboxMode } from '../domain/run.ts'
import type { ForgeChoice } from '../operations/run-request.ts'

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
export type ControlFlags = Json & { reason?: string }
