/**
 * What GitHub demands of a query before it runs it: connections are bounded, and all of it together touches no more than
 * half a million nodes. The same sum is what the query costs.
 * https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'

export const MAX_NODES = 500_000

export type QuerySize = { readonly nodes: number /** Points of the rate limit. */; readonly cost: number }

type Counting = {
  readonly variables: Readonly<Record<string, unknown>>
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
}
type Sum = { nodes: number; requests: number }

export function measureQuery(
  document: DocumentNode,
  operationName: string | null,
  variables: Readonly<Record<string, unknown>>,
): QuerySize {
  const operation = operationOf(document, operationName)
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const each of document.definitions) {
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each)
  }
  const sum = { nodes: 0, requests: 0 }
  if (operation !== undefined) count(operation.selectionSet, 1, sum, { variables, fragments })
  return { nodes: sum.nodes, cost: Math.max(1, Math.round(sum.requests / 100)) }
}

export function operationOf(document: DocumentNode, name: string | null): OperationDefinitionNode | undefined {
  const operations = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION)
  return name === null ? operations[0] : operations.find((each) => each.name?.value === name)
}

/** `times`: how often the thing that is selected from can be there. */
function count(selections: SelectionSetNode, times: number, sum: Sum, counting: Counting): void {
  for (const selection of selections.selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = counting.fragments.get(selection.name.value)
      if (fragment !== undefined) count(fragment.selectionSet, times, sum, counting)
    } else if (selection.kind === Kind.INLINE_FRAGMENT) count(selection.selectionSet, times, sum, counting)
    else countField(selection, times, sum, counting)
  }
}

function countField(field: FieldNode, times: number, sum: Sum, counting: Counting): void {
  const bound = boundOf(field, counting)
  if (bound !== null) {
    sum.nodes += times * bound
    sum.requests += times
  }
  if (field.selectionSet !== undefined) count(field.selectionSet, times * (bound ?? 1), sum, counting)
}

/** Null: no connection. */
function boundOf(field: FieldNode, { variables }: Counting): number | null {
  for (const { name, value } of field.arguments ?? []) {
    if (name.value !== 'first' && name.value !== 'last') continue
    if (value.kind === Kind.INT) return Number(value.value)
    const given = value.kind === Kind.VARIABLE ? variables[value.name.value] : null
    if (typeof given === 'number') return given
  }
  return null
}
