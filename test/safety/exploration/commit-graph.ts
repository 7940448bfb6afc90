/** Commits as numbers: who descends from whom, and which pieces of work are in them, also after a rewrite. */
import type { CommitSha } from '../../../src/domain/ids.ts'

/** Sets of small numbers as bits. */
type Bits = number

export type Commit = { readonly ancestors: Bits; readonly work: Bits }
/** Index = number of the commit. */
export type CommitGraph = readonly Commit[]

/** Number zero is where the target branch stands at the start. */
export const ROOT: CommitGraph = [{ ancestors: 1, work: 0 }]

const MOST = 30

export function addCommit(
  graph: CommitGraph,
  { parents, work, rewrites = false }: { parents: readonly number[]; work: Bits; rewrites?: boolean },
): { graph: CommitGraph; commit: number } {
  const commit = graph.length
  if (commit >= MOST) throw new Error('more commits than this model can tell apart')
  const from = parents.map((parent) => commitOf(graph, parent))
  const ancestors = from.reduce((all, parent) => all | parent.ancestors, 1 << commit)
  const inherited = rewrites ? 0 : from.reduce((all, parent) => all | parent.work, 0)
  return { graph: [...graph, { ancestors, work: inherited | work }], commit }
}

export function commitOf(graph: CommitGraph, commit: number): Commit {
  const found = graph[commit]
  if (found === undefined) throw new Error(`no commit ${commit}`)
  return found
}

export function isAncestor(graph: CommitGraph, commit: number, of: number): boolean {
  return (commitOf(graph, of).ancestors & (1 << commit)) !== 0
}

/** Commits that `of` has and `base` has not. */
export function countAhead(graph: CommitGraph, of: number, base: number): number {
  let bits = commitOf(graph, of).ancestors & ~commitOf(graph, base).ancestors
  let count = 0
  for (; bits !== 0; bits &= bits - 1) count += 1
  return count
}

export function toSha(commit: number): CommitSha {
  return String(commit).padStart(40, '0') as CommitSha
}

export function fromSha(sha: string): number {
  return Number(sha)
}
