/** Environment variables: which one sets what, and what is said about those that set nothing. */
import { Failure } from '../domain/failure.ts'
import { findNearest } from './nearest.ts'
import type { Environment } from './paths.ts'
import { SETTING_PATHS, SETTINGS } from './settings.ts'

const SETTING_VARIABLES: readonly string[] = SETTING_PATHS.flatMap((path) => SETTINGS[path].variable ?? [])

/** Read elsewhere: where the home is, how chatty a crash is, which session a process belongs to. */
const OTHER_VARIABLES: readonly string[] = ['CLAUDETM_HOME', 'CLAUDETM_DEBUG', 'CLAUDETM_SESSION']

/** Read by the server alone; they may be in the environment of everything else on its machine. */
const SERVER_VARIABLES: readonly string[] = [
  'CLAUDETM_SERVER_HOST',
  'CLAUDETM_REST_PORT',
  'CLAUDETM_DATA',
  'CLAUDETM_MAX_RUNS',
  'CLAUDETM_ROOTS',
  'CLAUDETM_PASSWORD',
  'CLAUDETM_PASSWORD_HASH',
  'CLAUDETM_ALLOWED_HOSTS',
  'CLAUDETM_CORS_ORIGINS',
  'CLAUDETM_CLONE_PRIVATE',
]

/** Of the original, for parts of it that are not here. */
const WITHOUT_EFFECT = /^CLAUDETM_(HIVE|SESSION_RELEASE|SERVER|REST|MCP|API|CORS|PASSWORD|BASH|REAL_SDK)(_|$)/

/** Warnings about variables that nothing reads. Throws where going on would mean working with another account. */
export function checkVariables(environment: Environment): string[] {
  const profile = environment.CLAUDETM_PROFILE
  if (profile && profile !== 'default') {
    throw new Failure(
      'config_invalid',
      `CLAUDETM_PROFILE asks for the profile ${JSON.stringify(profile)}, but profiles are not built yet. Unset it and choose the account with ANTHROPIC_API_KEY, CLAUDE_CODE_OAUTH_TOKEN or CLAUDE_CONFIG_DIR`,
      { facts: { path: 'profile', file: null, variable: 'CLAUDETM_PROFILE' } },
    )
  }
  return Object.keys(environment)
    .filter((name) => name.startsWith('CLAUDETM_') && environment[name])
    .filter(
      (name) =>
        name !== 'CLAUDETM_PROFILE' && ![...SETTING_VARIABLES, ...OTHER_VARIABLES, ...SERVER_VARIABLES].includes(name),
    )
    .sort()
    .map(warnAbout)
}

function warnAbout(name: string): string {
  if (WITHOUT_EFFECT.test(name)) return `${name} has no effect: what it sets is not built yet`
  const nearest = findNearest(name, [...SETTING_VARIABLES, ...OTHER_VARIABLES])
  return `${name} is not a known variable and has no effect${nearest === null ? '' : `; did you mean ${nearest}?`}`
}
