/** The project's own checks on one commit, one after the other: evidence for exactly that commit, or none at all. */
import { Failure } from '../../domain/failure.ts'
import type { CommitSha } from '../../domain/ids.ts'
import type { CheckRun, GateRecord } from '../../domain/run.ts'
import type { Git } from '../git.ts'
import type { ProjectCheck, Slot } from '../workspace.ts'
import { type RunConfined, toTail } from './confined-command.ts'
import { keepTree } from './tree-guard.ts'
import { readChanges } from './tree-status.ts'

const NAMED_PATHS = 10

export type GateParts = {
  readonly git: Git
  readonly run: RunConfined
  readonly checkTimeoutMs: number
  readonly now: () => number
}

/** Throws `git_failed` when the tree is not exactly `commit`: what ran on something else proves nothing about it. */
export async function runGate(
  { git, run, checkTimeoutMs, now }: GateParts,
  request: { slot: Slot; commit: CommitSha; checks: readonly ProjectCheck[]; signal: AbortSignal },
): Promise<GateRecord> {
  const { slot, commit, checks, signal } = request
  const here = git.at(slot.path)
  await requireExactly(here, commit)
  if (checks.length === 0) return { commit, outcome: 'none', checks: [], durationMs: 0, at: now() }

  const { result: runs, restored } = await keepTree(here, async () => {
    const done: CheckRun[] = []
    for (const check of checks) {
      done.push(await run(slot, { ...check, timeoutMs: checkTimeoutMs, signal }))
      if (done.at(-1)?.exitCode !== 0) break
    }
    return done
  })
  return {
    commit,
    outcome: runs.every((check) => check.exitCode === 0) ? 'passed' : 'failed',
    checks: withRestored(runs, restored),
    durationMs: runs.reduce((sum, check) => sum + check.durationMs, 0),
    at: now(),
  }
}

async function requireExactly(here: Git, commit: CommitSha): Promise<void> {
  const head = await here.run(['rev-parse', '--verify', 'HEAD^{commit}'])
  if (head !== commit) {
    throw new Failure('git_failed', `the workspace is at ${head.slice(0, 12)}, not at ${commit.slice(0, 12)}`)
  }
  const changes = await readChanges(here, 'normal')
  if (changes.length > 0) {
    throw new Failure('git_failed', `the workspace has uncommitted changes: ${changes[0]?.path ?? ''}`)
  }
}

/** People should know that a check writes files; the last one's output is where they look. */
function withRestored(runs: readonly CheckRun[], restored: readonly string[]): readonly CheckRun[] {
  if (restored.length === 0) return runs
  const more = restored.length > NAMED_PATHS ? `, and ${restored.length - NAMED_PATHS} more` : ''
  const note = `(files the checks changed were put back: ${restored.slice(0, NAMED_PATHS).join(', ')}${more})`
  return runs.map((check, index) =>
    index === runs.length - 1 ? { ...check, tail: toTail(`${check.tail}\n${note}`.trimStart()) } : check,
  )
}
