/** Takes known secrets out of what is kept or shown. Only whole values are found, not what was made of them. */

export type Redact = <T>(value: T) => T

const MASK = '[secret]'

/** Short values would be found in innocent words. */
const LEAST_CHARS = 12

export function createRedaction(secrets: readonly string[]): Redact {
  const known = secrets
    .flatMap((secret) => [secret, ...(secret.includes('\n') ? secret.split('\n') : [])])
    .filter((secret) => secret.trim().length >= LEAST_CHARS && !secret.startsWith('-----'))
    .sort((a, b) => b.length - a.length)
  if (known.length === 0) return (value) => value
  const withoutSecrets = (text: string) => known.reduce((left, secret) => left.replaceAll(secret, MASK), text)
  return (value) => mapTexts(value, withoutSecrets) as typeof value
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), mapTexts(item, change)]))
}
