/** What is wrong with a query, in GitHub's words (graphql-ruby's) instead of graphql-js's. */
import {
  type ASTNode,
  BREAK,
  type DocumentNode,
  type GraphQLError,
  type GraphQLFormattedError,
  Kind,
  visit,
} from 'graphql'

type Wording = {
  readonly pattern: RegExp
  readonly say: (parts: readonly string[]) => { readonly message: string; readonly extensions: Record<string, string> }
}

const WORDINGS: readonly Wording[] = [
  {
    pattern: /^Cannot query field "(\w+)" on type "(\w+)"/,
    say: ([field = '', type = '']) => ({
      message: `Field '${field}' doesn't exist on type '${type}'`,
      extensions: { code: 'undefinedField', typeName: type, fieldName: field },
    }),
  },
  {
    pattern: /^Argument "\w+\.(\w+)\((\w+):\)" of type ".+" is required|^Field "(\w+)" argument "(\w+)" of type/,
    say: ([a, b, c, d]) => missingArgument(a ?? c ?? '', b ?? d ?? ''),
  },
  {
    pattern: /^Unknown argument "(\w+)" on field "(\w+)\.(\w+)"/,
    say: ([argument = '', type = '', field = '']) => ({
      message: `Field '${field}' doesn't accept argument '${argument}'`,
      extensions: { code: 'argumentNotAccepted', name: field, typeName: type, argumentName: argument },
    }),
  },
  {
    pattern: /^Field "(\w+)" of type "([\w![\]]+)" must have a selection/,
    say: ([field = '', type = '']) => ({
      message: `Field must have selections (field '${field}' returns ${type.replace(/[![\]]/g, '')} but has no selections. Did you mean '${field} { ... }'?)`,
      extensions: { code: 'selectionMismatch', nodeName: `field '${field}'`, typeName: type },
    }),
  },
  {
    pattern: /^Variable "\$(\w+)" is not defined(?: by operation "(\w+)")?/,
    say: ([variable = '', operation]) => ({
      message: `Variable $${variable} is used by ${operation ?? 'anonymous query'} but not declared`,
      extensions: { code: 'variableNotDefined', variableName: variable },
    }),
  },
  {
    pattern: /^Variable "\$(\w+)" is never used(?: in operation "(\w+)")?/,
    say: ([variable = '', operation]) => ({
      message: `Variable $${variable} is declared by ${operation ?? 'anonymous query'} but not used`,
      extensions: { code: 'variableNotUsed', variableName: variable },
    }),
  },
  {
    pattern: /^Unknown type "(\w+)"/,
    say: ([type = '']) => ({
      message: `No such type ${type}, so it can't be a fragment condition`,
      extensions: { code: 'undefinedType', typeName: type },
    }),
  },
]

function missingArgument(field: string, argument: string) {
  return {
    message: `Field '${field}' is missing required arguments: ${argument}`,
    extensions: { code: 'missingRequiredArguments', className: 'Field', name: field, arguments: argument },
  }
}

/** What has no wording of GitHub's here keeps the one it has. */
export function toGithubValidationError(error: GraphQLError, document: DocumentNode): GraphQLFormattedError {
  const { locations } = error.toJSON()
  const node = error.nodes?.[0]
  const about = { ...(node && { path: pathOf(node, document) }), ...(locations && { locations }) }
  for (const { pattern, say } of WORDINGS) {
    const match = pattern.exec(error.message)
    if (match !== null) return { ...about, ...say(match.slice(1)) }
  }
  return { ...about, message: error.message }
}

export function toGithubSyntaxError(error: GraphQLError): GraphQLFormattedError {
  const [location] = error.toJSON().locations ?? []
  if (location === undefined) return { message: error.message }
  const found = /[Uu]nexpected (?:Name )?(.+?)\.?$/.exec(error.message)?.[1] ?? error.message
  return { message: `Parse error on ${found} at [${location.line}, ${location.column}]`, locations: [location] }
}

/** `["query Name", "repository", "... on PullRequest", "title"]`, as GitHub names the way to what is wrong. */
function pathOf(wanted: ASTNode, document: DocumentNode): readonly string[] {
  const path: string[] = []
  visit(document, {
    enter(node) {
      const step = stepOf(node)
      if (step !== null) path.push(step)
      return node === wanted ? BREAK : undefined
    },
    leave(node) {
      if (stepOf(node) !== null) path.pop()
    },
  })
  return path
}

function stepOf(node: ASTNode): string | null {
  if (node.kind === Kind.OPERATION_DEFINITION) return [node.operation, node.name?.value].filter(Boolean).join(' ')
  if (node.kind === Kind.FRAGMENT_DEFINITION) return `fragment ${node.name.value}`
  if (node.kind === Kind.INLINE_FRAGMENT) return `... on ${node.typeCondition?.name.value ?? ''}`
  return node.kind === Kind.FIELD ? (node.alias ?? node.name).value : null
}
