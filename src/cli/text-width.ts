/** How many columns of a terminal a text takes, closely enough to keep lines from wrapping. */

/** One column each: Latin, Greek, Cyrillic, punctuation, arrows, and the marks of our own views. */
const SIMPLE =
  /^[ -~\u00a1-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2190-\u21ff\u25e6\u2714\u2716\u2800-\u28ff]*$/

export function textWidth(text: string): number {
  if (SIMPLE.test(text)) return text.length
  return graphemes(text).reduce((width, grapheme) => width + graphemeWidth(grapheme), 0)
}

/** At most `width` columns; the last one says that something is missing. */
export function cutToWidth(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  if (width < 1) return ''
  if (SIMPLE.test(text)) return `${text.slice(0, width - 1)}…`
  let kept = ''
  let used = 0
  for (const grapheme of graphemes(text)) {
    used += graphemeWidth(grapheme)
    if (used > width - 1) break
    kept += grapheme
  }
  return `${kept}…`
}

/** Making a segmenter costs as much as half of Node's start, so simple text goes without. */
function graphemes(text: string): readonly string[] {
  return Array.from(new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text), ({ segment }) => segment)
}

/** Nothing for marks alone, two for East Asian wide and full-width blocks and for what is drawn as an emoji. */
function graphemeWidth(grapheme: string): number {
  if (/^[\p{Mark}\p{Default_Ignorable_Code_Point}]+$/u.test(grapheme)) return 0
  const isWide =
    /\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u
  return isWide.test(grapheme) ? 2 : 1
}

/** Lines of at most `width` columns, broken between words where a word fits a line, and nothing left out. */
export function wrapToWidth(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`
    if (textWidth(joined) <= width) {
      line = joined
      continue
    }
    if (line !== '') lines.push(line)
    line = word
    while (textWidth(line) > width) {
      const part = headOfWidth(line, width)
      lines.push(part)
      line = line.slice(part.length)
    }
  }
  return [...lines, line]
}

/** At least one character, however narrow it has to be. */
function headOfWidth(text: string, width: number): string {
  let head = ''
  for (const character of text) {
    if (head !== '' && textWidth(head + character) > width) break
    head += character
  }
  return head
}
