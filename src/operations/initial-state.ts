/** A run before its first step. */
import type { RunId } from '../domain/ids.ts'
import { type RunOptions, type RunState, STATE_SCHEMA_VERSION } from '../domain/run.ts'

export function initialState(runId: RunId, goal: string, options: RunOptions, now: number): RunState {
  return {
    schemaVersion: STATE_SCHEMA_VERSION,
    revision: 0,
    runId,
    goal,
    status: 'planning',
    reason: null,
    options,
    createdAt: now,
    updatedAt: now,
    plan: null,
    planFileDigest: null,
    planFileTicked: [],
    planFileBases: [],
    nextTaskNumber: 1,
    nextGroupNumber: 1,
    tasks: {},
    groups: {},
    sessions: [],
    learnings: [],
    messages: [],
    attempt: null,
    verification: null,
    verifiedAt: null,
    usageLimitUntil: null,
    usageLimitWaits: 0,
    block: null,
    capsSince: { costUsd: 0, sessions: 0 },
  }
}
