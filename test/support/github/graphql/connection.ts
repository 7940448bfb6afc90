/** Lists in pages: `first`/`after` from the front, `last`/`before` from the end, refused where GitHub refuses them. */
import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql'
import { RefusedField } from './errors.ts'

export type PageArgs = {
  readonly first?: number | null
  readonly last?: number | null
  readonly after?: string | null
  readonly before?: string | null
}

export type Connection<T> = {
  readonly totalCount: number
  readonly nodes: readonly T[]
  readonly edges: readonly { readonly cursor: string; readonly node: T }[]
  readonly pageInfo: {
    readonly hasNextPage: boolean
    readonly hasPreviousPage: boolean
    readonly startCursor: string | null
    readonly endCursor: string | null
  }
}

const MAX_PAGE = 100
const CURSOR = /^cursor:v2:(\d+)$/

/** A cursor is a place in the list: what is appended later does not move it. */
export function toConnection<T>(items: readonly T[], args: PageArgs, info: GraphQLResolveInfo): Connection<T> {
  checkBounds(args, info)
  const [start, end] = pageOf(items.length, args)
  const edges = items.slice(start, end).map((node, index) => ({ cursor: toCursor(start + index), node }))
  return {
    totalCount: items.length,
    nodes: edges.map(({ node }) => node),
    edges,
    pageInfo: {
      hasNextPage: end < items.length,
      hasPreviousPage: start > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}

function pageOf(length: number, { first, last, after, before }: PageArgs): readonly [number, number] {
  let start = after ? Math.min(fromCursor(after) + 1, length) : 0
  let end = before ? Math.max(Math.min(fromCursor(before), length), start) : length
  if (typeof first === 'number') end = Math.min(end, start + first)
  if (typeof last === 'number') start = Math.max(start, end - last)
  return [start, end]
}

function checkBounds({ first, last }: PageArgs, info: GraphQLResolveInfo): void {
  const bound = first ?? last ?? null
  const name = info.fieldName
  if (bound === null) {
    if (!asksForItems(info)) return
    const message = `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`
    throw new RefusedField('MISSING_PAGINATION_BOUNDARIES', message)
  }
  const argument = typeof first === 'number' ? 'first' : 'last'
  if (bound < 0) {
    const message = `\`${argument}\` on the \`${name}\` connection cannot be less than zero.`
    throw new RefusedField('INVALID_PAGINATION_BOUNDARIES', message)
  }
  if (bound > MAX_PAGE) {
    const message = `Requesting ${bound} records on the \`${name}\` connection exceeds the \`${argument}\` limit of ${MAX_PAGE} records.`
    throw new RefusedField('EXCESSIVE_PAGINATION', message)
  }
}

/** `totalCount` alone needs no bounds. */
function asksForItems({ fieldNodes, fragments }: GraphQLResolveInfo): boolean {
  const asks = (set: SelectionSetNode | undefined): boolean =>
    set?.selections.some((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value === 'nodes' || selection.name.value === 'edges'
      if (selection.kind === Kind.INLINE_FRAGMENT) return asks(selection.selectionSet)
      return asks(fragments[selection.name.value]?.selectionSet)
    }) ?? false
  return fieldNodes.some((field) => asks(field.selectionSet))
}

function toCursor(index: number): string {
  return Buffer.from(`cursor:v2:${index}`).toString('base64')
}

function fromCursor(cursor: string): number {
  const index = CURSOR.exec(Buffer.from(cursor, 'base64').toString())?.[1]
  if (index !== undefined) return Number(index)
  throw new RefusedField('INVALID_CURSOR_ARGUMENTS', `\`${cursor}\` does not appear to be a valid cursor.`)
}
