/** Somebody's commits made anew on another one. Merges stay merges: what they brought in keeps its own commits. */
import type { CommitSha } from '../../domain/ids.ts'
import {
  type KnownCommit,
  readCommits,
  replayChange,
  requireKnown,
  type Signature,
  treeOf,
  writeCommit,
} from '../commits.ts'
import type { Git } from '../git.ts'
import type { IntegrateResult } from '../workspace.ts'
import { isReachable } from './shipped.ts'

/** From a commit to what stands for it. */
type Replayed = Map<CommitSha, CommitSha>

/** `from` is an ancestor of `to`; no branch moves. Throws a Failure when git cannot say. */
export async function replayBranch(
  git: Git,
  request: { from: CommitSha; to: CommitSha; onto: CommitSha; committer: Signature },
): Promise<IntegrateResult> {
  const { from, to, onto, committer } = request
  const replayed: Replayed = new Map([[from, onto]])
  let head = onto
  for (const commit of await readCommits(git, ['--ancestry-path', `${from}..${to}`])) {
    const result = await replayCommit(git, commit, { replayed, committer })
    if (result.kind === 'conflict') return result
    head = result.head // the last one is `to`
    replayed.set(commit.id, head)
  }
  return { kind: 'integrated', head }
}

/** What it changed on the line that is replayed; nothing is made of a commit whose change is there already. */
async function replayCommit(
  git: Git,
  commit: KnownCommit,
  { replayed, committer }: { replayed: Replayed; committer: Signature },
): Promise<IntegrateResult> {
  const from = commit.parents.find((parent) => replayed.has(parent)) as CommitSha // on the path: one always is
  const onto = replayed.get(from) as CommitSha
  const tree = await treeOf(git, onto)
  const result = requireKnown(await replayChange(git, { from, to: commit.id, onto: tree }))
  if (result.kind === 'conflicting') return { kind: 'conflict', files: result.files }
  const broughtIn = await otherParents(git, commit, { from, onto, replayed })
  if (result.tree === tree && broughtIn.length === 0) return { kind: 'integrated', head: onto }
  const { author, message } = commit
  const parents = [onto, ...broughtIn]
  return {
    kind: 'integrated',
    head: await writeCommit(git, { tree: result.tree, parents, author, committer, message }),
  }
}

/** The parents of a merge beside the line, unless it has them by now. */
async function otherParents(
  git: Git,
  { parents }: KnownCommit,
  { from, onto, replayed }: { from: CommitSha; onto: CommitSha; replayed: Replayed },
): Promise<readonly CommitSha[]> {
  const others: CommitSha[] = []
  for (const parent of parents) {
    const other = replayed.get(parent) ?? parent
    if (parent !== from && !others.includes(other) && !(await isReachable(git, other, onto))) others.push(other)
  }
  return others
}
