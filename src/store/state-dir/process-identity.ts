/** Tells whether a process is still the one it was: its number may have been given to another since. */
import { readFile } from 'node:fs/promises'

export type ProcessObservation =
  | { readonly kind: 'gone' }
  /** `start`: as the operating system counts it; '' = it does not tell. */
  | { readonly kind: 'running'; readonly start: string }

export async function observeProcess(pid: number): Promise<ProcessObservation> {
  if (!exists(pid)) return { kind: 'gone' }
  return (await readProcFs(pid)) ?? (await readPs(pid)) ?? { kind: 'running', start: '' }
}

/** A process that cannot be told apart counts as the same: better to wait for somebody than to have two owners. */
export async function isSameProcess(pid: number, start: string): Promise<boolean> {
  const observed = await observeProcess(pid)
  return observed.kind === 'running' && (observed.start === start || observed.start === '' || start === '')
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Linux. The start time counts from boot, so that the boot belongs to it. null = no answer here. */
export async function readProcFs(pid: number): Promise<ProcessObservation | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The name of the command is in parentheses and may hold anything, also parentheses and spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state, start] = [fields[0], fields[22 - 3]] // proc_pid_stat(5): the state is field 3, the start time field 22
    if (state === undefined || start === undefined) return null
    if (isDeadState(state)) return { kind: 'gone' }
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
    return { kind: 'running', start: `${boot.trim()}/${start}` }
  } catch {
    return null
  }
}

/** Everywhere else (so that starting processes is loaded only there). Fixed language and time zone: the same process must read the same for everybody. */
export async function readPs(pid: number): Promise<ProcessObservation | null> {
  const { runCommand } = await import('../../lib/command.ts')
  const result = await runCommand('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    timeoutMs: 5_000,
  })
  const [, state, start] = /^\s*(\S+)\s+(\S.*?)\s*$/.exec(result.stdout) ?? []
  if (result.exitCode !== 0 || state === undefined || start === undefined) return null
  return isDeadState(state) ? { kind: 'gone' } : { kind: 'running', start: start.replace(/\s+/g, ' ') }
}

/** A zombie has ended; only its parent has not looked yet. */
function isDeadState(state: string): boolean {
  return state.startsWith('Z') || state.startsWith('X')
}
