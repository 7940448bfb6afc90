/** Everything that can be found out before a run is written down or money is spent, each with its way out. */
import type { Config } from '../config/config.ts'
import { Failure } from '../domain/failure.ts'
import type { RunOptions } from '../domain/run.ts'
import type { Git } from '../workspace/git.ts'
import {
  findRemote,
  guessTargetBranch,
  hasBranch,
  type Remote,
  requireCommit,
  requireNewBranch,
} from '../workspace/repository.ts'
import type { StartRequest } from './run-request.ts'

export type PreflightParts = {
  readonly git: Git
  readonly config: Config
  /** Which credential applies; null = none. */
  readonly account: string | null
  /** Throws `sandbox_unavailable` when it is demanded and cannot be had. */
  readonly requireSandbox: (mode: RunOptions['sandbox']) => Promise<void>
}

export async function preflight(parts: PreflightParts, request: StartRequest): Promise<RunOptions> {
  const { git, config } = parts
  const sandbox = request.sandbox ?? config.sandbox
  const trying = parts.requireSandbox(sandbox)
  trying.catch(() => {}) // what is wrong with the repository is said first
  const [, remote] = await Promise.all([requireCommit(git), findRemote(git)])
  requireForge(remote, request.forge ?? config.forge)
  const targetBranch = await requireTarget(git, remote, request.targetBranch ?? config.git.targetBranch)
  if (request.branch !== null) await requireNewBranch(git, request.branch)
  requireAccount(parts.account)
  await trying
  return {
    model: request.model ?? 'opus',
    autoMerge: request.autoMerge ?? true,
    maxSessions: request.maxSessions,
    maxPrs: request.maxPrs,
    pauseOnPr: request.pauseOnPr,
    prPerTask: request.prPerTask,
    branch: request.branch,
    targetBranch,
    sessionBudgetUsd: request.sessionBudgetUsd ?? config.limits.sessionBudgetUsd,
    maxCostUsd: request.maxCostUsd,
    criteria: request.criteria,
    verify: request.verify ?? true,
    logLevel: request.logLevel ?? 'normal',
    sandbox,
    forge: 'local',
  }
}

export function requireForge(remote: Remote | null, forge: 'auto' | 'local'): void {
  if (forge === 'local' || remote === null || remote.service === null) return
  throw new Failure(
    'forge_unavailable',
    `${remote.name} is on ${remote.service} (${remote.host}); pull requests there are not built yet`,
    { facts: { service: remote.service, host: remote.host ?? '' } },
  )
}

async function requireTarget(git: Git, remote: Remote | null, wanted: string | null): Promise<string> {
  const branch = wanted ?? (await guessTargetBranch(git, remote))
  if (branch === null) {
    throw new Failure('branch_missing', 'HEAD is detached and there is no main or master branch to merge into', {
      facts: { branch: '' },
    })
  }
  if (await hasBranch(git, branch)) return branch
  throw new Failure('branch_missing', `the target branch ${branch} does not exist`, { facts: { branch } })
}

export function requireAccount(account: string | null): void {
  if (account === null)
    throw new Failure('agent_auth', 'no credential for Claude was found', { facts: { found: false } })
}
