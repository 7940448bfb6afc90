/**
 * The one query behind a snapshot: pull requests in full, and which pull requests a branch has. What is asked in the same
 * moment is joined into one request by aliases.
 */
import { z } from 'zod'
import { Failure } from '../../domain/failure.ts'
import type { PrNumber } from '../../domain/ids.ts'
import type { GithubClient } from './client.ts'
import { type Fingerprint, toFingerprint } from './fingerprint.ts'
import { PAGE, PAGE_SIZE, type PrNode, prFields, prNode } from './pr-node.ts'
import { connection, isWhole, orNull, parseAnswer, prNumber } from './schema.ts'

export type Question = {
  /** The head branch whose pull requests are listed; null = no list. */
  readonly listed: string | null
  /** The pull request that is shown in full; null = only the list. */
  readonly number: PrNumber | null
  /** Its head branch, where that is known to be in this repository: the target branch is compared with it. */
  readonly compared: string | null
}

export type Answer = {
  /** Newest first; null when it was not asked for. */
  readonly candidates: { readonly items: readonly Candidate[]; readonly complete: boolean } | null
  /** null: not asked for, or there is none of that number. */
  readonly pr: ShownPr | null
  readonly repository: RepositoryNode
}

export type ShownPr = { readonly node: PrNode; readonly fingerprint: Fingerprint | null; readonly hidden: Hidden }

/** Why parts are missing that this token may not see: what is missing there says nothing. */
export type Hidden = { readonly checks: string | null; readonly reviews: string | null }

type Asking = Pick<GithubClient, 'query' | 'address'>

const candidate = z.object({
  number: prNumber,
  state: z.enum(['OPEN', 'CLOSED', 'MERGED']),
  isCrossRepository: z.boolean(),
  headRefName: z.string(),
})
export type Candidate = z.infer<typeof candidate>

const repositoryNode = z.object({ autoMergeAllowed: orNull(z.boolean()) })
export type RepositoryNode = z.infer<typeof repositoryNode>
const answer = z.object({ repository: repositoryNode.loose() })

/** GitHub refuses queries that could touch too many nodes; more than these are asked side by side. */
const MAX_JOINED = 8

/** Answers one question; questions of the same moment travel together. Throws a Failure. */
export function createAsking(client: Asking): (question: Question) => Promise<Answer> {
  let waiting: { question: Question; resolve: (answer: Promise<Answer>) => void }[] = []

  function send(): void {
    const all = waiting
    waiting = []
    for (let start = 0; start < all.length; start += MAX_JOINED) sendBatch(all.slice(start, start + MAX_JOINED))
  }

  function sendBatch(batch: typeof waiting): void {
    const questions = batch.map(({ question }) => question)
    const data = askAll(client, questions)
    for (const [at, { question, resolve }] of batch.entries()) {
      resolve(data.then(({ repository, problems }) => toAnswer(repository, problems, { question, at })))
    }
  }

  return (question) => {
    if (waiting.length === 0) setImmediate(send)
    return new Promise((resolve) => waiting.push({ question, resolve }))
  }
}

type LooseRepository = z.infer<typeof answer>['repository']

async function askAll(
  client: Asking,
  questions: readonly Question[],
): Promise<{ repository: LooseRepository; problems: readonly string[] }> {
  const { owner, name } = client.address
  const branches = questions.flatMap((question, at) => {
    const branch = branchOf(question)
    return branch === null ? [] : [[`h${at}`, branch] as const]
  })
  const { data, problems } = await client.query({
    query: toQuery(questions),
    variables: { owner, name, ...Object.fromEntries(branches) },
    schema: answer,
    mayFail: ['compare', 'refUpdateRule'], // of a branch that is gone, on a plan without rules
  })
  return { repository: data.repository, problems }
}

function branchOf({ listed, compared }: Question): string | null {
  return listed ?? compared
}

function toQuery(questions: readonly Question[]): string {
  const declared = questions.map((question, at) => (branchOf(question) === null ? '' : `, $h${at}: String!`)).join('')
  const parts = questions.flatMap((question, at) => [listPart(question, at), fullPart(question, at)])
  return `query Snapshot($owner: String!, $name: String!${declared}) {
    repository(owner: $owner, name: $name) {
      autoMergeAllowed
      ${parts.join('\n')}
    }
  }`
}

function listPart({ listed }: Question, at: number): string {
  if (listed === null) return ''
  const order = '{ field: CREATED_AT, direction: DESC }'
  return `b${at}: pullRequests(headRefName: $h${at}, first: ${PAGE_SIZE}, orderBy: ${order}) {
    ${PAGE} nodes { number state isCrossRepository headRefName }
  }`
}

/** How far it is behind is asked by the name of its branch; without one, the merge state has to say it. */
function fullPart({ compared, number }: Question, at: number): string {
  if (number === null) return ''
  const compare = compared === null ? '' : `baseRef { compare(headRef: $h${at}) { behindBy } }`
  return `p${at}: pullRequest(number: ${number}) { ${prFields(number)} ${compare} }`
}

function toAnswer(
  repository: LooseRepository,
  problems: readonly string[],
  { question, at }: { question: Question; at: number },
): Answer {
  const { listed, number } = question
  const list = listed === null ? null : parseAnswer(connection(candidate), repository[`b${at}`], 'the list of PRs')
  return {
    candidates: list && { items: list.nodes, complete: isWhole(list) },
    pr: number === null ? null : toShownPr(repository[`p${at}`] ?? null, problems, `repository.p${at}`),
    repository,
  }
}

/** Not found is the only way in which a pull request is absent; everything else that hides it says nothing. */
function toShownPr(raw: unknown, problems: readonly string[], path: string): ShownPr | null {
  if (raw === null) {
    const problem = problems.find((each) => each.startsWith(`${path} `))
    if (problem === undefined || problem.startsWith(`${path} (NOT_FOUND)`)) return null
    throw new Failure('forge_permission', `the pull request cannot be read: ${problem}`)
  }
  const hiddenBy = (fields: readonly string[]) => {
    const found = problems.find((problem) => fields.some((field) => problem.startsWith(`${path}.${field}`)))
    return found?.replace(/^\S+ /, '') ?? null
  }
  return {
    node: parseAnswer(prNode, raw, 'the pull request'),
    fingerprint: toFingerprint(raw),
    hidden: { checks: hiddenBy(['commits']), reviews: hiddenBy(REVIEW_PARTS) },
  }
}

const REVIEW_PARTS = ['reviewThreads', 'latestOpinionatedReviews', 'reviews', 'comments']
