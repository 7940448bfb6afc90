/** What a worktree of the pool looks like now. Reads only, and answers "unknown" where it cannot read. */
import { join } from 'node:path'
import { toFailure } from '../../domain/failure.ts'
import type { CommitSha } from '../../domain/ids.ts'
import type { PresentWorkspace, WorkspaceObservation } from '../../domain/observation.ts'
import { toPlainText } from '../../lib/plain-text.ts'
import type { Git } from '../git.ts'
import { exists } from './disk.ts'
import { readStatus, type TreeStatus } from './tree-status.ts'
import { OPERATION_MARKS } from './worktree.ts'

const MAX_LEFTOVERS = 40

export type CountCommits = (here: Git, base: CommitSha, head: CommitSha) => Promise<number>

/** How many commits lie between two is a fact that never changes: it is counted once. */
export function createCommitCount(): CountCommits {
  const counts = new Map<string, number>()
  return async (here, base, head) => {
    const range = `${base}..${head}`
    const known = base === head ? 0 : counts.get(range)
    if (known !== undefined) return known
    const count = Number(await here.run(['rev-list', '--count', range, '--']))
    counts.set(range, count)
    return count
  }
}

/** `worktreeDir`: the worktree's git directory. */
export async function observeWorktree(
  here: Git,
  request: { worktreeDir: string; branch: string; target: CommitSha; countCommits: CountCommits },
): Promise<WorkspaceObservation> {
  const { worktreeDir, branch, target, countCommits } = request
  try {
    const [status, operationInProgress] = await Promise.all([
      readStatusIfPossible(here),
      isOperationInProgress(worktreeDir),
    ])
    const onBranch = status !== null && status.branch === branch && status.head !== null
    const head = onBranch && status.head !== null ? status.head : await readTip(here, branch)
    const ahead = await countCommits(here, target, head)
    const elsewhere = onBranch ? [] : await describeElsewhere(here, branch)
    return { kind: 'present', head, ahead, operationInProgress, ...toTree(status, elsewhere) }
  } catch (error) {
    return { kind: 'unknown', why: toFailure(error).message }
  }
}

async function readStatusIfPossible(here: Git): Promise<TreeStatus | null> {
  return readStatus(here, 'normal').catch(() => null)
}

async function readTip(here: Git, branch: string): Promise<CommitSha> {
  return (await here.run(['rev-parse', '--verify', `refs/heads/${branch}^{commit}`])) as CommitSha
}

async function describeElsewhere(here: Git, branch: string): Promise<readonly string[]> {
  const onHead = await readHead(here)
  return onHead === branch ? [] : [`HEAD is on ${onHead ?? 'no branch'} instead of ${branch}`]
}

/** The branch HEAD is on; null when it is on a bare commit. */
export async function readHead(here: Git): Promise<string | null> {
  const result = await here.try(['symbolic-ref', '--quiet', 'HEAD'])
  return result.exitCode === 0 ? result.stdout.trimEnd().replace(/^refs\/heads\//, '') : null
}

export async function isOperationInProgress(gitDirectory: string): Promise<boolean> {
  const marks = await Promise.all(OPERATION_MARKS.map((name) => exists(join(gitDirectory, name))))
  return marks.some(Boolean)
}

function toTree(status: TreeStatus | null, elsewhere: readonly string[]): Pick<PresentWorkspace, 'tree' | 'leftovers'> {
  if (status === null) return { tree: 'unknown', leftovers: [...elsewhere] }
  const paths = status.changes.map(({ path }) => toPlainText(path, { singleLine: true }))
  const leftovers = [...elsewhere, ...paths].slice(0, MAX_LEFTOVERS)
  return { tree: leftovers.length === 0 ? 'clean' : 'dirty', leftovers }
}
