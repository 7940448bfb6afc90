/** What the server does with repositories that no run has yet, made of real parts. */
import type { Environment } from '../config/paths.ts'
import { runCommand } from '../lib/command.ts'
import { toProjectEnvironment } from '../lib/environment.ts'
import { toPlainText } from '../lib/plain-text.ts'
import type { GitFor } from '../server/repositories/clone.ts'
import type { SetUpParts } from '../server/repositories/set-up.ts'
import { createGit } from '../workspace/git.ts'
import { findInstallSteps } from '../workspace/worktrees/dependencies.ts'
import { readProject } from '../workspace/worktrees/project.ts'
import { gitEnvironment } from './environments.ts'
import { remoteVariables } from './github.ts'
import { findInstallation } from './place.ts'
import { sandboxOf } from './run-parts.ts'

export function createGitFor(environment: Environment): GitFor {
  return (url, settings) => {
    const variables = withSettings(gitEnvironment(environment), settings)
    return createGit('/', variables, () => remoteVariables(variables, url))
  }
}

/** As variables, so that a clone does not keep them. */
function withSettings(environment: Record<string, string>, settings: readonly string[]): Record<string, string> {
  const first = Number(environment.GIT_CONFIG_COUNT ?? 0) || 0
  const entries = settings.flatMap((setting, index) => {
    const at = setting.indexOf('=')
    return [
      [`GIT_CONFIG_KEY_${first + index}`, setting.slice(0, at)],
      [`GIT_CONFIG_VALUE_${first + index}`, setting.slice(at + 1)],
    ]
  })
  return { ...environment, GIT_CONFIG_COUNT: String(first + settings.length), ...Object.fromEntries(entries) }
}

/** As in the original. */
const STEP_TIMEOUT_MS = 300_000
const TAIL_CHARS = 4_000

export function createSetUpParts(environment: Environment, version: string): SetUpParts {
  const project = toProjectEnvironment(environment, findInstallation())
  return {
    findInstalls: async (path) => findInstallSteps(await readProject(path)),
    async run(path, command, variables) {
      const sandbox = await sandboxOf({ base: { environment, version, cwd: path }, repository: path }, 'auto')
      const { file, args } = sandbox.wrap('/bin/sh', ['-c', command], { cwd: path, writable: [], readable: [] })
      const { exitCode, output, startError } = await runCommand(file, args, {
        cwd: path,
        env: { ...project, CI: 'true', HUSKY: '0', GIT_TERMINAL_PROMPT: '0', ...variables },
        timeoutMs: STEP_TIMEOUT_MS,
      })
      const text = startError === null ? output : `could not be started (${startError})`
      return { ok: exitCode === 0, tail: toPlainText(text).trimEnd().slice(-TAIL_CHARS).toWellFormed() }
    },
  }
}
