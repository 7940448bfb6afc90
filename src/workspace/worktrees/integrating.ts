/**
 * Commits that somebody else pushed become part of the branch. What comes of it is made as objects first; the worktree
 * only ever moves forward to it, so that there is no merge or rebase that could be left half-way in it.
 */
import { Failure } from '../../domain/failure.ts'
import type { CommitSha } from '../../domain/ids.ts'
import { mergeTrees, replayChange, requireKnown, signNow, treeOf, writeCommit } from '../commits.ts'
import { type Git, toGitFailure } from '../git.ts'
import type { Identity } from '../repository.ts'
import type { IntegrateResult } from '../workspace.ts'
import { isOperationInProgress } from './observe.ts'
import type { Occupancy } from './occupancy.ts'
import { replayBranch } from './replay.ts'
import { isReachable } from './shipped.ts'
import { readStatus } from './tree-status.ts'

export type IntegrateParts = {
  readonly git: Git
  readonly occupancy: Pick<Occupancy, 'ensure' | 'forward'>
  readonly identity: Identity
  readonly now: () => number
}

export type IntegrateRequest = {
  readonly branch: string
  readonly commit: CommitSha
  /** Their commits start after this one; null = with what both have. */
  readonly since: CommitSha | null
}

export async function integrateCommits(parts: IntegrateParts, request: IntegrateRequest): Promise<IntegrateResult> {
  const { branch, commit } = request
  // A call that was killed half-way left a slot that is not ready: it stands anew.
  const slot = await parts.occupancy.ensure({ branch, base: commit, signal: new AbortController().signal })
  const ours = await requireClean(parts.git.at(slot.path), branch, slot.git.worktreeDir)
  const joined = await joinCommits(parts, ours, request)
  if (joined.kind === 'integrated' && joined.head !== ours)
    await parts.occupancy.forward({ branch, commit: joined.head })
  return joined
}

async function requireClean(here: Git, branch: string, worktreeDir: string): Promise<CommitSha> {
  const status = await readStatus(here, 'normal')
  const refuse = (why: string) =>
    new Failure('git_failed', `nothing can be joined in the workspace of ${branch}: ${why}`)
  if (await isOperationInProgress(worktreeDir)) throw refuse('a git operation is half-way')
  if (status.branch !== branch || status.head === null) throw refuse('another branch is checked out')
  if (status.changes.length > 0) throw refuse(`uncommitted changes (${status.changes[0]?.path ?? ''})`)
  return status.head
}

/** A commit that has ours and theirs; no branch moves. */
async function joinCommits(
  parts: IntegrateParts,
  ours: CommitSha,
  { branch, commit, since }: IntegrateRequest,
): Promise<IntegrateResult> {
  const { git } = parts
  if (await isReachable(git, commit, ours)) return { kind: 'integrated', head: ours }
  if (await isReachable(git, ours, commit)) return { kind: 'integrated', head: commit }
  const from = since === null ? null : await commonCommit(git, since, commit)
  if (from !== null) return replayTheirs(parts, { ours, from, to: commit })
  return mergeTheirs(parts, { ours, theirs: commit, message: `Merge what was pushed to ${branch}\n` })
}

async function mergeTheirs(
  { git, identity, now }: IntegrateParts,
  { ours, theirs, message }: { ours: CommitSha; theirs: CommitSha; message: string },
): Promise<IntegrateResult> {
  const merged = requireKnown(await mergeTrees(git, ours, theirs))
  if (merged.kind === 'conflicting') return { kind: 'conflict', files: merged.files }
  const person = signNow(identity, now())
  const commit = { tree: merged.tree, parents: [ours, theirs], author: person, committer: person, message }
  return { kind: 'integrated', head: await writeCommit(git, commit) }
}

/** Replayed one by one, a change and its correction would conflict with themselves: what is here as a whole is here. */
async function replayTheirs(
  { git, identity, now }: IntegrateParts,
  { ours, from, to }: { ours: CommitSha; from: CommitSha; to: CommitSha },
): Promise<IntegrateResult> {
  const tree = await treeOf(git, ours)
  const whole = requireKnown(await replayChange(git, { from, to, onto: tree }))
  if (whole.kind === 'clean' && whole.tree === tree) return { kind: 'integrated', head: ours }
  return replayBranch(git, { from, to, onto: ours, committer: signNow(identity, now()) })
}

/** null = they have nothing in common. */
async function commonCommit(git: Git, one: CommitSha, other: CommitSha): Promise<CommitSha | null> {
  const args = ['merge-base', one, other]
  const result = await git.try(args)
  if (result.exitCode === 0) return result.stdout.trim() as CommitSha
  if (result.exitCode === 1) return null
  throw toGitFailure(args, result)
}
