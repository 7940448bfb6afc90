/** One raw value, from a file or a variable, made into what its setting allows, or refused with a sentence. */
import { Failure } from '../domain/failure.ts'
import { SETTINGS, type Setting, type SettingPath } from './settings.ts'

/** Where a value was written, for messages. */
export type Origin = { readonly file: string } | { readonly variable: string }

/** Anything but a usable value throws `config_invalid`. A secret is never part of a message. */
export function parseSetting(path: SettingPath, raw: unknown, origin: Origin): unknown {
  const setting: Setting<unknown> = SETTINGS[path]
  const value = 'variable' in origin && typeof raw === 'string' ? setting.kind.fromText(raw.trim()) : raw
  const parsed = setting.kind.schema.safeParse(value)
  if (parsed.success) return parsed.data
  const found = setting.secret ? describeType(raw) : describe(raw)
  throw configProblem(path, origin, `is ${found}; allowed: ${setting.kind.allowed}`)
}

/** What counts as "nothing was said here": null, an empty text, or what generated files say without meaning it. */
export function isUnset(path: SettingPath, raw: unknown): boolean {
  const setting: Setting<unknown> = SETTINGS[path]
  if (raw === undefined || raw === null) return true
  if (typeof raw !== 'string') return false
  const text = raw.trim()
  return text === '' || text.replace(/\/+$/, '') === setting.sameAsUnset
}

export function configProblem(path: string, origin: Origin, problem: string): Failure {
  return 'file' in origin
    ? new Failure('config_invalid', `${origin.file}: ${path} ${problem}`, { facts: { path, file: origin.file } })
    : new Failure('config_invalid', `The environment variable ${origin.variable} ${problem}`, {
        facts: { path, file: null, variable: origin.variable },
      })
}

const MAX_SHOWN_CHARS = 80

function describe(raw: unknown): string {
  const text = JSON.stringify(raw)
  return text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}...` : text
}

function describeType(raw: unknown): string {
  if (typeof raw === 'string') return 'not usable as it is'
  return Array.isArray(raw) ? 'a list' : typeof raw === 'object' ? 'an object' : `a ${typeof raw}`
}
