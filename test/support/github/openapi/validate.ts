/** Whether an answer of the emulator has the shape that GitHub's official OpenAPI gives it. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'

export type RestExchange = {
  readonly method: string
  /** Below the API's root, without a query: `/repos/o/r/pulls`. */
  readonly path: string
  readonly status: number
  /** Parsed JSON; undefined for an answer without a body or with another kind of one. */
  readonly body: unknown
}

/** By route, then by status; null = an answer without JSON. */
type Operations = Readonly<Record<string, Readonly<Record<string, object | null>>>>
type Vendored = { readonly source: string; readonly operations: Operations; readonly schemas: object }
type Specification = {
  readonly operations: Operations
  readonly patterns: readonly { readonly route: string; readonly method: string; readonly pattern: RegExp }[]
  readonly compile: (schema: object) => ValidateFunction
}

/** These take slashes. */
const LONG_PARAMETERS = /\{(?:path|branch|ref|basehead)\}/g

const REFUSAL = { $ref: 'github#/schemas/basic-error' }

let specification: Specification | undefined

/**
 * Problems in words; empty = as specified. Routes and successes that the specification leaves out are problems; refusals
 * that it leaves out must look as refusals do.
 */
export function validateAnswer({ method, path, status, body }: RestExchange): readonly string[] {
  specification ??= loadSpecification()
  const route = findRoute(specification, method, path)
  if (route === null) return [`${method} ${path} is not in the specification`]
  const known = specification.operations[route]?.[String(status)]
  const schema = status >= 400 ? (known ?? REFUSAL) : known
  if (schema === undefined) return [`${route} does not answer ${status}`]
  if (schema === null) return body === undefined ? [] : [`${route} answers ${status} without a body`]
  const validate = specification.compile(schema)
  return validate(body) ? [] : tellingOf(validate.errors ?? []).map((error) => describe(route, status, error))
}

/** The route that a request belongs to, as the specification calls it; null when it has none. */
export function routeOf(method: string, path: string): string | null {
  specification ??= loadSpecification()
  return findRoute(specification, method, path)
}

function findRoute({ patterns }: Specification, method: string, path: string): string | null {
  return patterns.find((each) => each.method === method && each.pattern.test(path))?.route ?? null
}

function loadSpecification(): Specification {
  const file = gunzipSync(readFileSync(new URL('schemas.json.gz', import.meta.url))).toString()
  const { operations, schemas } = JSON.parse(file) as Vendored
  // Not strict: the specification has keywords and formats of its own.
  const ajv = new Ajv({ strict: false, allErrors: true, verbose: true, logger: false })
  addFormats.default(ajv)
  ajv.addSchema({ $id: 'github', schemas })
  return {
    operations,
    patterns: Object.keys(operations).map((route) => ({ route, ...toPattern(route) })),
    compile: (schema) => ajv.compile(schema), // which remembers what it compiled
  }
}

function toPattern(route: string): { method: string; pattern: RegExp } {
  const [method = '', path = ''] = route.split(' ')
  const source = path.replace(LONG_PARAMETERS, '.+').replace(/\{\w+\}/g, '[^/]+')
  return { method, pattern: new RegExp(`^${source}$`) }
}

/** That none of several shapes fits is said by the shapes themselves, and that it is not null by the other one. */
function tellingOf(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const telling = errors.filter(
    ({ keyword, params }) => !['anyOf', 'oneOf', 'if'].includes(keyword) && params.type !== 'null',
  )
  return telling.length === 0 ? errors : telling
}

function describe(route: string, status: number, { instancePath, message = '', params, data }: ErrorObject): string {
  const shown = JSON.stringify(data)?.slice(0, 80)
  const detail = 'allowedValues' in params ? ` (${String(params.allowedValues)})` : ''
  return `${route} ${status}: ${instancePath || '/'} ${message}${detail}${shown === undefined ? '' : `, is ${shown}`}`
}
