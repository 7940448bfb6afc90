/** What a worktree of the pool looks like now. Reads only, and answers "unknown" where it cannot read. */
import { join } from 'node:path'
import { toFailure } from '../../domain/failure.ts'
import type { CommitSha } from '../../domain/ids.ts'
import type { WorkspaceObservation } from '../../domain/observation.ts'
import { toPlainText } from '../../lib/plain-text.ts'
import type { Git } from '../git.ts'
import { exists } from './disk.ts'
import { readChanges } from './tree-status.ts'
import { OPERATION_MARKS } from './worktree.ts'

const MAX_LEFTOVERS = 40

type Present = Extract<WorkspaceObservation, { kind: 'present' }>

/** `worktreeDir`: the worktree's git directory. */
export async function observeWorktree(
  here: Git,
  request: { worktreeDir: string; branch: string; target: CommitSha },
): Promise<WorkspaceObservation> {
  const { worktreeDir, branch, target } = request
  try {
    const onHead = await readHead(here)
    const elsewhere = onHead === branch ? [] : [`HEAD is on ${onHead ?? 'no branch'} instead of ${branch}`]
    const head = (await here.run(['rev-parse', '--verify', `refs/heads/${branch}^{commit}`])) as CommitSha
    const ahead = Number(await here.run(['rev-list', '--count', `${target}..${head}`, '--']))
    const operationInProgress = await isOperationInProgress(worktreeDir)
    return { kind: 'present', head, ahead, operationInProgress, ...(await readTree(here, elsewhere)) }
  } catch (error) {
    return { kind: 'unknown', why: toFailure(error).message }
  }
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

async function readTree(here: Git, elsewhere: readonly string[]): Promise<Pick<Present, 'tree' | 'leftovers'>> {
  try {
    const changes = await readChanges(here, 'normal')
    const paths = changes.map(({ path }) => toPlainText(path, { singleLine: true }))
    const leftovers = [...elsewhere, ...paths].slice(0, MAX_LEFTOVERS)
    return { tree: leftovers.length === 0 ? 'clean' : 'dirty', leftovers }
  } catch {
    return { tree: 'unknown', leftovers: [...elsewhere] }
  }
}
