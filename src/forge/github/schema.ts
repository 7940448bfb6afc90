/**
 * Shapes that several answers of GitHub share. Lenient: what we do not use may be anything, what GitHub may leave out
 * may be missing; strict where a wrong reading would be a wrong decision.
 */
import { z } from 'zod'
import { Failure } from '../../domain/failure.ts'
import type { CommitSha, PrNumber } from '../../domain/ids.ts'

export const commitSha = z
  .string()
  .regex(/^[0-9a-f]{40,64}$/)
  .transform((sha) => sha as CommitSha)

export const prNumber = z
  .number()
  .int()
  .positive()
  .transform((number) => number as PrNumber)

/** ISO 8601 to epoch ms. */
export const time = z
  .string()
  .transform((text) => Date.parse(text))
  .refine(Number.isFinite, 'not a time')

/** GitHub answers null where it may not or cannot say, and servers of another version leave a field out. */
export function orNull<T extends z.ZodType>(schema: T) {
  return z
    .union([schema, z.null(), z.undefined()])
    .optional()
    .transform((value) => value ?? null)
}

/** GraphQL: who did something; null for deleted accounts. */
export const actor = orNull(z.object({ __typename: z.string().optional(), login: z.string() }))
export type Actor = z.infer<typeof actor>

export const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: orNull(z.string()) })

/** A page of a GraphQL list. */
export type Page<T> = {
  readonly nodes: readonly T[]
  /** Something on it may not be seen, or is of a shape not known here: what is missing proves nothing. */
  readonly hasGaps: boolean
  /** Cursor of the next page; null = this is the last. */
  readonly next: string | null
}

export function connection<T>(node: z.ZodType<T>): z.ZodType<Page<T>> {
  return z.object({ nodes: orNull(z.array(z.unknown())), pageInfo: pageInfo.optional() }).transform((page) => {
    const parsed = (page.nodes ?? []).map((each) => node.safeParse(each))
    const nodes = parsed.flatMap((each) => (each.success ? [each.data] : []))
    const { hasNextPage = false, endCursor = null } = page.pageInfo ?? {}
    const isCutOff = hasNextPage && endCursor === null
    const hasGaps = page.nodes === null || nodes.length < parsed.length || isCutOff
    return { nodes, hasGaps, next: hasNextPage ? endCursor : null }
  })
}

export function isWhole(page: Page<unknown>): boolean {
  return !page.hasGaps && page.next === null
}

/** For parts of an answer that were let through as unknown. Throws a Failure. */
export function parseAnswer<T>(schema: z.ZodType<T>, answer: unknown, what: string): T {
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  throw new Failure('forge_unreachable', `${what} is not what GitHub answers: ${z.prettifyError(parsed.error)}`)
}
