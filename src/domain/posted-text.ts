/**
 * Words of agents and plans as they are posted under a person's account: they say the same, and nothing happens because
 * of them. Nobody is called, no issue is closed, no CI is skipped, no other program takes an order, no mark is hidden.
 */
import { toPlainText } from '../lib/plain-text.ts'

/** Not seen, and not part of any word: what it stands in means nothing to programs. */
const BREAK = '\u200b'

export function toPostedText(text: string): string {
  return toSilent(toPlainText(text))
    .replace(ORDERS, BREAK)
    .replace(CODE_OR_MENTION, (found) => (found === '@' ? `@${BREAK}` : found))
}

/** What counts in code and in commit messages as well. */
function toSilent(plain: string): string {
  return plain
    .replaceAll('<!--', `<${BREAK}!--`)
    .replace(CLOSING, (word) => word[0] + BREAK + word.slice(1))
    .replace(SKIPPING, (word) => word[0] + BREAK + word.slice(1))
}

export function toPostedTitle(text: string): string {
  return toPostedText(text.replace(/\s+/g, ' ').trim())
}

/** Code on one line of Markdown, whatever it holds. */
export function toCodeSpan(code: string): string {
  const plain = toSilent(toPlainText(code, { singleLine: true }))
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const edge = plain.startsWith('`') || plain.endsWith('`') ? ' ' : ''
  return `${fence}${edge}${plain}${edge}${fence}`
}

/** What GitHub and GitLab take as "this closes that issue", in commit messages too. */
const CLOSING =
  /\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?)(?=:?\s+(?:(?:[\w.-]{1,100}\/){0,5}[\w.-]{0,100}#\d|gh-\d|https?:\/\/\S{1,300}\/\d))/gi

const SKIPPING =
  /\[(?=(?:skip ci|ci skip|no ci|skip actions|actions skip)\])|\bskip-checks(?=:\s*true)|\*{3}(?=NO_CI)/gi

/** Lines that other programs obey: `/approve`, `bors r+`. */
const ORDERS = /^(?=[ \t]*(?:\/[a-z]|bors\s))/gim

/** In code nobody is called, and what stands there is copied. */
const CODE_OR_MENTION =
  /^ {0,3}(`{3,}|~{3,}).*\n[\s\S]*?^ {0,3}\1[`~]*[ \t]*$|(?<!`)(`+)(?!`)(?:.|\n(?![ \t]*\n))*?(?<!`)\2(?!`)|(?<!\w)@(?=\w)/gm
