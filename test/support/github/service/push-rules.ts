/** What a person may not push, as the hook of the repository reads it (git/hook.ts). */
import type { Repository, Viewer, World } from '../model.ts'
import { hasRole } from './access.ts'
import { rulesetsFor } from './repositories.ts'

/** What this person may not push to, as the hook reads it. */
export function hookEnvironment(world: World, repository: Repository, viewer: Viewer): Record<string, string> {
  const branches = new Set([...repository.branches.keys(), ...repository.protections.keys()])
  const list = (isIn: (branch: string) => boolean) => [...branches].filter(isIn).join(' ')
  const free = (branch: string) => isExempt(world, repository, branch, viewer)
  return {
    EMULATOR_NO_PUSH: list((branch) => !free(branch) && needsPull(repository, branch)),
    EMULATOR_NO_FORCE: list((branch) => forbids(repository, branch, 'allowForcePushes', 'non_fast_forward')),
    EMULATOR_NO_DELETE: list((branch) => forbids(repository, branch, 'allowDeletions', 'deletion')),
    EMULATOR_NO_WORKFLOWS: mayChangeWorkflows(viewer) ? '' : refusalWords(viewer),
  }
}

function isExempt(world: World, repository: Repository, branch: string, viewer: Viewer): boolean {
  const rulesets = rulesetsFor(repository, branch)
  const passes = rulesets.every(({ bypass }) =>
    bypass.some((login) => login.toLowerCase() === viewer.login.toLowerCase()),
  )
  const enforced = repository.protections.get(branch)?.enforceAdmins ?? false
  return passes && !enforced && hasRole(world, repository, viewer.login, 'admin')
}

/** Required checks too refuse direct pushes here, whatever the state of the commit that is pushed. */
function needsPull(repository: Repository, branch: string): boolean {
  const protection = repository.protections.get(branch)
  if (protection?.requiredReviews || protection?.requiredChecks) return true
  const types = rulesetsFor(repository, branch).flatMap(({ rules }) => rules.map(({ type }) => type))
  return types.some((type) => type === 'pull_request' || type === 'merge_queue' || type === 'required_status_checks')
}

function forbids(
  repository: Repository,
  branch: string,
  allowed: 'allowForcePushes' | 'allowDeletions',
  rule: 'non_fast_forward' | 'deletion',
): boolean {
  const protection = repository.protections.get(branch)
  if (protection !== undefined && !protection[allowed]) return true
  return rulesetsFor(repository, branch).some(({ rules }) => rules.some(({ type }) => type === rule))
}

function mayChangeWorkflows({ token }: Viewer): boolean {
  return token.kind === 'classic' ? token.scopes.includes('workflow') : token.permissions.workflows === 'write'
}

function refusalWords({ token }: Viewer): string {
  const who = token.kind === 'installation' ? 'a GitHub App' : 'a Personal Access Token'
  return `refusing to allow ${who} to create or update workflow`
}
