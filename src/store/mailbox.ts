/** What people tell a run while it works: words for its plan, or other options. One file per letter, so that nobody overwrites anybody. */
import type { RunId } from '../domain/ids.ts'
import type { OptionChanges } from '../domain/option-changes.ts'

export type LetterBody =
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'options'; readonly changes: OptionChanges }

export type Letter = LetterBody & {
  readonly id: string
  /** Whom it is for; a later run in the same place does not read it. */
  readonly runId: RunId
  readonly sender: string
  /** 0 to 3; the highest is read first. */
  readonly priority: number
  /** When it was put (epoch ms). */
  readonly at: number
}

export type Mailbox = {
  /** Returns the letter's id. */
  put(letter: LetterBody & Pick<Letter, 'runId' | 'sender' | 'priority'>): Promise<string>
  /** By priority, then oldest first. Does not remove; what is not a letter is set aside. */
  letters(): Promise<readonly Letter[]>
  remove(ids: readonly string[]): Promise<void>
}
