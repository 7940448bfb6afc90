/**
 * Hidden marks by which we know our own comments: an HTML comment that GitHub does not show. A mark proves nothing by
 * itself, anybody can copy it; it counts only in what our own account wrote, and only as the last line: who answers a
 * comment by quoting it takes the mark along, further up.
 */
import { cutText } from '../../lib/plain-text.ts'

const MARK = /<!-- claudetm:([^\s<>]+) -->/g
/** Characters that would end the HTML comment or the key. */
const UNSAFE = /[^\w.:/@#-]+/g

/** GitHub refuses longer ones. */
const MAX_COMMENT_CHARS = 65_000

/** The text with its mark below, as long as GitHub takes it. The same key always gives the same mark. */
export function withMark(body: string, key: string): string {
  const mark = `\n\n${toMark(key)}`
  return `${cutText(body.trimEnd(), MAX_COMMENT_CHARS - mark.length, '\n\n… (shortened)')}${mark}`
}

export function toMark(key: string): string {
  return `<!-- claudetm:${toMarkKey(key)} -->`
}

/** Keys as they are written into marks; `--` would end an HTML comment early. */
export function toMarkKey(key: string): string {
  return key.replace(UNSAFE, '_').replace(/-{2,}/g, '-')
}

/** The keys of all marks in a text, in their order. */
export function marksIn(body: string): readonly string[] {
  return [...body.matchAll(MARK)].map(([, key]) => key ?? '')
}

/** Written by us for this key: what only quotes it is somebody else's. */
export function hasMark(body: string, key: string): boolean {
  return markAtEnd(body) === toMarkKey(key)
}

/** Ends with a mark, as what we write does. */
export function isMarked(body: string): boolean {
  return markAtEnd(body) !== null
}

function markAtEnd(body: string): string | null {
  return /(?:^|\n)<!-- claudetm:([^\s<>]+) -->\s*$/.exec(body)?.[1] ?? null
}

/** What a person would see. */
export function withoutMarks(body: string): string {
  return body.replace(MARK, '').trimEnd()
}

/** Bots are `name` in GraphQL and `name[bot]` in REST: one account. Case does not tell accounts apart. */
export function bareLogin(login: string): string {
  return login.toLowerCase().replace(/\[bot\]$/, '')
}
