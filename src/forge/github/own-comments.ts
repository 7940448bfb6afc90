/** Comments of ours below a pull request, found again by their marks. */
import { z } from 'zod'
import type { PrNumber } from '../../domain/ids.ts'
import type { GithubClient } from './client.ts'
import { hasMark, withMark } from './marks.ts'
import { orNull } from './schema.ts'

const NOTICE = 'notice'
const WENT_ON = 'The run went on.'

export type OwnComment = { readonly id: string; readonly body: string }

const answer = z.object({
  repository: z.object({
    pullRequest: z.object({
      comments: z.object({
        pageInfo: z.object({ hasPreviousPage: z.boolean(), startCursor: orNull(z.string()) }),
        nodes: z.array(z.object({ id: z.string(), body: z.string(), viewerDidAuthor: z.boolean() })),
      }),
    }),
  }),
})

const QUERY = `query OwnComments($owner: String!, $name: String!, $number: Int!, $before: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      comments(last: 100, before: $before) {
        pageInfo { hasPreviousPage startCursor }
        nodes { id body viewerDidAuthor }
      }
    }
  }
}`

/** The newest that our own account wrote with this mark. From the end to the beginning: it is seldom far. Throws a Failure. */
export async function findOwnComment(client: GithubClient, number: PrNumber, key: string): Promise<OwnComment | null> {
  for (let page = await readPage(client, number, null); ; ) {
    const found = page.nodes.findLast((each) => each.viewerDidAuthor && hasMark(each.body, key))
    if (found !== undefined) return { id: found.id, body: found.body }
    const { hasPreviousPage, startCursor } = page.pageInfo
    if (!hasPreviousPage || startCursor === null) return null
    page = await readPage(client, number, startCursor)
  }
}

async function readPage(client: GithubClient, number: PrNumber, before: string | null) {
  const { owner, name } = client.address
  const { data } = await client.query({ query: QUERY, variables: { owner, name, number, before }, schema: answer })
  return data.repository.pullRequest.comments
}

export async function postComment(client: GithubClient, number: PrNumber, body: string): Promise<void> {
  const { owner, name: repo } = client.address
  const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments'
  await client.rest(route, { owner, repo, issue_number: number, body }, z.unknown())
}

/** One comment that changes: people who watch the pull request are told once. */
export async function setNotice(client: GithubClient, number: PrNumber, text: string | null): Promise<void> {
  const known = await findOwnComment(client, number, NOTICE)
  const body = withMark(text ?? WENT_ON, NOTICE)
  if (known?.body === body) return
  if (known !== null) {
    await client.mutate({
      query: `mutation EditComment($id: ID!, $body: String!) {
        updateIssueComment(input: { id: $id, body: $body }) { issueComment { id } }
      }`,
      variables: { id: known.id, body },
      schema: z.object({ updateIssueComment: z.unknown() }),
    })
  } else if (text !== null) {
    await postComment(client, number, body)
  }
}
