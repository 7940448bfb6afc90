/** One repository of the emulator as tests use it: where it is, its rules, its branches, its CI. */
import type { Ci } from '../ci-script.ts'
import { readFileAt } from '../git/changes.ts'
import { type Commit, readLog, resolveRef } from '../git/history.ts'
import type { Login, Repository, Role, Sha, Token, World } from '../model.ts'
import { type CommitRequest, pushCommit, setBranch, syncBranches } from '../service/branches.ts'
import { type CheckRunRequest, createCheckRun, setStatus } from '../service/checks.ts'
import { finishCheck, type RerunScope, rerun } from '../service/ci.ts'
import {
  addCollaborator,
  addRuleset,
  fullNameOf,
  type ProtectionRequest,
  protectBranch,
  renameRepository,
} from '../service/repositories.ts'
import { createWebhook } from '../service/webhooks.ts'
import { findRun } from '../service/workflow-runs.ts'
import { createPullActs, createReviewActs } from './pulls.ts'

export type RepositoryHandle = ReturnType<typeof createRepositoryHandle>

export function createRepositoryHandle(world: World, repository: Repository) {
  return {
    repository,
    gitDirectory: repository.gitDirectory,
    /** `owner/name`. */
    get fullName() {
      return fullNameOf(repository)
    },
    /** Where git finds it; with a token, also who is asking. */
    gitUrl: (token?: Token) => gitUrlOf(world.urls.html, repository, token),
    /** The same through the proxy. */
    proxyGitUrl: (token?: Token) => gitUrlOf('http://github.localhost', repository, token),
    ...createRules(world, repository),
    ...createBranchActs(world, repository),
    ...createCiActs(world, repository),
    ...createPullActs(world, repository),
    ...createReviewActs(world, repository),
  }
}

function gitUrlOf(origin: string, repository: Repository, token: Token | undefined): string {
  const url = new URL(`${origin}/${fullNameOf(repository)}.git`)
  if (token !== undefined) Object.assign(url, { username: 'x-access-token', password: token.value })
  return url.href
}

function createRules(world: World, repository: Repository) {
  return {
    protect: (branch: string, request: ProtectionRequest = {}) => protectBranch(world, repository, branch, request),
    addRuleset: (request: Parameters<typeof addRuleset>[2]) => addRuleset(world, repository, request),
    addCollaborator: (login: Login, role: Role) => addCollaborator(world, repository, login, role),
    rename: (to: { owner?: Login; name?: string }) => renameRepository(world, repository, to),
    addWebhook: (request: Parameters<typeof createWebhook>[2]) => createWebhook(world, repository, request),
  }
}

function createBranchActs(world: World, repository: Repository) {
  return {
    /** Throws when there is no such branch. */
    head: (branch = repository.defaultBranch): Sha => {
      const sha = repository.branches.get(branch)
      if (sha === undefined) throw new Error(`no branch ${branch}`)
      return sha
    },
    /** "Somebody pushed": one commit; the branch is created when it is not there. */
    push: (request: CommitRequest) => pushCommit(world, repository, request),
    setBranch: (request: { by: Login; branch: string; to: Sha | null }) => setBranch(world, repository, request),
    /** After git was used in `gitDirectory` without the server. */
    sync: (by: Login) => syncBranches(world, repository, by),
    readFile: async (path: string, ref = repository.defaultBranch): Promise<string | null> =>
      readFileAt(repository, (await resolveRef(repository, ref)) ?? ref, path),
    /** Newest first. */
    log: async (ref = repository.defaultBranch, limit = 100): Promise<readonly Commit[]> =>
      readLog(repository, (await resolveRef(repository, ref)) ?? ref, limit),
  }
}

function createCiActs(world: World, repository: Repository) {
  return {
    setCi: (ci: Ci) => void world.ci.set(repository.id, ci),
    finishCheck: (request: Parameters<typeof finishCheck>[2]) => finishCheck(world, repository, request),
    createCheckRun: (request: CheckRunRequest) => createCheckRun(world, repository, request),
    setStatus: (request: Parameters<typeof setStatus>[2]) => setStatus(world, repository, request),
    rerun: (runId: number, by: Login, scope: RerunScope = { kind: 'failed' }) =>
      rerun(world, repository, findRun(repository, runId), { by, scope }),
  }
}
