/**
 * JSON as the original writes and signs it (Python's json.dumps with sorted keys and the tightest separators): ASCII only,
 * keys in order, numbers of seconds with a decimal point. The bytes that are signed are the bytes that are sent.
 */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** Fields that are floating point numbers there even when they hold a whole one. */
const FLOATS: ReadonlySet<string> = new Set(['duration_seconds'])

export function canonicalJson(value: Json, key = ''): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'number' && FLOATS.has(key) && Number.isInteger(value)) return `${value}.0`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, key)).join(',')}]`
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${quote(name)}:${canonicalJson(member, name)}`).join(',')}}`
}

function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
