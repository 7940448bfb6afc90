import type { Brand } from '../lib/brand.ts'

/** `YYYYMMDD-HHMMSS` in local time, as users of the original know it, made unique per state directory. */
export type RunId = Brand<string, 'RunId'>
/** `g1`, `g2`, ...: stable for the life of a run, also when plan.md is edited. */
export type GroupId = Brand<string, 'GroupId'>
/** `t1`, `t2`, ...: unique over the whole plan and never used twice. */
export type TaskId = Brand<string, 'TaskId'>
/** A uuid chosen by us before the session's process starts. */
export type SessionId = Brand<string, 'SessionId'>
/** A uuid of the agent's conversation; several sessions may continue one conversation. */
export type ConversationId = Brand<string, 'ConversationId'>
/** A full 40 digit object name. */
export type CommitSha = Brand<string, 'CommitSha'>
export type PrNumber = Brand<number, 'PrNumber'>
