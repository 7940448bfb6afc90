/** Repositories, what their owners set, and the rules of their branches. */
import { join } from 'node:path'
import { git } from '../git/git.ts'
import { installHook } from '../git/hook.ts'
import { commitFiles, moveRef } from '../git/merge-commits.ts'
import type {
  BranchProtection,
  Login,
  Repository,
  RepositorySettings,
  RequiredCheck,
  Role,
  Rule,
  Ruleset,
  Viewer,
  World,
} from '../model.ts'
import { identity, timestamp } from '../world.ts'
import { canSee } from './access.ts'
import { ensureUser, noReplyEmail } from './users.ts'

export type RepositoryRequest = {
  readonly owner: Login
  readonly name: string
  /** Content of the first commit on the default branch; an empty object leaves the repository empty. Default a README. */
  readonly files?: Readonly<Record<string, string>>
  readonly defaultBranch?: string
  readonly private?: boolean
  readonly description?: string
  readonly settings?: Partial<RepositorySettings>
  readonly collaborators?: Readonly<Record<Login, Role>>
  readonly protectionAvailable?: boolean
  /** The number of the first issue or pull request; default 1. */
  readonly nextNumber?: number
}

const SETTINGS: RepositorySettings = {
  allowSquash: true,
  allowMerge: true,
  allowRebase: true,
  allowAutoMerge: false,
  deleteBranchOnMerge: false,
  allowUpdateBranch: true,
  mergeQueue: 'automatic',
}

/** `directory`: where the bare repositories are. */
export async function createRepository(
  world: World,
  directory: string,
  request: RepositoryRequest,
): Promise<Repository> {
  const repository = describeRepository(world, directory, request)
  ensureUser(world, { login: request.owner })
  for (const [login, role] of Object.entries(request.collaborators ?? {}))
    addCollaborator(world, repository, login, role)
  await initialise(repository)
  await commitFirst(world, repository, request.files ?? { 'README.md': `# ${request.name}\n` })
  world.state.repositories.set(keyOf(request.owner, request.name), repository)
  return repository
}

function describeRepository(world: World, directory: string, request: RepositoryRequest): Repository {
  const { id, nodeId } = identity(world, 'R')
  const at = timestamp(world)
  return {
    id,
    nodeId,
    owner: request.owner,
    name: request.name,
    private: request.private ?? false,
    archived: false,
    description: request.description ?? null,
    defaultBranch: request.defaultBranch ?? 'main',
    settings: { ...SETTINGS, ...request.settings },
    protectionAvailable: request.protectionAvailable ?? true,
    collaborators: new Map(),
    protections: new Map(),
    rulesets: [],
    labels: new Map(),
    branches: new Map(),
    nextNumber: request.nextNumber ?? 1,
    pulls: new Map(),
    checkSuites: [],
    checkRuns: [],
    statuses: [],
    workflows: [],
    workflowRuns: [],
    webhooks: [],
    gitDirectory: join(directory, `${id}.git`),
    createdAt: at,
    updatedAt: at,
    pushedAt: at,
  }
}

async function initialise(repository: Repository): Promise<void> {
  const { gitDirectory, defaultBranch } = repository
  await git('/', ['init', '--quiet', '--bare', '--initial-branch', defaultBranch, gitDirectory])
  await git(gitDirectory, ['config', 'http.receivepack', 'true'])
  await git(gitDirectory, ['config', 'uploadpack.allowAnySHA1InWant', 'true'])
  await git(gitDirectory, ['config', 'uploadpack.allowFilter', 'true'])
  await installHook(gitDirectory)
}

async function commitFirst(
  world: World,
  repository: Repository,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  if (Object.keys(files).length === 0) return
  const owner = ensureUser(world, { login: repository.owner })
  const author = { name: owner.name ?? owner.login, email: noReplyEmail(owner), at: world.now() }
  const sha = await commitFiles(repository, { parent: null, files, message: 'Initial commit', author })
  await moveRef(repository, { branch: repository.defaultBranch, from: null, to: sha })
  repository.branches.set(repository.defaultBranch, sha)
}

export type FoundRepository = {
  readonly repository: Repository /** It has another name by now. */
  readonly renamed: boolean
}

/** Also by a former name. Null: there is none, or the viewer may not see it (`null` = nobody in particular). */
export function findRepository(
  world: World,
  owner: string,
  name: string,
  viewer: Viewer | null,
): FoundRepository | null {
  const key = keyOf(owner, name)
  const current = world.state.repositories.get(key)
  const found =
    current === undefined
      ? { repository: findRepositoryById(world, world.state.renamed.get(key)), renamed: true }
      : { repository: current, renamed: false }
  if (found.repository === null || !canSee(world, viewer, found.repository)) return null
  return { repository: found.repository, renamed: found.renamed }
}

export function findRepositoryById(world: World, id: number | undefined): Repository | null {
  for (const repository of world.state.repositories.values()) if (repository.id === id) return repository
  return null
}

/** The old name goes on leading here. */
export function renameRepository(world: World, repository: Repository, to: { owner?: Login; name?: string }): void {
  const before = keyOf(repository.owner, repository.name)
  world.state.repositories.delete(before)
  world.state.renamed.set(before, repository.id)
  repository.owner = to.owner ?? repository.owner
  repository.name = to.name ?? repository.name
  ensureUser(world, { login: repository.owner })
  world.state.repositories.set(keyOf(repository.owner, repository.name), repository)
}

export function addCollaborator(world: World, repository: Repository, login: Login, role: Role): void {
  ensureUser(world, { login })
  repository.collaborators.set(login.toLowerCase(), role)
}

export type ProtectionRequest = {
  /** Contexts that must be green; default none. */
  readonly requiredChecks?: readonly (string | RequiredCheck)[]
  readonly strict?: boolean
  /** Approvals needed; default null: no pull request required. */
  readonly approvals?: number | null
  readonly dismissStale?: boolean
  readonly requireConversationResolution?: boolean
  readonly enforceAdmins?: boolean
  readonly requireLinearHistory?: boolean
  readonly allowForcePushes?: boolean
  readonly allowDeletions?: boolean
}

export function protectBranch(
  world: World,
  repository: Repository,
  branch: string,
  request: ProtectionRequest = {},
): BranchProtection {
  const approvals = request.approvals ?? null
  const protection: BranchProtection = {
    nodeId: identity(world, 'BPR').nodeId,
    requiredChecks:
      request.requiredChecks === undefined && request.strict === undefined
        ? null
        : { contexts: (request.requiredChecks ?? []).map(toRequiredCheck), strict: request.strict ?? false },
    requiredReviews:
      approvals === null ? null : { approvals, dismissStale: request.dismissStale ?? false, codeOwners: false },
    requireConversationResolution: request.requireConversationResolution ?? false,
    enforceAdmins: request.enforceAdmins ?? false,
    requireLinearHistory: request.requireLinearHistory ?? false,
    allowForcePushes: request.allowForcePushes ?? false,
    allowDeletions: request.allowDeletions ?? false,
  }
  repository.protections.set(branch, protection)
  return protection
}

export function addRuleset(
  world: World,
  repository: Repository,
  request: {
    readonly name?: string
    /** Default `~DEFAULT_BRANCH`. */
    readonly branches?: readonly string[]
    readonly rules: readonly Rule[]
    readonly enforcement?: Ruleset['enforcement']
    readonly bypass?: readonly Login[]
  },
): Ruleset {
  const ruleset: Ruleset = {
    ...identity(world, 'RRS'),
    name: request.name ?? 'ruleset',
    enforcement: request.enforcement ?? 'active',
    branches: request.branches ?? ['~DEFAULT_BRANCH'],
    rules: request.rules,
    bypass: request.bypass ?? [],
  }
  repository.rulesets.push(ruleset)
  return ruleset
}

/** The active rulesets that a branch is under. */
export function rulesetsFor(repository: Repository, branch: string): readonly Ruleset[] {
  return repository.rulesets.filter(
    ({ enforcement, branches }) =>
      enforcement === 'active' && branches.some((pattern) => matchesBranch(repository, pattern, branch)),
  )
}

function matchesBranch(repository: Repository, pattern: string, branch: string): boolean {
  if (pattern === '~ALL') return true
  if (pattern === '~DEFAULT_BRANCH') return branch === repository.defaultBranch
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')
  return new RegExp(`^${source}$`).test(branch)
}

function toRequiredCheck(check: string | RequiredCheck): RequiredCheck {
  return typeof check === 'string' ? { context: check, appId: null } : check
}

export function keyOf(owner: string, name: string): string {
  return `${owner}/${name}`.toLowerCase()
}

export function fullNameOf(repository: Repository): string {
  return `${repository.owner}/${repository.name}`
}
