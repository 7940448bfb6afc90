/** Everything that can be found out before a run is written down or money is spent, each with its way out. */
import type { Config } from '../config/config.ts'
import { Failure } from '../domain/failure.ts'
import type { ForgeName, RunOptions } from '../domain/run.ts'
import type { ForgeDescription } from '../forge/forge.ts'
import type { Git } from '../workspace/git.ts'
import {
  findRemote,
  guessTargetBranch,
  hasBranch,
  type Remote,
  requireCommit,
  requireNewBranch,
} from '../workspace/repository.ts'
import type { Preflight } from './run-parts.ts'
import type { ForgeChoice, StartRequest } from './run-request.ts'

export type PreflightParts = {
  /** Which forge a remote belongs to; null when it is none that is built. */
  readonly isGithub: (remote: Remote) => boolean
  /** Asks the forge whether the run may do there what it will have to do. Throws what is missing. */
  readonly ready: (options: RunOptions) => Promise<ForgeDescription>
  readonly git: Git
  readonly config: Config
  /** Which credential applies; null = none. */
  readonly account: string | null
  /** Throws `sandbox_unavailable` when it is demanded and cannot be had. */
  readonly requireSandbox: (mode: RunOptions['sandbox']) => Promise<void>
}

export async function preflight(parts: PreflightParts, request: StartRequest): Promise<Preflight> {
  const { git, config } = parts
  const sandbox = request.sandbox ?? config.sandbox
  const trying = parts.requireSandbox(sandbox)
  trying.catch(() => {}) // what is wrong with the repository is said first
  const [, remote] = await Promise.all([requireCommit(git), findRemote(git)])
  const forge = chooseForge(parts, remote, request.forge ?? config.forge)
  const targetBranch = await requireTarget(git, remote, request.targetBranch ?? config.git.targetBranch)
  if (request.branch !== null) await requireNewBranch(git, request.branch)
  requireAccount(parts.account)
  await trying
  const options: RunOptions = {
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
    forge,
    mergeMethod: request.mergeMethod ?? config.git.mergeMethod,
    admin: request.admin ?? false,
    syncBeforeMerge: request.syncBeforeMerge ?? false,
    draft: request.draft ?? config.git.draft,
  }
  const { notes } = await parts.ready(options)
  return { options, notes }
}

/** By the remote, unless a person says otherwise. */
export function chooseForge(
  { isGithub }: Pick<PreflightParts, 'isGithub'>,
  remote: Remote | null,
  choice: ForgeChoice,
): ForgeName {
  if (choice === 'local') return 'local'
  if (remote !== null && isGithub(remote)) return 'github'
  if (choice === 'github') {
    const where = remote === null ? 'this repository has no remote' : `${remote.name} is ${remote.url}`
    throw new Failure('forge_unavailable', `--forge github: ${where}, which is not a repository on GitHub`)
  }
  if (remote === null || remote.service === null) return 'local'
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
