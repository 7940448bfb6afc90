/** The repository: can work start in it and be merged into it, and where would pull requests live. Judged as `start` does. */
import type { Config } from '../../config/config.ts'
import type { ForgeDescription } from '../../forge/forge.ts'
import type { Git } from '../../workspace/git.ts'
import {
  DEFAULT_IDENTITY,
  findRemote,
  guessTargetBranch,
  hasBranch,
  type Remote,
  readIdentity,
  requireCommit,
} from '../../workspace/repository.ts'
import { chooseForge } from '../preflight.ts'
import { type DoctorCheck, ok, problem, warning } from './finding.ts'

export async function checkCommit(git: Git): Promise<DoctorCheck> {
  await requireCommit(git)
  return ok('first commit', 'there is one')
}

export async function checkTargetBranch(git: Git, configured: string | null): Promise<DoctorCheck> {
  const name = 'target branch'
  const branch = configured ?? (await guessTargetBranch(git, await findRemote(git)))
  if (branch === null) return problem(name, 'HEAD is detached and there is no main or master', 'Use --target-branch')
  if (await hasBranch(git, branch)) return ok(name, branch)
  return problem(name, `${branch} does not exist`, `git branch ${branch}, or name another with --target-branch`)
}

export async function checkIdentity(git: Git): Promise<DoctorCheck> {
  const { name, email } = await readIdentity(git)
  if (name !== null && email !== null) return ok('git identity', `${name} <${email}>`)
  return warning(
    'git identity',
    `${name === null ? 'user.name' : 'user.email'} is not set; commits are made as ${name ?? DEFAULT_IDENTITY.name} <${email ?? DEFAULT_IDENTITY.email}>`,
    'git config --global user.name "..." && git config --global user.email "..."',
  )
}

export type ForgeProbes = {
  isGithub(repository: string, remote: Remote): boolean
  /** Asks the forge itself. */
  askForge(repository: string, targetBranch: string): Promise<ForgeDescription>
}

export async function checkForge(probes: ForgeProbes, git: Git, config: Config | null): Promise<DoctorCheck> {
  const remote = await findRemote(git)
  const isGithub = (candidate: Remote) => probes.isGithub(git.cwd, candidate)
  if (chooseForge({ isGithub }, remote, config?.forge ?? 'auto') === 'github') {
    const target = config?.git.targetBranch ?? (await guessTargetBranch(git, remote)) ?? 'main'
    const { place, account, notes } = await probes.askForge(git.cwd, target)
    return ok('forge', [`GitHub: ${place}`, account ?? '', ...notes].filter((part) => part !== '').join('; '))
  }
  if (remote === null) return ok('forge', 'local, without a remote: merged into the branch here')
  return ok('forge', `local; merges go to ${remote.name} (${remote.host ?? 'a path'})`)
}
