/** The repository: can work start in it and be merged into it, and where would pull requests live. Judged as `start` does. */
import type { Git } from '../../workspace/git.ts'
import {
  DEFAULT_IDENTITY,
  findRemote,
  guessTargetBranch,
  hasBranch,
  readIdentity,
  requireCommit,
} from '../../workspace/repository.ts'
import { requireForge } from '../preflight.ts'
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

export async function checkRemote(git: Git, forge: 'auto' | 'local'): Promise<DoctorCheck> {
  const remote = await findRemote(git)
  requireForge(remote, forge)
  if (remote === null) return ok('forge', 'local, without a remote: merged into the branch here')
  return ok('forge', `local; merges go to ${remote.name} (${remote.host ?? 'a path'})`)
}
