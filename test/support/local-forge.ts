/** The local forge over a real repository, with or without a remote, as its tests need it. */
import { join } from 'node:path'
import type { RunEventBody } from '../../src/domain/events.ts'
import type { CommitSha } from '../../src/domain/ids.ts'
import type { Forge } from '../../src/forge/forge.ts'
import { createLocalForge, type LocalForgeOptions } from '../../src/forge/local/local-forge.ts'
import { createGit } from '../../src/workspace/git.ts'
import { createCheckouts } from './checkouts.ts'
import { type CommitRequest, createCommitWriter } from './commit-writer.ts'
import { createRepository, type TestRepository } from './repository.ts'

export type LocalForgeFixture = {
  readonly forge: Forge
  readonly repository: TestRepository
  /** The forge's own directory. */
  readonly directory: string
  readonly events: readonly RunEventBody[]
  restart(changes?: Partial<LocalForgeOptions>): Promise<Forge>
  commit(request: CommitRequest): Promise<CommitSha>
  push(headBranch: string, commit: CommitSha): Promise<void>
  /** By somebody else: in the remote, or on the local branch when there is none. */
  moveTarget(commit: CommitSha): Promise<void>
  readTarget(): Promise<{ readonly commits: readonly string[]; readonly files: Readonly<Record<string, string>> }>
  /** git in the repository that shares branches: the remote, or the repository itself. */
  shared(args: readonly string[]): Promise<string>
  cleanup(): Promise<void>
}

export const FORGE_IDENTITY = { name: 'Claude Task Master', email: 'claudetm@example.com' }

export async function createLocalForgeFixture(remote: 'bare' | null): Promise<LocalForgeFixture> {
  const repository = await createRepository({ remote })
  const directory = join(repository.directory, 'forge')
  const events: RunEventBody[] = []
  const forges: Forge[] = []
  const clock = { now: Date.UTC(2026, 0, 1) }
  const { git } = repository
  const shared = (args: readonly string[]) =>
    git(repository.remotePath === null ? args : ['--git-dir', repository.remotePath, ...args])

  function create(changes: Partial<LocalForgeOptions> = {}): Forge {
    const forge = createLocalForge({
      git: createGit(repository.path, repository.environment),
      directory,
      targetBranch: 'main',
      remote: remote === null ? null : 'origin',
      checks: createCheckouts(repository),
      identity: FORGE_IDENTITY,
      now: () => {
        clock.now += 1000
        return clock.now
      },
      emit: (event) => events.push(event),
      checkConcurrency: 2,
      ...changes,
    })
    forges.push(forge)
    return forge
  }

  const commit = createCommitWriter(repository)
  const forge = create()
  const targetRef = async () => (remote === null ? await forge.targetHead() : 'refs/heads/main')
  return {
    forge,
    repository,
    directory,
    events,
    restart: async (changes) => create(changes),
    commit,
    async push(headBranch, pushed) {
      const target = forge.pushTarget(headBranch)
      await git(['push', '--quiet', '--force', target.remote, `${pushed}:${target.ref}`])
    },
    async moveTarget(moved) {
      if (remote === null) await git(['update-ref', 'refs/heads/main', moved])
      else await git(['push', '--quiet', '--force', 'origin', `${moved}:refs/heads/main`])
    },
    async readTarget() {
      const ref = await targetRef()
      const commits = (await shared(['log', '--format=%s', ref])).split('\n')
      const names = (await shared(['ls-tree', '-r', '--name-only', ref])).split('\n')
      const texts = await Promise.all(names.map((path) => shared(['cat-file', 'blob', `${ref}:${path}`])))
      return { commits, files: Object.fromEntries(names.map((path, index) => [path, `${texts[index]}\n`])) }
    },
    shared,
    async cleanup() {
      await Promise.all(forges.map((each) => each.close()))
      await repository.cleanup()
    },
  }
}
