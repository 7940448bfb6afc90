/** Schemas of an OpenAPI document in words: their types, their bounds, their fields one below the other. */

// biome-ignore lint/suspicious/noExplicitAny: JSON of a document that is ours and is validated elsewhere.
export type Loose = any

export type Field = {
  /** `tasks[].id` for what lies inside. */
  readonly name: string
  readonly required: boolean
  readonly schema: Loose
}

/** Objects that have no name of their own are written out. */
export function fieldsOf(schema: Loose, prefix = ''): readonly Field[] {
  return Object.entries<Loose>(schema.properties ?? {}).flatMap(([key, part]) => {
    const field = { name: `${prefix}${key}`, required: (schema.required ?? []).includes(key), schema: part }
    const inner = innerOf(part)
    return inner === null ? [field] : [field, ...fieldsOf(inner.schema, `${field.name}${inner.suffix}`)]
  })
}

function innerOf(schema: Loose): { readonly schema: Loose; readonly suffix: string } | null {
  const [only] = withoutNull(schema)
  if (only?.properties !== undefined) return { schema: only, suffix: '.' }
  if (only?.type === 'array' && only.items?.properties !== undefined) return { schema: only.items, suffix: '[].' }
  return null
}

/** As Markdown, with links to the schemas that have a name. */
export function typeOf(schema: Loose): string {
  const { $ref, anyOf, enum: values, const: value, type, items, additionalProperties } = schema
  if (typeof $ref === 'string') return link(nameOf($ref))
  if (Array.isArray(anyOf)) return anyOf.map(typeOf).join(' or ')
  if (value !== undefined) return code(JSON.stringify(value))
  if (Array.isArray(values)) return values.map((one) => code(String(one))).join(', ')
  if (type === 'array') return items === undefined ? 'list' : `list of ${typeOf(items)}`
  if (type === 'object' && typeof additionalProperties === 'object' && Object.keys(additionalProperties).length > 0)
    return `object of ${typeOf(additionalProperties)}`
  return Array.isArray(type) ? type.join(' or ') : (type ?? 'anything')
}

/** What else a value has to be; empty when that is all. */
export function boundsOf(schema: Loose): string {
  return withoutNull(schema)
    .map((one) => [...bounds(one)].join(', '))
    .filter((text) => text !== '')
    .join('; ')
}

/** Not what the type says already, and not what no person can read. */
function* bounds(schema: Loose): Generator<string> {
  const { minimum, maximum, exclusiveMinimum, minLength, maxLength, maxItems, pattern, format, items } = schema
  // Any whole number has these.
  const from = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum
  yield* range(from, maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum, '')
  if (exclusiveMinimum !== undefined) yield `more than ${exclusiveMinimum}`
  yield* range(undefined, maxLength, ' characters')
  yield* range(undefined, maxItems, ' entries')
  if (pattern === '\\S') yield 'not blank'
  else if (minLength === 1 && pattern === undefined) yield 'not empty'
  if (typeof pattern === 'string' && isReadable(pattern) && format === undefined) yield code(pattern)
  if (format !== undefined) yield format === 'date-time' ? 'ISO time' : format
  if (items !== undefined && items.$ref === undefined && items.properties === undefined) {
    const each = boundsOf(items)
    if (each !== '') yield `each: ${each}`
  }
}

/** Control characters are what no person thinks of. */
function isReadable(pattern: string): boolean {
  return pattern !== '\\S' && !pattern.includes('\\x')
}

function* range(from: number | undefined, to: number | undefined, unit: string): Generator<string> {
  if (from !== undefined && to !== undefined) yield `${from} to ${to}${unit}`
  else if (to !== undefined) yield `at most ${to}${unit}`
  else if (from !== undefined) yield `at least ${from}${unit}`
}

export function defaultOf(schema: Loose): string {
  return schema.default === undefined ? '' : code(JSON.stringify(schema.default))
}

export function meaningOf(schema: Loose): string {
  return schema.description ?? withoutNull(schema)[0]?.description ?? ''
}

function withoutNull(schema: Loose): readonly Loose[] {
  return (schema.anyOf ?? [schema]).filter((one: Loose) => one.type !== 'null')
}

export function nameOf(reference: string): string {
  return reference.split('/').at(-1) ?? ''
}

export function link(name: string): string {
  return `[${name}](#${name.toLowerCase()})`
}

export function code(text: string): string {
  return `\`${text}\``
}
