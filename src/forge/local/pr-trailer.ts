/** The line of a commit message that says which pull request it merges, and how its commit is found again by it. */
import type { CommitSha } from '../../domain/ids.ts'
import type { Git } from '../../workspace/git.ts'
import type { PullRequestText } from '../forge.ts'
import type { PrRecord } from './pr-record.ts'

const PR_TRAILER = 'Claudetm-Pr'

/** The trailer is a paragraph of its own: whatever the body ends with is not read as ours. */
export function toMergeMessage(record: PrRecord, { title, body }: PullRequestText): string {
  const subject = `${title.replace(/\s+/g, ' ').trim()} (#${record.number})`
  return toText([subject, body.replace(/\r\n?/g, '\n').trim(), toTrailer(record)])
}

/** Trailers of its author stay trailers: git reads the last paragraph only. One that has ours already is text. */
export function withTrailer(record: PrRecord, message: string): string {
  const paragraphs = message.trim().split(/\n{2,}/)
  const last = paragraphs.length > 1 ? (paragraphs.at(-1) ?? '') : ''
  const areTrailers = last !== '' && last.split('\n').every((line) => /^[A-Za-z0-9-]+: \S/.test(line))
  const joins = areTrailers && !last.includes(`${PR_TRAILER}:`)
  return joins ? `${message.trim()}\n${toTrailer(record)}\n` : toText([message.trim(), toTrailer(record)])
}

/** The commit after `base` in `target` that says it merges the PR with this key; null = there is none. */
export async function findMergeCommit(
  git: Git,
  { base, target, key }: { base: CommitSha; target: CommitSha; key: string },
): Promise<CommitSha | null> {
  const format = `--format=%H %(trailers:key=${PR_TRAILER},valueonly,separator=%x2C)`
  const filter = ['--fixed-strings', `--grep=${PR_TRAILER}: ${key}`]
  const log = await git.run(['log', '--no-show-signature', format, ...filter, `${base}..${target}`, '--'])
  const lines = log
    .split('\n')
    .map((line) => ({ commit: line.slice(0, line.indexOf(' ')), trailer: line.slice(line.indexOf(' ') + 1) }))
  return (lines.find(({ trailer }) => trailer === key)?.commit as CommitSha | undefined) ?? null
}

function toTrailer({ key }: PrRecord): string {
  return `${PR_TRAILER}: ${key}`
}

function toText(paragraphs: readonly string[]): string {
  return `${paragraphs.filter((paragraph) => paragraph !== '').join('\n\n')}\n`
}
