/** The built command line as a process, the way a user runs it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

export const CLI = join(import.meta.dirname, '../../bin/claudetm.js')

export type CliResult = {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export type CliProcess = { readonly child: ChildProcess; readonly ended: Promise<CliResult> }

export function startCli(
  args: readonly string[],
  options: { cwd: string; env: Readonly<Record<string, string>> },
): CliProcess {
  const child = spawn(process.execPath, [CLI, ...args], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const out = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (out.stdout += chunk))
  child.stderr.on('data', (chunk: Buffer) => (out.stderr += chunk))
  const ended = new Promise<CliResult>((resolve) =>
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, ...out })),
  )
  return { child, ended }
}

export function runCli(
  args: readonly string[],
  options: { cwd: string; env: Readonly<Record<string, string>> },
): Promise<CliResult> {
  return startCli(args, options).ended
}
