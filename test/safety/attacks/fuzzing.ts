/** Values to fuzz parsers with, and how a property becomes an attack that is counted. */
import fc from 'fast-check'
import type { SafetyRule } from '../safety-rules.ts'
import type { Attack } from './attack-report.ts'

export type Fuzz = {
  readonly name: string
  /** What would break if the parser threw, guessed or lost something. */
  readonly rule: SafetyRule
  readonly property: fc.IRawProperty<unknown>
  readonly runs?: number
}

export async function tryFuzz({ name, rule, property, runs = 300 }: Fuzz): Promise<readonly Attack[]> {
  const details = await fc.check(property as fc.IAsyncProperty<unknown>, { numRuns: runs })
  const tried = Array.from({ length: details.numRuns }, () => ({ rule, name, violation: null }))
  if (!details.failed) return tried
  const error = details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance)
  const counterexample = JSON.stringify(details.counterexample)?.slice(0, 1_500)
  return [...tried, { rule, name, violation: `seed ${details.seed}: ${counterexample}: ${error.slice(0, 600)}` }]
}

/** What a JSON value turns into when something on the way is broken, hostile or of another version. */
const JUNK = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, 0, -1, 1e308, '', '\u0000', {}, [null], { nodes: null }, '__proto__'),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.integer(),
)

/** Up to three places of `value` replaced by junk; undefined = the key is missing. */
export function mutated(value: unknown, keeps: (path: string) => boolean = () => false): fc.Arbitrary<unknown> {
  const paths = listPaths(value, []).filter((path) => !keeps(path.join('.')))
  const change = fc.tuple(fc.constantFrom(...paths), JUNK)
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    let result: unknown = structuredClone(value)
    for (const [path, junk] of changes) result = replaceAt(result, path, junk)
    return result
  })
}

type Path = readonly (string | number)[]

function listPaths(value: unknown, at: Path): Path[] {
  if (typeof value !== 'object' || value === null) return at.length === 0 ? [] : [at]
  const inner = Object.entries(value).flatMap(([key, item]) =>
    listPaths(item, [...at, Array.isArray(value) ? Number(key) : key]),
  )
  return at.length === 0 ? inner : [at, ...inner]
}

function replaceAt(value: unknown, [key, ...rest]: Path, junk: unknown): unknown {
  if (key === undefined) return junk
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? replaceAt(item, rest, junk) : item))
  if (typeof value !== 'object' || value === null) return value
  const { [key]: old, ...others } = value as Record<string, unknown>
  const replaced = replaceAt(old, rest, junk)
  return replaced === undefined ? others : { ...others, [key]: replaced }
}

/** Any text: bytes, JSON, nearly JSON. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.json(),
  fc.json().map((json) => json.slice(0, -1)),
  fc.constantFrom('', '{', '[]', 'null', '"', '\ufeff{}', '{"__proto__":{"a":1}}', '[['.repeat(50_000)),
)
