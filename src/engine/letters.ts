/** What people told the run since the last look: words wait for the next change of the plan, options are in force at once. */
import type { RunState } from '../domain/run.ts'
import type { Letter } from '../store/mailbox.ts'
import type { Context } from './context.ts'

/** Taken over before they are removed: a letter may be read twice after a crash, never lost. */
export async function readLetters(context: Context): Promise<void> {
  const { mailbox, memory } = context
  const letters = (await mailbox?.letters()) ?? []
  // Letters from before this run are not meant for it.
  const old = letters.filter((letter) => letter.at < memory.state().createdAt)
  if (old.length > 0) await mailbox?.remove(old.map((letter) => letter.id))
  const present = letters.filter((letter) => !old.includes(letter))
  const taken = present.filter((letter) => letter.kind === 'options' || !isReplanning(memory.state()))
  if (mailbox === undefined || taken.length === 0) return
  await memory.update((state) => taken.reduce(takeOver, state))
  for (const letter of taken) {
    if (letter.kind !== 'options') continue
    const names = Object.keys(letter.changes).join(', ')
    await memory.emit({ type: 'warning', message: `options were changed by ${letter.sender}: ${names}` })
  }
  await mailbox.remove(taken.map((letter) => letter.id))
}

export async function hasLetters({ mailbox, memory }: Context): Promise<boolean> {
  const letters = (await mailbox?.letters()) ?? []
  return letters.some((letter) => letter.kind === 'options' || !isReplanning(memory.state()))
}

/** The session that changes the plan was given the words of its time: new ones are for the next one. */
function isReplanning({ attempt }: RunState): boolean {
  return attempt?.kind === 'plan-update'
}

function takeOver(state: RunState, letter: Letter): RunState {
  if (letter.kind === 'options') return { ...state, options: { ...state.options, ...letter.changes } }
  return state.messages.includes(letter.text) ? state : { ...state, messages: [...state.messages, letter.text] }
}
