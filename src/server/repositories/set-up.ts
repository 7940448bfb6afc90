/**
 * Preparing a checkout: dependencies by lockfile, without running what packages or the project bring along; that, and the
 * project's own set-up scripts, only when a person asks for it.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { SetUpStep } from '../../operations/catalog/repository-desk.ts'

export type InstallCommand = { readonly command: string; readonly tool: string }

export type SetUpParts = {
  readonly findInstalls: (path: string) => Promise<readonly InstallCommand[]>
  /** Inside the sandbox where there is one, without our credentials. */
  readonly run: (
    path: string,
    command: string,
    variables: Readonly<Record<string, string>>,
  ) => Promise<{ readonly ok: boolean; readonly tail: string }>
}

/** As the original looked for them. */
const SCRIPTS = [
  'scripts/setup-hooks.sh',
  'scripts/setup.sh',
  'scripts/install.sh',
  'scripts/bootstrap.sh',
  'setup.sh',
  'install.sh',
  'bootstrap.sh',
]

/** For every package manager that knows how: dependencies come, their scripts do not run. */
const WITHOUT_SCRIPTS: Readonly<Record<string, string>> = {
  npm_config_ignore_scripts: 'true', // npm and pnpm
  YARN_IGNORE_SCRIPTS: 'true',
  YARN_ENABLE_SCRIPTS: 'false',
  PIP_ONLY_BINARY: ':all:', // building a package runs it
  UV_NO_BUILD: '1',
}

/** What must be said on the command line; null = it cannot be done without running code of the packages. */
const QUIETLY: Readonly<Record<string, ((command: string) => string) | null>> = {
  bun: (command) => `${command} --ignore-scripts`,
  yarn: (command) => command,
  uv: (command) => `${command} --no-install-project`,
  poetry: (command) => `${command} --no-root`,
  bundle: null,
}

/** Ends with the first step that fails. */
export async function setUp(parts: SetUpParts, path: string, runScripts: boolean): Promise<readonly SetUpStep[]> {
  const steps: SetUpStep[] = []
  for (const { command, tool } of await parts.findInstalls(path)) {
    const quiet = QUIETLY[tool]
    if (!runScripts && quiet === null) {
      const tail = `${tool} runs code of the packages: allow it with run_setup_scripts`
      return [...steps, { kind: 'install', command, ok: false, tail, venv: null }]
    }
    const said = runScripts || quiet == null ? command : quiet(command)
    const { ok, tail } = await parts.run(path, said, runScripts ? {} : WITHOUT_SCRIPTS)
    const venv = join(path, '.venv')
    steps.push({ kind: 'install', command: said, ok, tail, venv: ok && (await isDirectory(venv)) ? venv : null })
    if (!ok) return steps
  }
  for (const script of runScripts ? SCRIPTS : []) {
    if (!(await isFile(join(path, script)))) continue
    const { ok, tail } = await parts.run(path, `sh ./${script}`, {})
    steps.push({ kind: 'script', command: script, ok, tail, venv: null })
    if (!ok) return steps
  }
  return steps
}

function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}
