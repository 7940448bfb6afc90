/** Words for a run: put, looked at and taken back. Who works on it takes them up at its next step, else at `resume`. */
import { Failure } from '../domain/failure.ts'
import type { RunId } from '../domain/ids.ts'
import type { RunState } from '../domain/run.ts'
import type { RunStatus } from '../domain/stage.ts'
import type { Mailbox } from '../store/mailbox.ts'
import type { LockOwner, Store } from '../store/store.ts'
import { noRun } from './status.ts'

/** As in the original. */
export const MAX_MESSAGE_CHARS = 100_000
export const MAX_SENDER_CHARS = 256
export const MAX_PRIORITY = 3

export type Words = {
  readonly text: string
  readonly sender: string
  /** 0 to 3; the highest is read first. */
  readonly priority: number
}

export type WaitingLetter = Words & { readonly id: string; readonly at: number }

/** Where a run is, and what can be said to it. */
export type MailPlace = { readonly store: Store; readonly mailbox: Mailbox }

export type Reached = {
  readonly runId: string
  readonly status: RunStatus
  /** Who reads it at the next step; null = nobody is at work, and it waits for `resume`. */
  readonly owner: LockOwner | null
}

export type MailboxReport = Reached & {
  /** In the order in which they are read. */
  readonly waiting: readonly WaitingLetter[]
  /** Taken up, and not worked into the plan yet. */
  readonly takenUp: readonly string[]
}

/** Throws as `presentRun`. */
export async function readMailbox({ store, mailbox }: MailPlace): Promise<MailboxReport> {
  const state = await presentRun(store)
  const [waiting, owner] = await Promise.all([waitingLetters(mailbox, state.runId), store.owner()])
  return { ...reached(state, owner), waiting, takenUp: state.messages }
}

/** Throws as `presentRun`, also for a run that ended while the message was put. */
export async function sendMessage(
  { store, mailbox }: MailPlace,
  words: Words,
): Promise<Reached & { readonly messageId: string }> {
  const { runId } = await presentRun(store)
  const messageId = await mailbox.put({ kind: 'message', runId, ...words })
  try {
    const owner = await store.owner()
    const state = await presentRun(store)
    if (state.runId !== runId) throw ended(runId, 'has ended')
    return { ...reached(state, owner), messageId }
  } catch (error) {
    await mailbox.remove([messageId])
    throw error
  }
}

/** Throws as `presentRun`. What was taken up already is not taken back. */
export async function clearMailbox({ store, mailbox }: MailPlace): Promise<{ readonly cleared: number }> {
  const { runId } = await presentRun(store)
  return { cleared: await clearLetters(mailbox, runId) }
}

/** As in the original. */
const PREVIEW_CHARS = 100

/** The beginning of a message, in one line. */
export function previewOf({ text }: Words): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length <= PREVIEW_CHARS ? line : `${line.slice(0, PREVIEW_CHARS - 3)}...`
}

/** Other options are letters too, but nobody's to read. */
export async function waitingLetters(mailbox: Mailbox, runId: RunId): Promise<readonly WaitingLetter[]> {
  const letters = await mailbox.letters()
  return letters.flatMap((letter) => {
    if (letter.kind !== 'message' || letter.runId !== runId) return []
    const { id, text, sender, priority, at } = letter
    return [{ id, text, sender, priority, at }]
  })
}

/** Returns how many there were. */
export async function clearLetters(mailbox: Mailbox, runId: RunId): Promise<number> {
  const waiting = await waitingLetters(mailbox, runId)
  await mailbox.remove(waiting.map((letter) => letter.id))
  return waiting.length
}

/** The run that lies here and can be told something. Throws `run_missing`, or `run_finished` when the last one has ended. */
export async function presentRun(store: Store): Promise<RunState> {
  const state = await store.load()
  if (state === null) {
    const [last] = await store.history()
    if (last === undefined) throw noRun()
    throw ended(last.runId, last.status === 'success' ? 'has ended in success' : 'was put away')
  }
  if (state.status === 'success') throw ended(state.runId, 'has ended in success')
  return state
}

function ended(runId: string, how: string): Failure {
  return new Failure('run_finished', `run ${runId} ${how}: there is none here that could be told anything`)
}

function reached({ runId, status }: RunState, owner: LockOwner | null): Reached {
  return { runId, status, owner }
}
