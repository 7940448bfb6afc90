/** A command line of ours as a process that goes on when this one ends. */
import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '../config/paths.ts'
import type { LaunchProcess } from '../server/embedded/run-process.ts'

/** What the command says when it cannot begin is short. */
const MAX_PROBLEM_CHARS = 4_000

/** Its terminal is nobody's: what it prints is in its log, and what it complains about in a file while we look. */
export function createLaunch(environment: Environment): LaunchProcess {
  return (repository, args) => {
    const directory = mkdtempSync(join(tmpdir(), 'claudetm-'))
    const complaints = join(directory, 'stderr')
    const file = openSync(complaints, 'a', 0o600)
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...args], {
      cwd: repository,
      env: environment,
      stdio: ['ignore', 'ignore', file],
      detached: true,
    })
    closeSync(file)
    const letGo = () => rmSync(directory, { recursive: true, force: true })
    let end: ReturnType<ReturnType<LaunchProcess>['ended']> = null
    const ended = (exitCode: number | null, said: string) => {
      end ??= { exitCode, problem: said.trim().slice(-MAX_PROBLEM_CHARS).toWellFormed() }
      letGo()
    }
    child.once('error', (error) => ended(null, error.message))
    child.once('exit', (exitCode) => ended(exitCode, existsSync(complaints) ? readFileSync(complaints, 'utf8') : ''))
    child.unref()
    return { ended: () => end, letGo }
  }
}
