/** One shell command of the project in a slot: inside the sandbox, with a limit, and its output fit to show. */
import { delimiter, join } from 'node:path'
import type { CheckRun } from '../../domain/run.ts'
import { runCommand } from '../../lib/command.ts'
import { endMarkedProcesses } from '../../lib/marked-processes.ts'
import { toPlainText } from '../../lib/plain-text.ts'
import type { Sandbox } from '../sandbox.ts'
import type { Slot } from '../workspace.ts'
import { exists } from './disk.ts'

/** Enough for the last lines, which is all that is kept. */
const MAX_OUTPUT_BYTES = 256 * 1024
const TAIL_CHARACTERS = 8_000

/** Marks what one command started, so that it can be ended with it where no sandbox does that. */
const COMMAND_MARK = 'CLAUDETM_COMMAND'

type ConfinedCommand = {
  readonly name: string
  readonly command: string
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** Rejects when aborted; every other end is in the result. When it returns, nothing it started is still running. */
export type RunConfined = (slot: Slot, request: ConfinedCommand) => Promise<CheckRun>

export function createRunConfined(parts: {
  sandbox: Sandbox
  environment: Readonly<Record<string, string>>
  processMark: Readonly<Record<string, string>>
}): RunConfined {
  const { sandbox, environment, processMark } = parts
  let commands = 0

  return async (slot, { name, command, timeoutMs, signal }) => {
    signal.throwIfAborted()
    commands += 1
    const mark = `${process.pid}-${commands}`
    const confinement = { cwd: slot.path, writable: [], readable: [slot.git.commonDir] }
    const wrapped = sandbox.wrap('/bin/sh', ['-c', command], confinement)
    const result = await runCommand(wrapped.file, wrapped.args, {
      cwd: slot.path,
      env: { ...(await slotEnvironment(slot, environment)), ...processMark, [COMMAND_MARK]: mark },
      timeoutMs,
      signal,
      maxOutputBytes: MAX_OUTPUT_BYTES,
    })
    if (sandbox.kind === 'none') await endMarkedProcesses({ name: COMMAND_MARK, value: mark })
    signal.throwIfAborted()
    const { exitCode, timedOut, durationMs, startError } = result
    const output = startError === null ? result.output : `could not be started (${startError})`
    return { name, command, exitCode, timedOut, durationMs, tail: toTail(output) }
  }
}

export function toTail(output: string): string {
  return toPlainText(output).trimEnd().slice(-TAIL_CHARACTERS).toWellFormed()
}

/** Nobody watches or answers: no watch modes, no prompts, no hooks installed into the user's repository. */
const UNATTENDED = {
  CI: 'true',
  GIT_TERMINAL_PROMPT: '0',
  HUSKY: '0',
  LEFTHOOK: '0',
  POETRY_VIRTUALENVS_IN_PROJECT: 'true',
  BUNDLE_PATH: 'vendor/bundle',
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
}

async function slotEnvironment(
  slot: Slot,
  environment: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const { NODE_ENV: _, ...own } = environment // ours, not the project's; "production" would leave its tools out
  const { name, email } = slot.git.identity
  const env = {
    ...own,
    ...UNATTENDED,
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  }
  const venv = join(slot.path, '.venv')
  if (!(await exists(join(venv, 'bin')))) return env
  const path = [join(venv, 'bin'), environment.PATH].filter(Boolean).join(delimiter)
  return { ...env, VIRTUAL_ENV: venv, PATH: path }
}
