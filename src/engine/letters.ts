/** What people told the run since the last look: words wait for the next change of the plan, options are in force at once. */
import type { RunState } from '../domain/run.ts'
import { toPlainText } from '../lib/plain-text.ts'
import type { Letter } from '../store/mailbox.ts'
import type { Context } from './context.ts'

/** Taken over before they are removed: a letter may be read twice after a crash, never lost. */
export async function readLetters(context: Context): Promise<void> {
  const { mailbox, memory } = context
  const letters = await mailbox.letters()
  const { runId } = memory.state()
  const others = letters.filter((letter) => letter.runId !== runId)
  if (others.length > 0) await mailbox.remove(others.map((letter) => letter.id)) // of a run that has ended
  const present = letters.filter((letter) => letter.runId === runId)
  const taken = present.filter((letter) => letter.kind === 'options' || !isReplanning(memory.state()))
  if (taken.length === 0) return
  await memory.update((state) => taken.reduce(takeOver, state))
  for (const letter of taken) {
    if (letter.kind === 'options') await memory.emit({ type: 'warning', message: describeOptions(letter) })
  }
  await mailbox.remove(taken.map((letter) => letter.id))
}

export async function hasLetters({ mailbox, memory }: Context): Promise<boolean> {
  const letters = await mailbox.letters()
  return letters.some((letter) => letter.kind === 'options' || !isReplanning(memory.state()))
}

/** The session that changes the plan was given the words of its time: new ones are for the next one. */
function isReplanning({ attempt }: RunState): boolean {
  return attempt?.kind === 'plan-update'
}

/** For the record. */
export function describeOptions({ sender, changes }: Extract<Letter, { kind: 'options' }>): string {
  return `options were changed by ${sender}: ${Object.keys(changes).join(', ')}`
}

/** What a letter makes of a run. Pure. */
export function takeOver(state: RunState, letter: Letter): RunState {
  if (letter.kind === 'options') return { ...state, options: { ...state.options, ...letter.changes } }
  const text = signedText(letter)
  return state.messages.includes(text) ? state : { ...state, messages: [...state.messages, text] }
}

/** Senders that say no more than which way a message came. */
const NOBODY: ReadonlySet<string> = new Set(['anonymous', 'cli'])

function signedText({ text, sender }: Extract<Letter, { kind: 'message' }>): string {
  const name = toPlainText(sender, { singleLine: true })
  return NOBODY.has(name) ? text : `${text}\n\n(from ${name})`
}
