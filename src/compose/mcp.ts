/** `claudetm mcp`: one repository, and others below the allowed roots, for a client that started us. No server is needed. */
import { once } from 'node:events'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import type { CliBase } from '../cli/parts.ts'
import { stateDirectory } from '../config/paths.ts'
import type { OperationContext } from '../operations/catalog/context.ts'
import { showConfig } from '../operations/config.ts'
import { createEmbeddedDesk } from '../server/embedded/desk.ts'
import { createMcpServer } from '../server/mcp/mcp-server.ts'
import { createRepositoryDesk } from '../server/repositories/desk.ts'
import { createRoots } from '../server/repositories/roots.ts'
import { findRepositories } from '../server/repositories/search.ts'
import { readServerSettings } from '../server/settings.ts'
import { openArchivedRun } from '../store/state-dir/archived-run.ts'
import { createMailbox } from '../store/state-dir/mailbox-directory.ts'
import { createStateDirStore } from '../store/state-dir/state-dir-store.ts'
import { createGit } from '../workspace/git.ts'
import { findTopLevel } from '../workspace/repository.ts'
import { clock } from './clock.ts'
import { readConfig } from './configuration.ts'
import { gitEnvironment } from './environments.ts'
import { findCheckout } from './place.ts'
import { createGitFor, createSetUpParts } from './repositories.ts'
import { createLaunch } from './run-process.ts'
import { openWebhooks } from './run-webhooks.ts'

export async function serveMcp(base: CliBase, directory: string | null): Promise<number> {
  const cwd = findCheckout(resolve(base.cwd, directory ?? '.'))
  const report = (message: string) => void base.stderr.write(`claudetm mcp: ${message}\n`)
  const server = createMcpServer({
    context: await embeddedContext({ ...base, cwd }),
    // Whoever speaks to us has started us: nobody else is there to be kept out.
    refusal: () => null,
    onCall() {},
    report,
  })
  const input = base.openStdin()
  const gone = Promise.race([once(input, 'end'), once(input, 'close'), once(base.outputClosed, 'abort')])
  await server.connect(new StdioServerTransport(input, base.stdout))
  await gone
  await server.close()
  return 0
}

async function embeddedContext(base: CliBase): Promise<OperationContext> {
  const { environment, version, cwd } = base
  const settings = readServerSettings({}, environment, cwd)
  const roots = createRoots(settings.roots)
  const repositories = createRepositoryDesk({
    roots,
    allowPrivateClones: settings.allowPrivateClones,
    cloneTimeoutMs: settings.cloneTimeoutMs,
    closing: base.outputClosed,
    mayClone: true,
    findTopLevel: (path) => findTopLevel(createGit(path, gitEnvironment(environment))),
    gitFor: createGitFor(environment),
    setUp: createSetUpParts(environment, version),
  })
  const home = await repositories.resolve(cwd).catch(() => null)
  const at = (repository: string) => ({ environment, version, cwd: repository })
  const parts = async () => import('./run-parts.ts')
  return {
    version,
    home,
    now: clock.now,
    startedAt: clock.now(),
    repositories,
    places: {
      openForge: async (repository) => (await parts()).openForge(at(repository)),
      doctor: async (directory) => (await import('./doctor.ts')).runDoctor(at(directory)),
      showConfig: async (repository) => showConfig(readConfig(environment, repository), { showSecrets: false }),
    },
    webhooks: await openWebhooks(base, home ?? cwd),
    runs: createEmbeddedDesk({
      home,
      findRepositories: async () => findRepositories(await roots.list()),
      openStore: (repository) =>
        createStateDirStore({
          directory: stateDirectory(repository),
          now: clock.now,
          host: hostname(),
          pid: process.pid,
        }),
      openArchived: (repository, runId) => openArchivedRun(stateDirectory(repository), runId),
      openMailbox: (repository) => createMailbox({ directory: stateDirectory(repository), now: clock.now }),
      openRun: async (repository) => (await parts()).createRunParts(at(repository)),
      removeWorkspaces: async (repository) => (await parts()).removeWorkspaces(at(repository)),
      launch: createLaunch(environment),
      now: clock.now,
      sleep: async (ms, signal) => wait(ms, undefined, signal && { signal }),
    }),
  }
}
