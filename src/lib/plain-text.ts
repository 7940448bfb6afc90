/** Text from outside, made safe to show: no terminal escapes, no control characters, no tricks with reading direction. */
import { stripVTControlCharacters } from 'node:util'

/** C0 and C1 without tab and newline, and the characters that reorder what a person reads. */
const UNSHOWABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g

export function toPlainText(text: string, options: { maxLength?: number; singleLine?: boolean } = {}): string {
  const shown = stripVTControlCharacters(text.toWellFormed()).replace(/\r\n?/g, '\n').replace(UNSHOWABLE, '')
  const shaped = options.singleLine === true ? shown.replace(/\s+/g, ' ').trim() : shown
  return options.maxLength === undefined ? shaped : cutText(shaped, options.maxLength)
}

/** At most `maxLength` UTF-16 units, the end of which says that something is missing; never half a character. */
export function cutText(text: string, maxLength: number, end = '…'): string {
  if (text.length <= maxLength) return text
  const kept = text.slice(0, Math.max(0, maxLength - end.length))
  return `${kept.replace(/[\ud800-\udbff]$/, '')}${end}`
}
