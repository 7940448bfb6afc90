/**
 * Cuts the answers of the routes that the GitHub emulator serves out of GitHub's official OpenAPI, so that tests can check
 * them without the 400 MB of `@octokit/openapi`. Usage, from the root of the repository:
 *
 *   (cd "$(mktemp -d)" && npm pack @octokit/openapi && tar -xzf octokit-openapi-*.tgz && pwd)
 *   node scripts/vendor-openapi.ts <that folder>/package/generated/api.github.com.json
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { OPENAPI_ROUTES } from '../test/support/github/openapi/routes.ts'

type Json = Record<string, unknown>
type Specification = {
  info: { version: string }
  paths: Record<string, Record<string, Operation>>
  components: Components
}
type Components = { schemas: Record<string, Json>; responses: Record<string, Response> }
type Operation = { responses: Record<string, Response> }
type Response = { $ref?: string; content?: Record<string, { schema?: Json }> }

/** Says something to people only. */
const ORNAMENTS = new Set([
  'description',
  'example',
  'examples',
  'title',
  'externalDocs',
  'deprecated',
  'readOnly',
  'default',
])
/** What these hold is named by the writer of the schema: a property called `title` is no ornament. */
const MAPS = new Set(['properties', 'patternProperties'])

/** Where the specification is wrong. */
const CORRECTIONS: Readonly<Record<string, Json>> = {
  // Written out in place, its `account` is a user and an enterprise at once; the schema of that name has either.
  'GET /app/installations 200': { type: 'array', items: { $ref: '#/components/schemas/installation' } },
}

const target = fileURLToPath(new URL('../test/support/github/openapi/schemas.json.gz', import.meta.url))

function vendor(path: string): void {
  const specification = JSON.parse(readFileSync(path, 'utf8')) as Specification
  const operations = Object.fromEntries(OPENAPI_ROUTES.map((route) => [route, answersOf(specification, route)]))
  const schemas = closureOf(specification.components.schemas, operations)
  const text = JSON.stringify({ source: `@octokit/openapi ${specification.info.version}`, operations, schemas })
  writeFileSync(target, gzipSync(text, { level: 9 }))
  console.log(`${OPENAPI_ROUTES.length} routes, ${Object.keys(schemas).length} schemas, ${text.length} characters`)
}

/** By status; null = an answer without JSON. */
function answersOf({ paths, components }: Specification, route: string): Record<string, unknown> {
  const [method = '', path = ''] = route.split(' ')
  const operation = paths[path]?.[method.toLowerCase()]
  if (operation === undefined) throw new Error(`the specification has no ${route}`)
  return Object.fromEntries(
    Object.entries(operation.responses).map(([status, response]) => {
      const named = response.$ref === undefined ? response : components.responses[lastOf(response.$ref)]
      const schema = CORRECTIONS[`${route} ${status}`] ?? named?.content?.['application/json']?.schema
      return [status, simplify(schema ?? null)]
    }),
  )
}

/** What the answers refer to, and what that refers to. */
function closureOf(all: Record<string, Json>, operations: unknown): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  const waiting = referencesIn(operations)
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name in found) continue
    if (all[name] === undefined) throw new Error(`the specification has no schema ${name}`)
    found[name] = simplify(all[name])
    waiting.push(...referencesIn(found[name]))
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function referencesIn(value: unknown): string[] {
  return [...JSON.stringify(value).matchAll(/"\$ref":"github#\/schemas\/([^"]+)"/g)].map(([, name]) => name ?? '')
}

/** Without ornaments, and `nullable` (OpenAPI 3.0) in words that JSON Schema knows. */
function simplify(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(simplify)
  if (typeof schema !== 'object' || schema === null) return schema
  const { nullable, ...rest } = schema as Json
  const kept = Object.entries(rest).filter(([key]) => !ORNAMENTS.has(key) && !key.startsWith('x-'))
  const plain = Object.fromEntries(kept.map(([key, value]) => [key, simplifyMember(key, value)]))
  return nullable === true ? orNull(plain) : plain
}

function simplifyMember(key: string, value: unknown): unknown {
  if (key === '$ref') return `github#/schemas/${lastOf(String(value))}`
  if (key === 'enum' || key === 'required') return value
  if (!MAPS.has(key)) return simplify(value)
  return Object.fromEntries(Object.entries(value as Json).map(([name, schema]) => [name, simplify(schema)]))
}

/** `nullable` beside nothing says nothing. */
function orNull(schema: Json): Json {
  return Object.keys(schema).length === 0 ? {} : { anyOf: [schema, { type: 'null' }] }
}

function lastOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1)
}

const [path] = process.argv.slice(2)
if (path === undefined) throw new Error('usage: node scripts/vendor-openapi.ts <path of api.github.com.json>')
vendor(path)
