/** A config.json: read, taken apart into settings by their path, with every key accounted for. */
import { Failure } from '../domain/failure.ts'
import { findNearest } from './nearest.ts'
import { configProblem } from './setting-value.ts'
import { isSettingPath, SETTING_PATHS, type SettingPath } from './settings.ts'

export type ConfigFile = { readonly file: string; readonly raw: ReadonlyMap<SettingPath, unknown> }

/** A missing file is an empty one. Throws `config_invalid` for what is not JSON, and for the first unknown key. */
export function readConfigFile(file: string, readText: (path: string) => string | null): ConfigFile {
  const content = parseJson(file, readText)
  return { file, raw: new Map(content === null ? [] : listSettings(file, asObject(file, '', content), '')) }
}

type JsonObject = Readonly<Record<string, unknown>>

function parseJson(file: string, readText: (path: string) => string | null): unknown {
  const text = readOrExplain(file, readText)
  if (text === null || text.trim() === '') return null
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    // The parser's own message quotes the file, which may hold keys: only the position is passed on.
    const position = /line \d+ column \d+/.exec(String(error))?.[0]
    const where = position === undefined ? '' : ` (${position})`
    throw new Failure('config_invalid', `${file} is not valid JSON${where}`, { facts: { path: null, file } })
  }
}

function readOrExplain(file: string, readText: (path: string) => string | null): string | null {
  try {
    return readText(file)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Failure('config_invalid', `${file} cannot be read: ${reason}`, {
      facts: { path: null, file },
      cause: error,
    })
  }
}

function listSettings(file: string, section: JsonObject, prefix: string): [SettingPath, unknown][] {
  return Object.entries(section).flatMap(([key, value]): [SettingPath, unknown][] => {
    const path = `${prefix}${key}`
    if (isSettingPath(path)) return [[path, value]]
    if (!isSection(path)) throw configProblem(path, { file }, `is not a known key${suggestion(path)}`)
    return value === null ? [] : listSettings(file, asObject(file, path, value), `${path}.`)
  })
}

function asObject(file: string, path: string, value: unknown): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  throw configProblem(path || 'the whole file', { file }, 'must be an object: { "key": value, ... }')
}

const SECTIONS: readonly string[] = [...new Set(SETTING_PATHS.map((path) => path.split('.')[0] ?? ''))]

function isSection(path: string): boolean {
  return SETTING_PATHS.some((known) => known.startsWith(`${path}.`))
}

/** The nearest key of the same section, else the same or a near key anywhere: people forget sections as well as letters. */
function suggestion(path: string): string {
  const key = path.split('.').at(-1) ?? path
  const nearest =
    findNearest(path, path.includes('.') ? SETTING_PATHS : [...SECTIONS, ...SETTING_PATHS]) ??
    SETTING_PATHS.find((known) => known.endsWith(`.${key}`)) ??
    null
  return nearest === null ? '; `claudetm config show` lists all keys' : `; did you mean ${nearest}?`
}
