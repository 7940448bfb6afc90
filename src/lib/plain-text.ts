/** Text from outside, made safe to show: no terminal escapes, no control characters, nothing that is read but not seen. */

/**
 * Sequences that a terminal obeys: CSI; strings (OSC, DCS, SOS, PM, APC) up to their end, which must be on the same
 * line; two-byte escapes. Node's own stripVTControlCharacters takes minutes over a megabyte of `ESC ]`.
 */
const SEQUENCES =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]*[0-~]/g

/**
 * C0 and C1 without tab and newline, interlinear notes, and what shows nothing by itself: it reorders the reading (bidi)
 * or carries words for machines alone (zero width, tag characters). Joiners and the usual variation selectors stay:
 * emoji and several scripts need them.
 */
const UNSHOWABLE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufff9-\ufffb]|(?!\u200c|\u200d|[\ufe00-\ufe0f])\p{Default_Ignorable_Code_Point}/gu

/** Up to two of them change how a neighbour looks (a heart in a family); a longer row is a message. */
const ROWS = /(?:\u200c|\u200d|[\ufe00-\ufe0f]){3,}/g

export function toPlainText(text: string, options: { maxLength?: number; singleLine?: boolean } = {}): string {
  const lines = text
    .toWellFormed()
    .replace(SEQUENCES, '')
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
  const shown = lines.replace(UNSHOWABLE, '').replace(ROWS, '')
  const shaped = options.singleLine === true ? shown.replace(/\s+/g, ' ').trim() : shown
  return options.maxLength === undefined ? shaped : cutText(shaped, options.maxLength)
}

/** For lines that we painted ourselves: our own colours stay, and nothing else that a terminal obeys. */
export function toScreenText(line: string): string {
  if (!UNPRINTABLE.test(line)) return line
  return line
    .split(OWN_COLOURS)
    .map((part, index) => (index % 2 === 1 ? part : toPlainText(part)))
    .join('')
}

const UNPRINTABLE = /[^\n\t -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u28ff]/
/** Bold, dim, the six colours, and their ends. */
const OWN_COLOURS = /(\u001b\[(?:1|2|22|3[1-6]|39)m)/

/** JSON in which every character that is not seen, or that a terminal obeys, is written as its number. */
export function toJsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(UNSEEN_IN_JSON, (found) =>
    Array.from(
      { length: found.length },
      (_, index) => `\\u${found.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
}

/** JSON itself escapes C0, but not these. */
const UNSEEN_IN_JSON = /[\u007f-\u009f\u2028\u2029]|\p{Default_Ignorable_Code_Point}/gu

/** At most `maxLength` UTF-16 units, the end of which says that something is missing; never half a character. */
export function cutText(text: string, maxLength: number, end = '…'): string {
  if (text.length <= maxLength) return text
  const kept = text.slice(0, Math.max(0, maxLength - end.length))
  return `${kept.replace(/[\ud800-\udbff]$/, '')}${end}`
}
