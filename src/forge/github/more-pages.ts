/** The rest of the lists whose first page a snapshot brought: until they are whole, or a bound. */
import { z } from 'zod'
import { checkFields, checkNode } from './check-nodes.ts'
import type { GithubClient } from './client.ts'
import { PAGE, PAGE_SIZE, type PrNode } from './pr-node.ts'
import {
  COMMENT_FIELDS,
  commentNode,
  REVIEW_FIELDS,
  reviewNode,
  THREAD_FIELDS,
  THREAD_REMARK_FIELDS,
  threadNode,
  threadRemarkNode,
} from './review-nodes.ts'
import { connection, type Page, parseAnswer } from './schema.ts'

/** Two thousand comments; what is longer is told to be incomplete. */
const MAX_PAGES = 20

type Querying = Pick<GithubClient, 'query'>
type List = { readonly id: string; readonly type: string; readonly field: string; readonly fields: string }

/** The same pull request with all its lists as whole as they get. */
export async function withAllPages(client: Querying, pr: PrNode): Promise<PrNode> {
  const on = (field: string, fields: string): List => ({ id: pr.id, type: 'PullRequest', field, fields })
  const rest = <T>(first: Page<T> | null, list: List, schema: z.ZodType<T>) =>
    first === null ? null : complete(client, first, list, schema)
  const [threads, opinions, reviews, comments, commits] = await Promise.all([
    rest(pr.reviewThreads, on('reviewThreads', THREAD_FIELDS), threadNode),
    rest(pr.latestOpinionatedReviews, on('latestOpinionatedReviews', REVIEW_FIELDS), reviewNode),
    rest(pr.reviews, on('reviews', REVIEW_FIELDS), reviewNode),
    rest(pr.comments, on('comments', COMMENT_FIELDS), commentNode),
    withAllChecks(client, pr),
  ])
  const reviewThreads = threads && { ...threads, nodes: await withAllRemarks(client, threads.nodes) }
  return { ...pr, reviewThreads, latestOpinionatedReviews: opinions, reviews, comments, commits }
}

async function withAllRemarks(client: Querying, threads: NonNullable<PrNode['reviewThreads']>['nodes']) {
  return Promise.all(
    threads.map(async (thread) => {
      const list = { id: thread.id, type: 'PullRequestReviewThread', field: 'comments', fields: THREAD_REMARK_FIELDS }
      return { ...thread, comments: await complete(client, thread.comments, list, threadRemarkNode) }
    }),
  )
}

async function withAllChecks(client: Querying, pr: PrNode): Promise<PrNode['commits']> {
  const node = pr.commits?.nodes?.at(-1) ?? null
  const rollup = node?.commit.statusCheckRollup ?? null
  if (node === null || rollup === null || rollup.contexts.next === null) return pr.commits
  const list = { id: node.commit.id, type: 'Commit', field: 'contexts', fields: checkFields(String(pr.number)) }
  const contexts = await complete(client, rollup.contexts, list, checkNode)
  return { nodes: [{ commit: { ...node.commit, statusCheckRollup: { contexts } } }] }
}

async function complete<T>(client: Querying, first: Page<T>, list: List, schema: z.ZodType<T>): Promise<Page<T>> {
  const nodes = [...first.nodes]
  let { next, hasGaps } = first
  for (let pages = 1; next !== null && pages < MAX_PAGES; pages += 1) {
    const page = await readPage(client, list, next, schema)
    nodes.push(...page.nodes)
    hasGaps ||= page.hasGaps
    next = page.next
  }
  return { nodes, hasGaps, next }
}

async function readPage<T>(client: Querying, list: List, after: string, schema: z.ZodType<T>): Promise<Page<T>> {
  const wanted = `${list.field}(first: ${PAGE_SIZE}, after: $after) { ${PAGE} nodes { ${list.fields} } }`
  const inside = list.type === 'Commit' ? `statusCheckRollup { ${wanted} }` : wanted
  const { data } = await client.query({
    query: `query MorePages($id: ID!, $after: String!) { node(id: $id) { ... on ${list.type} { ${inside} } } }`,
    variables: { id: list.id, after },
    schema: z.object({ node: holder }),
  })
  const holding = list.type === 'Commit' ? parseAnswer(holder, data.node.statusCheckRollup, 'the rollup') : data.node
  return parseAnswer(connection(schema), holding[list.field], list.field)
}

const holder = z.record(z.string(), z.unknown())
