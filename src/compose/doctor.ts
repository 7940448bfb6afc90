/** Doctor with real probes. */
import { createRequire } from 'node:module'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { describeCredentials } from '../agent/claude/credentials.ts'
import { stateDirectory } from '../config/paths.ts'
import { Failure } from '../domain/failure.ts'
import { type DoctorCheck, doctor } from '../operations/doctor.ts'
import { createStateDirStore } from '../store/state-dir/state-dir-store.ts'
import { createGit } from '../workspace/git.ts'
import { findChecks } from '../workspace/worktrees/found-checks.ts'

import { readConfig } from './configuration.ts'
import { gitEnvironment } from './environments.ts'
import { createGithubAccess } from './github.ts'
import type { HouseBase } from './house.ts'
import { createRunParts, sandboxOf } from './run-parts.ts'

export async function runDoctor(base: HouseBase): Promise<readonly DoctorCheck[]> {
  const { environment, cwd } = base
  return doctor({
    nodeVersion: process.versions.node,
    cwd,
    environment,
    git: createGit(cwd, gitEnvironment(environment)),
    resolveConfig: (repository) => readConfig(environment, repository),
    agentBinary: findAgentBinary,
    ambientCredential: async () => describeCredentials(environment, environment.HOME ?? '/')?.description ?? null,
    isGithub: (repository, remote) =>
      createGithubAccess(base, createGit(repository, gitEnvironment(environment))).isGithub(remote),
    async askForge(repository, targetBranch) {
      const forge = await (await createRunParts({ ...base, cwd: repository })).openForge({
        forge: 'github',
        targetBranch,
      })
      return forge.ready({ admin: false }).finally(() => forge.close())
    },
    sandbox: (mode) => sandboxOf({ base, repository: cwd }, mode),
    findChecks: async (repository, configured) => configured ?? findChecks(repository),
    openStore: async (repository) =>
      createStateDirStore({
        directory: stateDirectory(repository),
        now: () => Date.now(),
        host: hostname(),
        pid: process.pid,
      }),
  })
}

/** The SDK ships its binary as an optional dependency of the platform. */
async function findAgentBinary(): Promise<string> {
  const require = createRequire(import.meta.url)
  const sdk = dirname(require.resolve('@anthropic-ai/claude-agent-sdk'))
  const name = `@anthropic-ai/claude-agent-sdk-${process.platform}-${process.arch}`
  for (const candidate of [name, `${name}-musl`]) {
    try {
      return join(dirname(createRequire(join(sdk, 'package.json')).resolve(`${candidate}/package.json`)), 'claude')
    } catch {
      // the other one, then
    }
  }
  throw new Failure('agent_missing', `${name} is not installed`, {
    facts: { platform: `${process.platform}-${process.arch}` },
  })
}
