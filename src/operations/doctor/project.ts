/** The project: its configuration, the checks that prove its work, and a run that may be there. */
import { stat } from 'node:fs/promises'
import type { ResolvedConfig } from '../../config/resolve.ts'
import type { Store } from '../../store/store.ts'
import type { Git } from '../../workspace/git.ts'
import type { ProjectCheck } from '../../workspace/workspace.ts'
import { type DoctorCheck, ok, warning } from './finding.ts'

const NAME = 'configuration'

export function judgeConfig({ sources, warnings }: ResolvedConfig): readonly DoctorCheck[] {
  const used = (['environment', 'project', 'user'] as const)
    .map((source) => [source, Object.values(sources).filter((one) => one === source).length] as const)
    .filter(([, count]) => count > 0)
    .map(([source, count]) => `${count} from the ${source === 'environment' ? source : `${source} file`}`)
  return [
    ok(NAME, used.length === 0 ? 'all defaults' : `${used.join(', ')}, the rest defaults`),
    ...warnings.map((text) => warning(NAME, text, null)),
  ]
}

/** A file that may hold keys, and that decides what is run here. */
export async function checkConfigFile(file: string, git: Git | null): Promise<readonly DoctorCheck[]> {
  const mode = await stat(file).then(
    (stats) => stats.mode & 0o777,
    () => null,
  )
  if (mode === null) return []
  const tracked = git !== null && (await git.try(['ls-files', '--error-unmatch', '--', file])).exitCode === 0
  return [
    ...((mode & 0o077) !== 0 && process.platform !== 'win32'
      ? [warning(NAME, `${file} can be read by others`, `chmod 600 ${file}`)]
      : []),
    ...(tracked
      ? [
          warning(
            NAME,
            `${file} is tracked by git: whoever can change it decides what is run here and how it is confined`,
            `git rm --cached ${file}`,
          ),
        ]
      : []),
  ]
}

export function judgeChecks(checks: readonly ProjectCheck[]): DoctorCheck {
  if (checks.length > 0) return ok('checks', checks.map((check) => check.name).join(', '))
  return warning(
    'checks',
    'none found: nothing but the agent itself would prove its work',
    'Add them to config.json, e.g. "checks": ["npm test"]',
  )
}

export async function checkRun(store: Pick<Store, 'load' | 'owner'>): Promise<DoctorCheck> {
  const [state, owner] = await Promise.all([store.load(), store.owner()])
  if (owner !== null) {
    return ok('run', `${state?.runId ?? 'one'} is being worked on by process ${owner.pid} on ${owner.host}`)
  }
  if (state === null) return ok('run', 'none here')
  const detail = `${state.runId} is ${state.status}${state.reason === null ? '' : `: ${state.reason}`}`
  return state.status === 'blocked' || state.status === 'failed'
    ? warning('run', detail, state.block?.command ?? 'claudetm resume --force')
    : ok('run', `${detail}; go on with: claudetm resume`)
}
