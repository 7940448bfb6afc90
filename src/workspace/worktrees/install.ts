/**
 * Installs a slot's dependencies, once per lockfile: the digest of what decides is remembered with the slot, together
 * with the directories that appeared, and forgotten while an installation is under way.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { CheckRun } from '../../domain/run.ts'
import type { Git } from '../git.ts'
import type { InstallReport, Slot } from '../workspace.ts'
import type { RunConfined } from './confined-command.ts'
import { DEPENDENCY_DIRECTORIES, findInstallSteps, type InstallStep } from './dependencies.ts'
import { exists } from './disk.ts'
import { ensureExcluded } from './exclude.ts'
import { MANIFESTS, type Project, readProject } from './project.ts'
import type { SlotRecord } from './slot-record.ts'
import { keepTree } from './tree-guard.ts'

export type InstallSettings = {
  /** null = by lockfile; false = never; else this command. */
  readonly installCommand: string | null | false
  readonly installTimeoutMs: number
}

type Installed = SlotRecord['installed']

export type Installer = {
  install(request: {
    slot: Slot
    installed: Installed
    remember: (installed: Installed) => Promise<void>
    signal: AbortSignal
  }): Promise<InstallReport>
  /** The slot holds exactly what its files ask for. */
  isCurrent(path: string, installed: Installed): Promise<boolean>
}

export function createInstaller(parts: { git: Git; run: RunConfined; settings: InstallSettings }): Installer {
  const { git, run, settings } = parts

  function stepsOf(project: Project): readonly InstallStep[] {
    const { installCommand } = settings
    if (installCommand === false) return []
    if (installCommand === null) return findInstallSteps(project)
    return [{ command: installCommand, tool: 'the configured command', inputs: MANIFESTS }]
  }

  async function isComplete(path: string, installed: Installed, digest: string): Promise<boolean> {
    if (installed?.digest !== digest) return false
    const present = await Promise.all(installed.directories.map((directory) => exists(join(path, directory))))
    return present.every(Boolean)
  }

  async function runSteps(slot: Slot, steps: readonly InstallStep[], signal: AbortSignal): Promise<CheckRun[]> {
    const runs = []
    for (const { command, tool } of steps) {
      const result = await run(slot, { name: tool, command, timeoutMs: settings.installTimeoutMs, signal })
      runs.push({ ...result, tail: explain(result, settings.installTimeoutMs) })
    }
    return runs
  }

  return {
    async isCurrent(path, installed) {
      const project = await readProject(path)
      return isComplete(path, installed, digestOf(project, stepsOf(project)))
    },
    async install({ slot, installed, remember, signal }) {
      const project = await readProject(slot.path)
      const steps = stepsOf(project)
      if (steps.length === 0) return { kind: 'nothing' }
      const digest = digestOf(project, steps)
      const command = steps.map((step) => step.command).join(' && ')
      if (await isComplete(slot.path, installed, digest)) return { kind: 'cached', command, durationMs: 0, tail: '' }

      await remember(null)
      const here = git.at(slot.path)
      const { result: runs } = await keepTree(here, async () => {
        const done = await runSteps(slot, steps, signal)
        await excludeUnignored(here, slot)
        return done
      })
      const failed = runs.filter((result) => result.exitCode !== 0)
      if (failed.length === 0) await remember({ digest, directories: await presentDirectories(slot.path) })
      return {
        kind: failed.length === 0 ? 'installed' : 'failed',
        command,
        durationMs: runs.reduce((sum, result) => sum + result.durationMs, 0),
        tail: (failed.length === 0 ? runs : failed).map((result) => result.tail).join('\n'),
      }
    },
  }
}

function digestOf(project: Project, steps: readonly InstallStep[]): string {
  const hash = createHash('sha256')
  for (const { command, inputs } of steps) {
    hash.update(`${command}\0`)
    for (const name of inputs) hash.update(`${name}\0${project.files.get(name) ?? ''}\0`)
  }
  return hash.digest('hex')
}

/** The shell says 127 when there is no such program. */
function explain({ name, command, exitCode, timedOut, tail }: CheckRun, timeoutMs: number): string {
  if (timedOut) return `${tail}\n${command} was ended after ${Math.round(timeoutMs / 1000)} s`.trimStart()
  if (exitCode === 127) return `${tail}\n${name} is needed to install the dependencies and was not found`.trimStart()
  return tail
}

async function presentDirectories(path: string): Promise<string[]> {
  const present = await Promise.all(DEPENDENCY_DIRECTORIES.map((directory) => exists(join(path, directory))))
  return DEPENDENCY_DIRECTORIES.filter((_, index) => present[index])
}

/** Most projects ignore what their installers write; for the others the repository's own exclude file does. */
async function excludeUnignored(here: Git, slot: Slot): Promise<void> {
  const patterns = []
  for (const directory of await presentDirectories(slot.path)) {
    const ignored = await here.try(['check-ignore', '--quiet', `${directory}/`])
    if (ignored.exitCode === 1) patterns.push(directory.includes('/') ? `/${directory}` : directory)
  }
  await ensureExcluded(slot.git.commonDir, patterns)
}
