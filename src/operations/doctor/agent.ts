/** The agent: its binary starts, somebody pays for it, and what confines it. */

import type { Environment } from '../../config/paths.ts'
import type { SandboxMode } from '../../domain/run.ts'
import { runCommand } from '../../lib/command.ts'
import type { Sandbox } from '../../workspace/sandbox.ts'
import { type DoctorCheck, ok, problem, warning } from './finding.ts'

const START_TIMEOUT_MS = 30_000

export async function checkBinary(binary: string, cwd: string, environment: Environment): Promise<DoctorCheck> {
  const result = await runCommand(binary, ['--version'], {
    cwd,
    env: { PATH: environment.PATH ?? '', HOME: environment.HOME ?? '' },
    timeoutMs: START_TIMEOUT_MS,
  })
  if (result.exitCode === 0) return ok('agent', `Claude Code ${result.stdout.trim().split(' ')[0]}`)
  const why = result.startError ?? (result.timedOut ? 'no answer' : result.output.trim().split('\n').at(-1))
  return problem(
    'agent',
    `${binary} does not start: ${why || `exit code ${result.exitCode}`}`,
    'Install claudetm again on this machine, optional dependencies included',
  )
}

export function judgeAccount(account: string | null): DoctorCheck {
  return account === null
    ? problem('account', 'no credential found', 'Log in with: claude /login, or set ANTHROPIC_API_KEY')
    : ok('account', account)
}

export function judgeSandbox(sandbox: Pick<Sandbox, 'kind' | 'description'>, mode: SandboxMode): DoctorCheck {
  if (sandbox.kind !== 'none') return ok('sandbox', sandbox.description)
  const cure =
    mode === 'off' ? 'Leave out --sandbox off, or "sandbox": "off" in config.json' : 'Install bubblewrap (Linux)'
  return warning('sandbox', sandbox.description, cure)
}
