/** The server with real parts. */
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Agent } from '../agent/agent.ts'
import { type Environment, stateDirectory } from '../config/paths.ts'
import { createWebhookIntake } from '../forge/github/webhook-intake.ts'
import { showConfig } from '../operations/config.ts'
import { type RunningServer, startServer } from '../server/server.ts'
import { readServerSettings, type ServerFlags } from '../server/settings.ts'
import { openArchivedRun } from '../store/state-dir/archived-run.ts'
import { createMailbox } from '../store/state-dir/mailbox-directory.ts'
import { createStateDirStore } from '../store/state-dir/state-dir-store.ts'
import { createGit } from '../workspace/git.ts'
import { findTopLevel } from '../workspace/repository.ts'
import { readConfig } from './configuration.ts'
import { gitEnvironment } from './environments.ts'
import { createGitFor, createSetUpParts } from './repositories.ts'
import { createRunParts, openForge, removeWorkspaces } from './run-parts.ts'
import { createServerWebhooks } from './server-webhooks.ts'

export type ServerRequest = {
  readonly flags: ServerFlags
  readonly environment: Environment
  readonly cwd: string
  readonly version: string
  readonly report: (message: string) => void
  /** Instead of the real one: for load tests. */
  readonly agent?: Agent
}

export async function composeServer(request: ServerRequest): Promise<RunningServer> {
  const { version, agent } = request
  const settings = readServerSettings(request.flags, request.environment, request.cwd)
  const environment = withoutServerSecrets(request.environment)
  const webhooks = createServerWebhooks({
    directory: settings.dataDirectory,
    policy: readConfig(environment, null).config.webhooks,
    version,
    report: request.report,
  })
  const intake = settings.webhookSecret === null ? null : createWebhookIntake({ secret: settings.webhookSecret })
  const at = (repository: string) => ({ environment, version, cwd: repository })
  const server = await startServer({
    settings,
    webhooks: webhooks.parts,
    environment: request.environment,
    version,
    now: () => Date.now(),
    report: request.report,
    intake,
    mounts: [],
    gitFor: createGitFor(environment),
    places: {
      openForge: (repository) => openForge(at(repository)),
      doctor: async (directory) => (await import('./doctor.ts')).runDoctor(at(directory)),
      showConfig: async (repository) => showConfig(readConfig(environment, repository), { showSecrets: false }),
    },
    setUp: createSetUpParts(environment, version),
    // Asking git takes a process; where `.git` lies there is no question.
    findTopLevel: async (path) =>
      existsSync(join(path, '.git')) ? path : findTopLevel(createGit(path, gitEnvironment(environment))),
    launcher: {
      openStore: (repository) =>
        createStateDirStore({
          directory: stateDirectory(repository),
          now: () => Date.now(),
          host: hostname(),
          pid: process.pid,
        }),
      openArchived: (repository, runId) => openArchivedRun(stateDirectory(repository), runId),
      stampOf: (repository) => stampOf(join(stateDirectory(repository), 'state.json')),
      openMailbox: (repository) => createMailbox({ directory: stateDirectory(repository), now: () => Date.now() }),
      openRun: (repository) =>
        createRunParts(at(repository), { intake, webhooks: webhooks.parts, ...(agent !== undefined && { agent }) }),
      removeWorkspaces: (repository) => removeWorkspaces(at(repository)),
    },
  })
  return {
    url: server.url,
    async close() {
      await server.close()
      await webhooks.close()
    },
  }
}

async function stampOf(file: string): Promise<string> {
  try {
    const { mtimeNs, size, ino } = await stat(file, { bigint: true })
    return `${mtimeNs}:${size}:${ino}`
  } catch {
    return ''
  }
}

/** Runs, and what they start, have no use for them. */
function withoutServerSecrets(environment: Environment): Environment {
  const { CLAUDETM_PASSWORD: _, CLAUDETM_PASSWORD_HASH: __, ...rest } = environment
  return rest
}
