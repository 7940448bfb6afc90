/** What people ask about configuration: a file to start from, what is in force and why, and where it lies. */
import { randomUUID } from 'node:crypto'
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ConfigSource } from '../config/config.ts'
import type { ResolvedConfig } from '../config/resolve.ts'
import { SETTING_PATHS, SETTINGS } from '../config/settings.ts'
import { Failure, toFailure } from '../domain/failure.ts'

/**
 * Writes a config.json with every key and no value: null = not set here, so that the file neither freezes today's
 * defaults nor hides the user's own file. Throws `usage` when there is one already and `force` is not given.
 */
export async function initConfig(request: { projectFile: string; force: boolean }): Promise<{ path: string }> {
  const path = request.projectFile
  await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw writeFailure(path, error)
  })
  await (request.force ? replaceFile(path, renderTemplate()) : createFile(path, renderTemplate()))
  return { path }
}

async function createFile(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!isAlreadyThere(error)) throw writeFailure(path, error)
    throw new Failure('usage', `${path} is there already; --force replaces it`, { facts: { file: path } })
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    await writeFile(temporary, text, { mode: 0o600, flag: 'wx' })
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw writeFailure(path, error)
  }
}

function isAlreadyThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}

function writeFailure(path: string, error: unknown): Failure {
  const { message } = toFailure(error)
  return new Failure('disk', `${path} cannot be written: ${message}`, { facts: { file: path }, cause: error })
}

function renderTemplate(): string {
  const values = SETTING_PATHS.map((path) => [path, path === 'version' ? SETTINGS.version.default : null] as const)
  return `${JSON.stringify(toSections(values), null, 2)}\n`
}

export type ShownConfig = {
  /** In the shape and the units of config.json. */
  readonly config: Readonly<Record<string, unknown>>
  /** By path, e.g. `models.opus`. */
  readonly sources: Readonly<Record<string, ConfigSource>>
  readonly warnings: readonly string[]
}

/** What is in force. Secrets are masked unless asked for: at most the last four characters are shown. */
export function showConfig(resolved: ResolvedConfig, request: { showSecrets: boolean }): ShownConfig {
  const { values, sources, warnings } = resolved
  const shown = SETTING_PATHS.map((path) => {
    const value = values[path]
    return [path, request.showSecrets ? value : mask(value, SETTINGS[path].secret)] as const
  })
  return { config: toSections(shown), sources, warnings }
}

const SHOWN_CHARS = 4
/** A shorter secret would be given away by its end. */
const SHORTEST_SHOWN_CHARS = 16

function mask(value: unknown, isSecret: boolean): unknown {
  if (typeof value !== 'string') return value
  if (!isSecret) return value.replace(/^(https?:\/\/)[^/@]*@/, '$1...@') // an address may carry a password
  return value.length < SHORTEST_SHOWN_CHARS ? '...' : `...${value.slice(-SHOWN_CHARS)}`
}

/** Paths have one or two parts. */
function toSections(values: readonly (readonly [path: string, value: unknown])[]): Record<string, unknown> {
  const top: Record<string, unknown> = {}
  for (const [path, value] of values) {
    const [section = path, key] = path.split('.')
    if (key === undefined) top[section] = value
    else top[section] = { ...(top[section] as Record<string, unknown> | undefined), [key]: value }
  }
  return top
}

export type ConfigPath = { readonly kind: 'project' | 'user'; readonly path: string; readonly exists: boolean }

/** In order of precedence. */
export async function configPaths(request: { projectFile: string; userFile: string }): Promise<readonly ConfigPath[]> {
  return [
    { kind: 'project', path: request.projectFile, exists: await exists(request.projectFile) },
    { kind: 'user', path: request.userFile, exists: await exists(request.userFile) },
  ]
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
