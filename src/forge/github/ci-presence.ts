/**
 * Whether any check is to be expected on a commit that has none: workflow files that could start for it, required
 * workflows, other apps that report on the target branch. Asked only when no check is there; unsure means yes.
 */
import { z } from 'zod'
import type { CommitSha, PrNumber } from '../../domain/ids.ts'
import type { GithubClient } from './client.ts'
import { orNull } from './schema.ts'
import { createTimedCache } from './timed-cache.ts'
import { couldStart, type PullRequestFacts } from './workflow-triggers.ts'

export type PresenceRequest = {
  readonly number: PrNumber
  readonly head: CommitSha
  readonly headBranch: string
  readonly base: CommitSha
  readonly baseBranch: string
}

export type CiPresence = { isExpected(request: PresenceRequest): Promise<boolean> }

const TTL_MS = 5 * 60_000
/** The newest commits of the target branch: the very last may be too young to have been reported on. */
const BASE_COMMITS = 5
/** GitHub itself looks no further when it judges path filters. */
const MAX_FILES = 300
const ACTIONS = 'github-actions'

const blob = orNull(z.object({ text: orNull(z.string()), isTruncated: orNull(z.boolean()) }))
const tree = orNull(z.object({ entries: orNull(z.array(z.object({ name: z.string(), object: blob }))) }))
const context = z.object({
  __typename: z.string(),
  checkSuite: orNull(
    z.object({
      app: orNull(z.object({ slug: z.string() })),
      workflowRun: orNull(z.object({ event: z.string() })),
    }),
  ),
})
const reported = z.object({
  statusCheckRollup: orNull(z.object({ contexts: z.object({ nodes: orNull(z.array(orNull(context))) }) })),
})
const answer = z.object({
  repository: z.object({
    head: tree,
    base: tree,
    target: orNull(z.object({ history: z.object({ nodes: orNull(z.array(orNull(reported))) }) })),
  }),
})

const WORKFLOWS = '... on Tree { entries { name object { ... on Blob { text isTruncated } } } }'
const QUERY = `query CiPresence($owner: String!, $name: String!, $head: String!, $base: String!, $target: String!) {
  repository(owner: $owner, name: $name) {
    head: object(expression: $head) { ${WORKFLOWS} }
    base: object(expression: $base) { ${WORKFLOWS} }
    target: object(expression: $target) {
      ... on Commit {
        history(first: ${BASE_COMMITS}) {
          nodes {
            statusCheckRollup {
              contexts(first: 50) {
                nodes { __typename ... on CheckRun { checkSuite { app { slug } workflowRun { event } } } }
              }
            }
          }
        }
      }
    }
  }
}`

export function createCiPresence(client: GithubClient, now: () => number): CiPresence {
  const known = createTimedCache<boolean>({ keepMs: () => TTL_MS, now })
  return {
    isExpected: (request) =>
      known.get(`${request.number} ${request.head} ${request.base}`, () => look(client, request)),
  }
}

/** GitHub runs the workflows of the merge of both, so those of either count. */
async function look(client: GithubClient, request: PresenceRequest): Promise<boolean> {
  const { owner, name } = client.address
  const { head, base } = request
  const expressions = { head: `${head}:.github/workflows`, base: `${base}:.github/workflows`, target: base }
  const { data, problems } = await client.query({
    query: QUERY,
    variables: { owner, name, ...expressions },
    schema: answer,
  })
  const { target } = data.repository
  if (problems.length > 0 || target === null) return true
  if ((target.history.nodes ?? []).some((commit) => commit === null || hasForeignChecks(commit))) return true
  const texts = [...workflowTexts(data.repository.head), ...workflowTexts(data.repository.base)]
  return anyStarts(client, texts, request)
}

/** The changed files are asked for only when they decide it. */
async function anyStarts(
  client: GithubClient,
  texts: readonly (string | null)[],
  request: PresenceRequest,
): Promise<boolean> {
  const starts = (changedFiles: PullRequestFacts['changedFiles']) =>
    texts.some((text) => text === null || couldStart(text, { ...request, changedFiles }))
  if (!starts(null)) return false
  return starts([]) || starts(await readChangedFiles(client, request.number))
}

async function readChangedFiles(client: GithubClient, number: PrNumber): Promise<readonly string[] | null> {
  const { owner, name } = client.address
  const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}/files'
  const { items, complete } = await client.pages(
    route,
    { owner, repo: name, pull_number: number },
    changedFile,
    MAX_FILES,
  )
  return complete ? items.flatMap((file) => [file.filename, ...(file.previous_filename ?? [])]) : null
}

const changedFile = z.object({
  filename: z.string(),
  previous_filename: orNull(z.string()).transform((name) => (name === null ? null : [name])),
})

/** null = a file whose text GitHub does not give. */
function workflowTexts(directory: z.infer<typeof tree>): readonly (string | null)[] {
  const files = (directory?.entries ?? []).filter(({ name }) => /\.ya?ml$/.test(name))
  return files.map(({ object }) => (object === null || object.isTruncated === true ? null : object.text))
}

/** Of statuses, of other apps, and of workflows that are in no file (GitHub's own code scanning). */
function hasForeignChecks({ statusCheckRollup }: z.infer<typeof reported>): boolean {
  const contexts = statusCheckRollup?.contexts.nodes ?? []
  return contexts.some((each) => {
    if (each === null || each.__typename !== 'CheckRun') return true
    return each.checkSuite?.app?.slug !== ACTIONS || each.checkSuite.workflowRun?.event === 'dynamic'
  })
}
