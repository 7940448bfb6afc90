/** What a pull request becomes on the target branch: one commit, a merge commit, or its commits one by one. */
import type { CommitSha } from '../../domain/ids.ts'
import type { MergeMethod } from '../../domain/run.ts'
import {
  type KnownCommit,
  mergeTrees,
  readCommits,
  replayChange,
  type Signature,
  treeOf,
  writeCommit,
} from '../../workspace/commits.ts'
import type { Git } from '../../workspace/git.ts'
import type { PullRequestText } from '../forge.ts'
import type { PrRecord } from './pr-record.ts'
import { toMergeMessage, withTrailer } from './pr-trailer.ts'

export type MergePreparation = {
  readonly method: MergeMethod
  readonly record: PrRecord
  readonly text: PullRequestText
  readonly base: CommitSha
  readonly head: CommitSha
  readonly committer: Signature
}

export type PreparedMerge =
  /** Descends from `base`, says whose merge it is; no ref points to it yet. */
  | { readonly kind: 'commit'; readonly commit: CommitSha }
  /** `base` has all of it. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'conflicting' }
  /** Not by this method. */
  | { readonly kind: 'impossible'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string }

export async function prepareMerge(git: Git, request: MergePreparation): Promise<PreparedMerge> {
  const { method, record, text, base, head, committer } = request
  const merged = await mergeTrees(git, base, head)
  if (merged.kind !== 'clean') return merged
  const { tree } = merged
  if (tree === (await treeOf(git, base))) return { kind: 'empty' }
  if (method === 'rebase') return replayOnto(git, request, tree)
  const parents = method === 'merge' ? [base, head] : [base]
  const message = toMergeMessage(record, text)
  return {
    kind: 'commit',
    commit: await writeCommit(git, { tree, parents, author: committer, committer, message }),
  }
}

/**
 * Merge commits are left out, and so is what `base` has by now. Only what gives the same files as merging may stand for
 * it: a merge commit that resolved a conflict would otherwise be lost without a word.
 */
async function replayOnto(git: Git, request: MergePreparation, wanted: string): Promise<PreparedMerge> {
  const { record, base, head, committer } = request
  const commits = await readCommits(git, ['--no-merges', `${base}..${head}`])
  const replayed = await replayTrees(git, commits, await treeOf(git, base))
  if (replayed.kind !== 'replayed') return replayed
  const { steps } = replayed
  if (steps.at(-1)?.tree !== wanted) {
    return { kind: 'impossible', why: 'its commits one by one do not give what merging them gives' }
  }
  let parent = base
  for (const [index, { commit, tree }] of steps.entries()) {
    const { author } = commit
    const message = index === steps.length - 1 ? withTrailer(record, commit.message) : commit.message
    parent = await writeCommit(git, { tree, parents: [parent], author, committer, message })
  }
  return { kind: 'commit', commit: parent }
}

type Step = { readonly commit: KnownCommit; readonly tree: string }

async function replayTrees(
  git: Git,
  commits: readonly KnownCommit[],
  start: string,
): Promise<{ kind: 'replayed'; steps: readonly Step[] } | Extract<PreparedMerge, { kind: 'impossible' | 'unknown' }>> {
  const steps: Step[] = []
  for (const commit of commits) {
    const name = commit.id.slice(0, 12)
    const from = commit.parents[0]
    if (from === undefined) return { kind: 'impossible', why: `commit ${name} has no commit before it` }
    const onto = steps.at(-1)?.tree ?? start
    const result = await replayChange(git, { from, to: commit.id, onto })
    if (result.kind === 'unknown') return result
    if (result.kind === 'conflicting') {
      return { kind: 'impossible', why: `commit ${name} conflicts by itself in ${result.files.join(', ')}` }
    }
    if (result.tree !== onto) steps.push({ commit, tree: result.tree })
  }
  return { kind: 'replayed', steps }
}
