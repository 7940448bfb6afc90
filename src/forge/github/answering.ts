/**
 * Answers to reviewers, each once: a hidden mark in what our own account wrote says which was given. A thread is resolved
 * only while our answer is the last word in it.
 */
import { z } from 'zod'
import { Failure, toFailure } from '../../domain/failure.ts'
import type { PrNumber } from '../../domain/ids.ts'
import type { Forge, Reply } from '../forge.ts'
import type { GithubClient } from './client.ts'
import { hasMark, withMark } from './marks.ts'
import { findOwnComment, postComment } from './own-comments.ts'
import { orNull } from './schema.ts'

type ThreadReply = Reply & { readonly to: Extract<Reply['to'], { kind: 'thread' }> }

export type AnsweringParts = { readonly client: GithubClient; readonly warn: (message: string) => void }

export function createAnswering({ client, warn }: AnsweringParts): Pick<Forge, 'reply' | 'requestReview'> {
  async function replyInThread(number: PrNumber, thread: Thread | null, reply: ThreadReply): Promise<void> {
    if (thread === null) return warn(`a review thread of PR #${number} is gone: its answer is not given`)
    const said = thread.comments.nodes.findLastIndex((each) => each.viewerDidAuthor && hasMark(each.body, reply.key))
    if (said === -1) await addReply(client, reply)
    const isLastWord = said === -1 || said === thread.comments.nodes.length - 1
    if (reply.to.resolve && !thread.isResolved && isLastWord) await resolve(client, reply.to.id)
  }

  async function replyInConversation(number: PrNumber, reply: Reply): Promise<void> {
    if ((await findOwnComment(client, number, reply.key)) !== null) return
    await postComment(client, number, withMark(reply.body, reply.key))
  }

  return {
    async reply(number, replies) {
      const inThreads = replies.filter(isThreadReply)
      const threads = await readThreads(
        client,
        inThreads.map(({ to }) => to.id),
      )
      for (const reply of inThreads) await replyInThread(number, threads.get(reply.to.id) ?? null, reply)
      for (const reply of replies) if (!isThreadReply(reply)) await replyInConversation(number, reply)
    },

    async requestReview(number, logins) {
      if (logins.length === 0) return
      try {
        await askForReview(client, number, logins)
      } catch (error) {
        if (logins.length === 1 || toFailure(error).kind !== 'forge_refused') throw error
        await askOneByOne(client, number, logins)
      }
    },
  }
}

async function askForReview(client: GithubClient, number: PrNumber, reviewers: readonly string[]): Promise<void> {
  const { owner, name: repo } = client.address
  const route = 'POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers'
  await client.rest(route, { owner, repo, pull_number: number, reviewers }, z.unknown())
}

/** One who left keeps GitHub from asking the others; who was refused is told after them. */
async function askOneByOne(client: GithubClient, number: PrNumber, logins: readonly string[]): Promise<void> {
  const refused: string[] = []
  for (const login of logins) {
    try {
      await askForReview(client, number, [login])
    } catch (error) {
      const failure = toFailure(error)
      if (failure.kind !== 'forge_refused') throw failure
      refused.push(`${login}: ${failure.message}`)
    }
  }
  if (refused.length > 0) throw new Failure('forge_refused', refused.join('; '))
}

function isThreadReply(reply: Reply): reply is ThreadReply {
  return reply.to.kind === 'thread'
}

const thread = z.object({
  id: z.string(),
  isResolved: z.boolean(),
  comments: z.object({ nodes: z.array(z.object({ body: z.string(), viewerDidAuthor: z.boolean() })) }),
})
type Thread = z.infer<typeof thread>

/** Those that are still there, by id: one request for up to a hundred. */
async function readThreads(client: GithubClient, ids: readonly string[]): Promise<ReadonlyMap<string, Thread>> {
  const found = new Map<string, Thread>()
  for (let start = 0; start < ids.length; start += 100) {
    const { data } = await client.query({
      query: `query Threads($ids: [ID!]!) {
        nodes(ids: $ids) {
          ... on PullRequestReviewThread { id isResolved comments(last: 100) { nodes { body viewerDidAuthor } } }
        }
      }`,
      variables: { ids: ids.slice(start, start + 100) },
      schema: z.object({ nodes: z.array(orNull(thread)) }),
    })
    for (const each of data.nodes) if (each !== null) found.set(each.id, each)
  }
  return found
}

async function addReply(client: GithubClient, { key, body, to }: ThreadReply): Promise<void> {
  await client.mutate({
    query: `mutation Reply($id: ID!, $body: String!) {
      addPullRequestReviewThreadReply(input: { pullRequestReviewThreadId: $id, body: $body }) { comment { id } }
    }`,
    variables: { id: to.id, body: withMark(body, key) },
    schema: z.object({ addPullRequestReviewThreadReply: z.unknown() }),
  })
}

async function resolve(client: GithubClient, id: string): Promise<void> {
  await client.mutate({
    query: 'mutation Resolve($id: ID!) { resolveReviewThread(input: { threadId: $id }) { thread { isResolved } } }',
    variables: { id },
    schema: z.object({ resolveReviewThread: z.unknown() }),
  })
}
