/**
 * GitHub's own GraphQL schema, and queries checked against it. Both are expensive and never change, so a process makes
 * them once: the schema when it is first asked for (about 0.2 s), each query text when it is first seen.
 */
import { readFileSync } from 'node:fs'
import {
  buildSchema,
  type DocumentNode,
  GraphQLError,
  type GraphQLFormattedError,
  GraphQLNonNull,
  type GraphQLSchema,
  isObjectType,
  parse,
  validate,
} from 'graphql'
import { toGithubSyntaxError, toGithubValidationError } from './validation-errors.ts'

export type ParsedQuery =
  | { readonly ok: true; readonly document: DocumentNode }
  | { readonly ok: false; readonly errors: readonly GraphQLFormattedError[] }

/** Enough for every query of a test file; one process never sees many different texts. */
const MAX_REMEMBERED = 500

/** Non-null in the schema, null in what GitHub answers about files that are gone. */
const NULL_IN_PRACTICE = { PullRequestReviewThread: 'path', PullRequestReviewComment: 'path' }

let schema: GraphQLSchema | undefined
const remembered = new Map<string, ParsedQuery>()

export function githubSchema(): GraphQLSchema {
  schema ??= loadSchema()
  return schema
}

function loadSchema(): GraphQLSchema {
  const file = new URL('schema.graphql', import.meta.resolve('@octokit/graphql-schema'))
  // Valid enough for GitHub; graphql-js minds that it deprecates fields of interfaces.
  const built = buildSchema(readFileSync(file, 'utf8'), { assumeValid: true, assumeValidSDL: true })
  for (const [name, field] of Object.entries(NULL_IN_PRACTICE)) relax(built, name, field)
  return built
}

function relax(built: GraphQLSchema, name: string, fieldName: string): void {
  const type = built.getType(name)
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined
  if (field?.type instanceof GraphQLNonNull) field.type = field.type.ofType
}

export function parseQuery(text: string): ParsedQuery {
  const known = remembered.get(text)
  if (known !== undefined) return known
  const parsed = parseAnew(text)
  if (remembered.size >= MAX_REMEMBERED) remembered.clear()
  remembered.set(text, parsed)
  return parsed
}

function parseAnew(text: string): ParsedQuery {
  try {
    const document = parse(text)
    const errors = validate(githubSchema(), document).map((error) => toGithubValidationError(error, document))
    return errors.length === 0 ? { ok: true, document } : { ok: false, errors }
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    return { ok: false, errors: [toGithubSyntaxError(error)] }
  }
}
