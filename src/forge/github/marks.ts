/**
 * Hidden marks by which we know our own comments: an HTML comment that GitHub does not show. A mark proves nothing by
 * itself, anybody can copy it; it counts only in what our own account wrote.
 */

const MARK = /<!-- claudetm:([^\s<>]+) -->/g
/** Characters that would end the HTML comment or the key. */
const UNSAFE = /[^\w.:/@#-]+/g

/** The text with its mark below. The same key always gives the same mark. */
export function withMark(body: string, key: string): string {
  return `${body.trimEnd()}\n\n${toMark(key)}`
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

export function hasMark(body: string, key: string): boolean {
  return marksIn(body).includes(toMarkKey(key))
}

/** What a person would see. */
export function withoutMarks(body: string): string {
  return body.replace(MARK, '').trimEnd()
}

/** Bots are `name` in GraphQL and `name[bot]` in REST: one account. Case does not tell accounts apart. */
export function isSameLogin(one: string, other: string): boolean {
  return bareLogin(one) === bareLogin(other)
}

export function bareLogin(login: string): string {
  return login.toLowerCase().replace(/\[bot\]$/, '')
}
