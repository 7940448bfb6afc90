/**
 * The one place that picks real parts and wires them. What is slow to load is loaded by the command that needs it, so that
 * `claudetm status` starts as quickly as Node does.
 */
import { hostname } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import type { CliBase, CliParts } from './cli/parts.ts'
import { findCheckout } from './compose/place.ts'
import { projectConfigFile, stateDirectory, userConfigFile } from './config/paths.ts'

export function compose(base: CliBase): CliParts {
  const repository = findCheckout(base.cwd)
  const runParts = async (place: CliBase = base) => (await import('./compose/run-parts.ts')).createRunParts(place)
  return {
    ...base,
    stateDirectory: stateDirectory(repository),
    now: () => Date.now(),
    sleep: async (ms, signal) => wait(ms, undefined, signal && { signal }),
    async openStore() {
      const { createStateDirStore } = await import('./store/state-dir/state-dir-store.ts')
      return createStateDirStore({
        directory: stateDirectory(repository),
        now: () => Date.now(),
        host: hostname(),
        pid: process.pid,
      })
    },
    async openMailbox() {
      const { createMailbox } = await import('./store/state-dir/mailbox-directory.ts')
      return createMailbox({ directory: stateDirectory(repository), now: () => Date.now() })
    },
    async openArchived() {
      const { openArchivedRun } = await import('./store/state-dir/archived-run.ts')
      return (runId) => openArchivedRun(stateDirectory(repository), runId)
    },
    async startRun(request, observer) {
      const { startRun } = await import('./operations/start.ts')
      return startRun(await runParts(), request, observer)
    },
    async resumeRun(request, observer) {
      const { resumeRun } = await import('./operations/resume.ts')
      return resumeRun(await runParts(), request, observer)
    },
    async runDemo(observer, write) {
      const [{ runDemo }, { startRun }] = await Promise.all([import('./demo/demo.ts'), import('./operations/start.ts')])
      return runDemo(
        {
          environment: base.environment,
          write,
          start: async (place, request, watcher) => startRun(await runParts({ ...base, ...place }), request, watcher),
        },
        observer,
      )
    },
    async mergePr(request, observer) {
      const { mergePr } = await import('./operations/merge-pr.ts')
      return mergePr(await runParts(), request, observer)
    },
    openForge: async () => (await import('./compose/run-parts.ts')).openForge(base),
    removeWorkspaces: async () => (await import('./compose/run-parts.ts')).removeWorkspaces(base),
    person: async () => (await import('./compose/person.ts')).readPerson(base),
    doctor: async () => (await import('./compose/doctor.ts')).runDoctor(base),
    async openWebhooks() {
      return (await import('./compose/run-webhooks.ts')).openWebhooks(base, repository)
    },
    async initConfig({ force }) {
      const { initConfig } = await import('./operations/config.ts')
      return initConfig({ projectFile: projectConfigFile(repository), force })
    },
    async showConfig({ showSecrets }) {
      const [{ readConfig }, { showConfig }] = await Promise.all([
        import('./compose/configuration.ts'),
        import('./operations/config.ts'),
      ])
      return showConfig(readConfig(base.environment, repository), { showSecrets })
    },
    serveMcp: async (directory) => (await import('./compose/mcp.ts')).serveMcp(base, directory),
    async configPaths() {
      const { configPaths } = await import('./operations/config.ts')
      return configPaths({ projectFile: projectConfigFile(repository), userFile: userConfigFile(base.environment) })
    },
  }
}
