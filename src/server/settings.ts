/** What the server is told by its command line and its environment; parsed once. */
import { homedir } from 'node:os'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { z } from 'zod'
import { claudetmHome, type Environment } from '../config/paths.ts'
import { Failure } from '../domain/failure.ts'
import { type AddressRange, parseAddressRange } from './guard/address.ts'

export type ServerSettings = {
  readonly host: string
  /** 0 = any that is free. */
  readonly port: number
  /** Registry, audit log; private. */
  readonly dataDirectory: string
  readonly maxAtWork: number
  /** Where it was started, or what it was told instead. */
  readonly workingDirectory: string
  /** The first is where clones go. */
  readonly roots: readonly [string, ...string[]]
  readonly allowedHosts: readonly string[]
  readonly corsOrigins: readonly string[]
  /** Whose word counts about who asked them. */
  readonly trustedProxies: readonly AddressRange[]
  readonly webhookSecret: string | null
  /** Addresses of private networks may be cloned from. */
  readonly allowPrivateClones: boolean
  readonly cloneTimeoutMs: number
}

export type ServerFlags = {
  readonly host?: string
  readonly port?: string
  readonly workingDir?: string
  readonly corsOrigins?: string
}

const port = z.coerce.number().int().min(0).max(65_535)
const count = z.coerce.number().int().min(1).max(1_000)
const seconds = z.coerce.number().int().min(1).max(86_400)
const DEFAULT_PORT = 8_000
/** As in the original. */
const DEFAULT_CLONE_TIMEOUT_S = 300
const DEFAULT_MAX_AT_WORK = 4

/** Flags come before variables. Throws `config_invalid`. */
export function readServerSettings(flags: ServerFlags, environment: Environment, cwd: string): ServerSettings {
  const { CLAUDETM_SERVER_HOST, CLAUDETM_REST_PORT, CLAUDETM_DATA, CLAUDETM_MAX_RUNS } = environment
  const workingDirectory = resolve(cwd, flags.workingDir ?? '.')
  return {
    host: flags.host ?? (CLAUDETM_SERVER_HOST || '127.0.0.1'),
    port: parse(port, flags.port ?? (CLAUDETM_REST_PORT || DEFAULT_PORT), 'the port (--rest-port, CLAUDETM_REST_PORT)'),
    dataDirectory: resolve(cwd, CLAUDETM_DATA || join(claudetmHome(environment), 'server')),
    maxAtWork: parse(count, CLAUDETM_MAX_RUNS || DEFAULT_MAX_AT_WORK, 'CLAUDETM_MAX_RUNS'),
    workingDirectory,
    roots: rootsOf(environment, workingDirectory),
    allowedHosts: words(environment.CLAUDETM_ALLOWED_HOSTS),
    corsOrigins: words(flags.corsOrigins ?? environment.CLAUDETM_CORS_ORIGINS).map(parseOrigin),
    trustedProxies: words(environment.CLAUDETM_TRUSTED_PROXIES).map((text) =>
      parseAddressRange(text, 'CLAUDETM_TRUSTED_PROXIES'),
    ),
    webhookSecret: environment.CLAUDETM_GITHUB_WEBHOOK_SECRET || null,
    allowPrivateClones: environment.CLAUDETM_CLONE_PRIVATE === 'true',
    cloneTimeoutMs:
      parse(seconds, environment.CLAUDETM_CLONE_TIMEOUT || DEFAULT_CLONE_TIMEOUT_S, 'CLAUDETM_CLONE_TIMEOUT') * 1_000,
  }
}

/** Where the original kept its clones, and where the server was started. */
function rootsOf(environment: Environment, workingDirectory: string): readonly [string, ...string[]] {
  const given = (environment.CLAUDETM_ROOTS ?? '').split(delimiter).filter((path) => path !== '')
  const relative = given.find((path) => !isAbsolute(path))
  if (relative !== undefined) throw invalid('CLAUDETM_ROOTS', `${relative} is not an absolute path`)
  const [first, ...rest] = given
  if (first !== undefined) return [first, ...rest]
  return [join(environment.HOME || homedir(), 'workspace', 'claude-task-master'), workingDirectory]
}

function words(text: string | undefined): readonly string[] {
  return (text ?? '').split(/[\s,]+/).filter((word) => word !== '')
}

function parseOrigin(text: string): string {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || text !== url.origin) {
    throw invalid('CLAUDETM_CORS_ORIGINS', `${text} is not an origin such as https://example.com`)
  }
  return url.origin
}

function parse<T>(schema: z.ZodType<T>, value: unknown, name: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw invalid(name, `${JSON.stringify(value)} is not allowed`)
}

function invalid(name: string, problem: string): Failure {
  return new Failure('config_invalid', `${name}: ${problem}`, { facts: { variable: name } })
}
