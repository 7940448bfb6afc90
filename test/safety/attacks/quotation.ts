/** Reads a prompt as its receiver is told to: what is quoted and by whom, and what is said with our own authority. */

export type Quotation = { readonly source: string; readonly text: string }

export type ReadPrompt = { readonly quotations: readonly Quotation[]; readonly ours: string }

/** A quotation ends at the first closing mark with the id of its opening; one that never ends is an error. */
export function readPrompt(prompt: string): ReadPrompt {
  const quotations: Quotation[] = []
  let ours = ''
  let rest = prompt
  for (;;) {
    const opening = /^<quoted id="([0-9a-f]+)" source=("(?:[^"\\\n]|\\.)*")>$/m.exec(rest)
    if (opening === null) break
    const [line, id, source = '""'] = opening
    const closing = `</quoted id="${id}">`
    const from = opening.index + line.length
    const end = rest.indexOf(closing, from)
    if (end === -1) throw new Error(`a quotation is never closed: ${line}`)
    quotations.push({ source: JSON.parse(source) as string, text: rest.slice(from + 1, end) })
    ours += rest.slice(0, opening.index)
    rest = rest.slice(end + closing.length)
  }
  return { quotations, ours: withoutNames(ours + rest) }
}

/** Names from outside stand in double quotes on one line, as JSON writes them. */
function withoutNames(text: string): string {
  return text.replace(/"(?:[^"\\\n]|\\[^\n])*"/g, '""')
}

/** C0 without line ends and tab, C1, bidi, tags, zero width, and rows of selectors: read by machines, not seen by people. */
export const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}]|(?:\u200c|\u200d|[\ufe00-\ufe0f]){3,}/u
