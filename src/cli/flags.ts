/** What the options of each command are called once they are parsed. */
import type { LogLevel, ModelTier, SandboxMode } from '../domain/run.ts'

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
  forge?: 'auto' | 'local'
}

export type ResumeFlags = Json & {
  force: boolean
  maxCost?: number
  maxSessions?: number
  autoMerge?: boolean
}

export type LogFlags = Json & { tail: number; follow: boolean; run?: string }
export type ControlFlags = Json & { reason?: string }
