/** Threads, reviews and comments as GraphQL has them. */
import { z } from 'zod'
import { actor, connection, orNull, time } from './schema.ts'

const REMARK_FIELDS = 'id author { __typename login } body createdAt updatedAt url'
export const COMMENT_FIELDS = `${REMARK_FIELDS} isMinimized`
export const REVIEW_FIELDS = `${REMARK_FIELDS} isMinimized state submittedAt commit { oid }`
export const THREAD_REMARK_FIELDS = `${REMARK_FIELDS} state`
export const THREAD_FIELDS = `
  id isResolved isOutdated path line originalLine
  comments(first: 30) { pageInfo { hasNextPage endCursor } nodes { ${THREAD_REMARK_FIELDS} } }`

const remarkNode = z.object({
  id: z.string(),
  author: actor,
  body: orNull(z.string()),
  createdAt: time,
  updatedAt: orNull(time),
  url: orNull(z.string()),
})
export type RemarkNode = z.infer<typeof remarkNode>

/** Below the pull request; hidden ones are what maintainers declared done, off topic or spam. */
export const commentNode = remarkNode.extend({ isMinimized: z.boolean() })
export type CommentNode = z.infer<typeof commentNode>

/** PENDING: a draft that nobody but its author sees, and our token may be its author's. */
export const threadRemarkNode = remarkNode.extend({ state: z.string() })

export const reviewNode = commentNode.extend({
  state: z.string(),
  submittedAt: orNull(time),
  commit: orNull(z.object({ oid: z.string() })),
})
export type ReviewNode = z.infer<typeof reviewNode>

/** `path` and `line` are null for threads about files that are gone, whatever the schema says. */
export const threadNode = z.object({
  id: z.string(),
  isResolved: z.boolean(),
  isOutdated: z.boolean(),
  path: orNull(z.string()),
  line: orNull(z.number()),
  originalLine: orNull(z.number()),
  comments: connection(threadRemarkNode),
})
export type ThreadNode = z.infer<typeof threadNode>
