/** The one commit a pull request becomes on the target branch. */
import type { CommitSha } from '../../domain/ids.ts'
import type { Git } from '../../workspace/git.ts'
import type { PullRequestText } from '../forge.ts'
import { PR_TRAILER } from './history.ts'
import type { PrRecord } from './pr-record.ts'

export type Identity = { readonly name: string; readonly email: string }

/**
 * Written as an object instead of with `commit-tree`, which prefers author and date from the environment and `user.*`
 * from the configuration: the identity is the one that was passed in. No ref points to it yet.
 */
export async function writeSquashCommit(
  git: Git,
  request: {
    tree: string
    parent: CommitSha
    record: PrRecord
    text: PullRequestText
    identity: Identity
    now: number
  },
): Promise<CommitSha> {
  const { tree, parent, record, text, identity, now } = request
  const person = `${toHeaderText(identity.name)} <${toHeaderText(identity.email)}> ${Math.floor(now / 1000)} +0000`
  const header = [`tree ${tree}`, `parent ${parent}`, `author ${person}`, `committer ${person}`]
  const input = `${header.join('\n')}\n\n${toMessage(record, text)}`
  return (await git.run(['hash-object', '-t', 'commit', '-w', '--stdin'], { input })) as CommitSha
}

/** The trailer is a paragraph of its own: whatever the body ends with is not read as ours. */
function toMessage(record: PrRecord, { title, body }: PullRequestText): string {
  const subject = `${title.replace(/\s+/g, ' ').trim()} (#${record.number})`
  const paragraphs = [subject, body.replace(/\r\n?/g, '\n').trim(), `${PR_TRAILER}: ${record.key}`]
  return `${paragraphs.filter((paragraph) => paragraph !== '').join('\n\n')}\n`.replaceAll('\0', '')
}

function toHeaderText(text: string): string {
  return text.replace(/[<>\n\r\0]/g, '').trim()
}
