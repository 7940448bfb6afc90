/** Words in the mailbox of a repository; other options are letters too, but nobody's to read. */
import type { WaitingLetter } from '../../operations/catalog/run-desk.ts'
import type { Mailbox } from '../../store/mailbox.ts'

export async function waitingLetters(mailbox: Mailbox): Promise<readonly WaitingLetter[]> {
  const letters = await mailbox.letters()
  return letters.flatMap((letter) => {
    if (letter.kind !== 'message') return []
    const { id, text, sender, priority, at } = letter
    return [{ id, text, sender, priority, at }]
  })
}

export async function clearLetters(mailbox: Mailbox): Promise<number> {
  const waiting = await waitingLetters(mailbox)
  await mailbox.remove(waiting.map((letter) => letter.id))
  return waiting.length
}
