/** The OpenAPI 3.1 document, made from the routes and the schemas of their operations. */
import { z } from 'zod'
import { KEY_HEADER } from './input.ts'
import { problemBody } from './problem.ts'
import { toProblemAnswers } from './problem-answers.ts'
import type { Route } from './route.ts'
import { TAGS, tagOf } from './tags.ts'

type Json = Record<string, unknown>
type JsonObject = { properties?: Record<string, Json>; required?: string[] } & Json

export function toOpenApi({ routes, version }: { routes: readonly Route[]; version: string }): Json {
  const components: Record<string, Json> = {}
  const paths: Record<string, Json> = {}
  const problem = reference(components, problemBody, 'output')
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: toPathItem(route, components, problem) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Claude Task Master',
      version,
      description: 'A goal goes in, merged and verified pull requests come out.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { basic: [] }],
    tags: TAGS,
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'The password of the server' },
        basic: { type: 'http', scheme: 'basic', description: 'Any name, and the password of the server' },
      },
    },
  }
}

function toPathItem(route: Route, components: Record<string, Json>, problem: Json): Json {
  const { operation, method, path } = route
  const input = inputOf(operation.input)
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')
  const { idempotency_key: key, ...properties } = input.properties ?? {}
  const rest = Object.entries(properties).filter(([name]) => !inPath.includes(name))
  const isQuery = method === 'get' || method === 'delete'
  const required = new Set(input.required ?? [])
  const parameters = [
    ...inPath.map((name) => toParameter('path', name, properties[name] ?? {}, true)),
    ...(isQuery
      ? rest.map(([name, schema]) => toParameter('query', name, withoutNull(schema), required.has(name)))
      : []),
    ...(key === undefined ? [] : [toParameter('header', KEY_HEADER, withoutNull(key), false)]),
    ...(operation.kind === 'stream'
      ? [toParameter('header', 'Last-Event-ID', { type: 'string', pattern: '^\\d{1,15}$' }, false)]
      : []),
  ]
  const problems = toProblemAnswers(
    {
      ...route,
      changes: operation.changes,
      hasBody: !isQuery,
      namesSomething: inPath.length > 0 || 'state_dir' in properties,
      hasInput: Object.keys(properties).length > 0,
    },
    problem,
  )
  return {
    operationId: route.operationId ?? operation.name,
    summary: operation.summary,
    tags: [tagOf(path)],
    ...(route.isPublic === true && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(!isQuery && { requestBody: toRequestBody(rest, required) }),
    responses: {
      [String(route.status ?? 200)]: toAnswer(route, components),
      ...(operation.kind === 'stream' && {
        '204': { description: 'It has ended, and there is nothing after Last-Event-ID' },
      }),
      ...problems,
      ...(route.badEnd !== undefined && { [String(route.badEnd.status)]: toBadEnd(route, components, problem) }),
    },
  }
}

function toRequestBody(properties: readonly (readonly [string, Json])[], required: ReadonlySet<string>): Json {
  const names = properties.map(([name]) => name).filter((name) => required.has(name))
  return {
    required: names.length > 0,
    content: {
      'application/json': {
        schema: {
          type: 'object',
          properties: Object.fromEntries(properties),
          ...(names.length > 0 && { required: names }),
          additionalProperties: false,
        },
      },
    },
  }
}

function toAnswer({ operation }: Route, components: Record<string, Json>): Json {
  if (operation.kind === 'stream') {
    return {
      description: 'Server-sent events; the data of each is one event as in events.jsonl, the last one is called `end`',
      // No schema: in OpenAPI 3.1 it could only say that all of it is text.
      content: { 'text/event-stream': {} },
    }
  }
  return {
    description: 'Done',
    content: { 'application/json': { schema: reference(components, operation.output, 'output') } },
  }
}

/** The same body as when it goes well, or what was wrong with the request. */
function toBadEnd({ operation }: Route, components: Record<string, Json>, problem: Json): Json {
  if (operation.kind === 'stream') return {}
  return {
    description: 'It did not end well; or the request is wrong',
    content: {
      'application/json': { schema: reference(components, operation.output, 'output') },
      'application/problem+json': { schema: problem },
    },
  }
}

function toParameter(place: string, name: string, { description, ...schema }: Json, required: boolean): Json {
  return { name, in: place, required, ...(description !== undefined && { description }), schema }
}

/** A header is there or not, and so is what a query names. */
function withoutNull(schema: Json): Json {
  const { anyOf, ...rest } = schema
  const kept = Array.isArray(anyOf) ? anyOf.filter((one: Json) => one.type !== 'null') : null
  return kept?.length === 1 ? { ...rest, ...kept[0] } : schema
}

function inputOf(schema: z.ZodType): JsonObject {
  return inline(z.toJSONSchema(schema, { io: 'input', reused: 'inline', unrepresentable: 'any' }) as JsonObject)
}

/** Parts that have a name become components; what is asked for is one itself if it has a name. */
function reference(components: Record<string, Json>, schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $defs, ...root } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json
  for (const [name, part] of Object.entries(($defs ?? {}) as Record<string, Json>)) components[name] = renamed(part)
  const name = schema.meta()?.id
  if (name === undefined || '$ref' in root) return renamed(root)
  components[name] = renamed(root)
  return { $ref: `#/components/schemas/${name}` }
}

function renamed(schema: Json): Json {
  const { $schema: _, id: __, ...rest } = schema
  return JSON.parse(JSON.stringify(rest).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json
}

/** Inputs are spread over path, query and body: their named parts are written out. */
function inline(schema: JsonObject): JsonObject {
  const { $defs, $schema: _, ...rest } = schema
  const parts = ($defs ?? {}) as Record<string, Json>
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve)
    if (typeof value !== 'object' || value === null) return value
    const { $ref, ...others } = value as Json
    if (typeof $ref === 'string') return resolve({ ...parts[$ref.replace('#/$defs/', '')], ...others })
    return Object.fromEntries(
      Object.entries(others)
        .filter(([key]) => key !== 'id' || typeof others.id !== 'string')
        .map(([key, part]) => [key, resolve(part)]),
    )
  }
  return resolve(rest) as JsonObject
}
