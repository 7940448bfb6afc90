/** Opening pull requests, once per branch, and keeping their texts: GitHub itself refuses a second one. */
import { z } from 'zod'
import { Failure, toFailure } from '../../domain/failure.ts'
import type { PrNumber } from '../../domain/ids.ts'
import { cutText } from '../../lib/plain-text.ts'
import type { Forge, OpenedPr, PullRequestText } from '../forge.ts'
import type { GithubClient } from './client.ts'
import { requirePrFacts } from './pr-facts.ts'
import { orNull, prNumber } from './schema.ts'

type OpenRequest = Parameters<Forge['ensureOpen']>[0]

export type OpeningParts = {
  readonly client: GithubClient
  readonly targetBranch: string
  readonly warn: (message: string) => void
  /** This branch has this pull request by now, whatever lists say that are behind. */
  readonly remember: (headBranch: string, number: PrNumber) => void
}

const LABEL = 'claudetm'
/** GitHub refuses longer ones. */
const MAX_BODY_CHARS = 65_000
const MAX_TITLE_CHARS = 250

const openedPr = z.object({ number: prNumber, html_url: z.string() })

export function createOpening(parts: OpeningParts): Pick<Forge, 'ensureOpen' | 'edit' | 'markReady'> {
  const { client, targetBranch, warn } = parts
  const { owner, name: repo } = client.address

  async function open(request: OpenRequest): Promise<OpenedPr> {
    const { headBranch: head, draft } = request
    try {
      const body = { owner, repo, head, base: targetBranch, draft, ...bounded(request) }
      const created = await client.rest('POST /repos/{owner}/{repo}/pulls', body, openedPr)
      return { number: created.number, url: created.html_url, created: true }
    } catch (error) {
      const failure = toFailure(error)
      // Refused because it is there already, or not known whether it was opened: both are looked up.
      if (failure.facts.status !== 422 && failure.facts.maybeDone !== true) throw failure
      return afterRefusal(request, failure)
    }
  }

  async function afterRefusal(request: OpenRequest, failure: Failure): Promise<OpenedPr> {
    const known = await findOpen(request.headBranch)
    if (known !== null) {
      await edit(known.number, request)
      return { ...known, created: false }
    }
    if (isSaidToExist(failure)) {
      throw new Failure('forge_unreachable', `${failure.message} (not listed yet)`, { cause: failure })
    }
    if (!request.draft || !isAboutDrafts(failure)) throw failure
    warn('this repository knows no drafts: the pull request is opened as ready for review')
    return open({ ...request, draft: false })
  }

  /** REST would have to be told whose branch it is, and a repository may have another owner by now. */
  async function findOpen(headBranch: string): Promise<{ number: PrNumber; url: string } | null> {
    const variables = { owner, name: repo, head: headBranch, base: targetBranch }
    const { data } = await client.query({ query: FIND_OPEN, variables, schema: listedPrs })
    const found = data.repository.pullRequests.nodes.find((pr) => !pr.isCrossRepository)
    return found === undefined ? null : { number: found.number, url: found.url }
  }

  /** People find ours by it. A run can do without. */
  async function label(number: PrNumber): Promise<void> {
    const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels'
    try {
      await client.rest(route, { owner, repo, issue_number: number, labels: [LABEL] }, z.unknown())
    } catch (error) {
      warn(`PR #${number} is not labelled ${LABEL}: ${toFailure(error).message}`)
    }
  }

  async function edit(number: PrNumber, text: PullRequestText): Promise<void> {
    const route = 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}'
    const { labels } = await client.rest(route, { owner, repo, pull_number: number, ...bounded(text) }, labelled)
    // Who died between opening and labelling finds the pull request there, and only its text to be written.
    if (!labels.some(({ name }) => name === LABEL)) await label(number)
  }

  return {
    async ensureOpen(request) {
      const pr = await open(request)
      parts.remember(request.headBranch, pr.number)
      if (pr.created) await label(pr.number)
      return pr
    },
    edit,
    async markReady(number) {
      const { id, isDraft } = await requirePrFacts(client, number)
      if (!isDraft) return
      await client.mutate({
        query: `mutation MarkReady($id: ID!) {
          markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { isDraft } }
        }`,
        variables: { id },
        schema: z.object({ markPullRequestReadyForReview: z.unknown() }),
      })
    },
  }
}

const labelled = z.object({ labels: z.array(z.object({ name: orNull(z.string()) })) })

/** Ours is one at most; forks may have branches of the same name. */
const FIND_OPEN = `query FindOpen($owner: String!, $name: String!, $head: String!, $base: String!) {
  repository(owner: $owner, name: $name) {
    pullRequests(states: OPEN, headRefName: $head, baseRefName: $base, first: 100) {
      nodes { number url isCrossRepository }
    }
  }
}`

const listedPr = z.object({ number: prNumber, url: z.string(), isCrossRepository: z.boolean() })
const listedPrs = z.object({
  repository: z.object({ pullRequests: z.object({ nodes: z.array(listedPr) }) }),
})

function bounded({ title, body }: PullRequestText): PullRequestText {
  return { title: cutText(title, MAX_TITLE_CHARS), body: cutText(body, MAX_BODY_CHARS, '\n\n… (shortened)') }
}

/** GitHub has one status for everything that is wrong with a request; its words only choose between two ways to go on. */
function isSaidToExist({ message }: Failure): boolean {
  return /already exists/i.test(message)
}

function isAboutDrafts({ message }: Failure): boolean {
  return /draft/i.test(message)
}
