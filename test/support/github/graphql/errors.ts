/** Errors as GitHub's GraphQL writes them: a `type` beside message, path and locations. */
import type { GraphQLError, GraphQLFormattedError } from 'graphql'
import { type ErrorDetail, GithubError } from '../errors.ts'

export type GithubGraphqlError = GraphQLFormattedError & { readonly type?: string }

/** A refusal that only GraphQL has. */
export class RefusedField extends Error {
  readonly type: string

  constructor(type: string, message: string) {
    super(message)
    this.name = 'RefusedField'
    this.type = type
  }
}

export function toGithubError(error: GraphQLError): GithubGraphqlError {
  const { message, path, locations, extensions } = error.toJSON()
  const { originalError } = error
  const about = { ...(path && { path }), ...(extensions && { extensions }), ...(locations && { locations }) }
  if (originalError instanceof RefusedField) return { type: originalError.type, ...about, message }
  if (originalError instanceof GithubError)
    return { type: originalError.type, ...about, message: inOneLine(originalError) }
  const problem = /^Variable "\$(\w+)" (.*)$/s.exec(message)
  if (path === undefined && problem !== null) return toVariableError(error, problem[1] ?? '', problem[2] ?? '')
  return { ...about, message }
}

function toVariableError(error: GraphQLError, name: string, explanation: string): GithubGraphqlError {
  const type = /type "([^"]+)"/.exec(explanation)?.[1]
  const { locations } = error.toJSON()
  return {
    extensions: { value: null, problems: [{ path: [], explanation }] },
    ...(locations && { locations }),
    message: `Variable $${name}${type === undefined ? '' : ` of type ${type}`} was provided invalid value`,
  }
}

/** REST tells what is wrong in a list; GraphQL in its message. */
function inOneLine(error: GithubError): string {
  return error.errors.length === 0 ? error.message : error.errors.map(sentenceOf).join(', ')
}

function sentenceOf({ resource, code, field = '', message }: ErrorDetail): string {
  if (message !== undefined) return message
  if (resource === 'PullRequest' && field === 'head') return "Head sha can't be blank, Head ref must be a branch"
  if (resource === 'PullRequest' && field === 'base') return "Base sha can't be blank, Base ref must be a branch"
  const subject = `${field.slice(0, 1).toUpperCase()}${field.slice(1)}`
  const words = { custom: 'is invalid', invalid: 'is invalid', missing: 'does not exist' } as const
  if (code === 'missing_field') return `${subject} can't be blank`
  if (code === 'already_exists') return `${subject} has already been taken`
  return `${subject} ${words[code]}`
}
