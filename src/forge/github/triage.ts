/** Why checks are red: the code, the machines, the account, a person's leave; and whether the target branch is red as well. */
import { z } from 'zod'
import type { CommitSha } from '../../domain/ids.ts'
import type { Check, CheckCause } from '../../domain/observation.ts'
import { type ActionsJob, readAnnotations, readJob } from './actions-jobs.ts'
import { checkFields, checkNode } from './check-nodes.ts'
import { ownCause, type RawCheck, type Triage, toRawChecks } from './checks.ts'
import type { GithubClient } from './client.ts'
import { unlessRefused } from './failures.ts'
import { connection, isWhole, orNull } from './schema.ts'
import type { TriageLookUp } from './triaging.ts'

const ACTIONS = 'github-actions'

export function createTriage(client: GithubClient): TriageLookUp {
  return async ({ baseHead, failed }) => {
    const base = baseHead === null ? null : await readChecksOf(client, baseHead)
    const entries = failed.map(async (check): Promise<readonly [string, Triage]> => {
      const cause = await findCause(client, check)
      return [check.name, { cause, onBase: statusOnBase(check, base), canRerun: canRerun(check, cause) }]
    })
    return new Map(await Promise.all(entries))
  }
}

async function findCause(client: GithubClient, check: RawCheck): Promise<CheckCause> {
  const own = ownCause(check)
  if (own !== 'unknown') return own
  if (!isJob(check)) return 'code' // nobody but its app knows more
  const job = await unlessRefused(readJob(client, check.databaseId))
  if (job === null) return 'code'
  return hasReachedCode(job) ? 'code' : causeOfNotRunning(client, check.databaseId)
}

/** A job that was never taken by a runner has no steps; one that was lost ends without any step that failed. */
function hasReachedCode({ steps, conclusion }: ActionsJob): boolean {
  if (conclusion === 'cancelled') return false
  const failed = steps.filter((step) => step.conclusion === 'failure' || step.conclusion === 'timed_out')
  if (failed.length === 0) return conclusion === 'timed_out' && steps.length > 0
  return failed.some(({ name }) => !RUNNERS_OWN_STEPS.test(name))
}

/** The runner's own, before and after the project's. */
const RUNNERS_OWN_STEPS =
  /^(set up job|set up runner|initialize containers|stop containers|complete runner|complete job)$/i

/** GitHub says why in an annotation, and nowhere else. */
async function causeOfNotRunning(client: GithubClient, checkRunId: number): Promise<CheckCause> {
  const annotations = (await unlessRefused(readAnnotations(client, checkRunId))) ?? []
  return annotations.some(({ message }) => ACCOUNT_WORDS.test(message ?? '')) ? 'account' : 'infrastructure'
}

const ACCOUNT_WORDS = /payments? ha(ve|s) failed|spending limit|billing|account is locked|minutes quota/i

/** The same job of the same workflow, or the same context of the same app, whatever event started it. */
function statusOnBase(check: RawCheck, base: readonly RawCheck[] | null): Check['onBase'] {
  const same = (base ?? []).filter(
    (each) =>
      each.context === check.context && each.appId === check.appId && each.run?.workflow === check.run?.workflow,
  )
  if (same.some(({ status }) => status === 'failed')) return 'failed'
  return same.length > 0 && same.every(({ status }) => status === 'passed') ? 'passed' : 'unknown'
}

/** Jobs can be started again by whoever may write; other apps do it only for themselves. */
function canRerun(check: RawCheck, cause: CheckCause): boolean {
  return check.run !== null && cause !== 'account' && cause !== 'approval'
}

function isJob(check: RawCheck): check is RawCheck & { readonly databaseId: number } {
  return check.app === ACTIONS && check.databaseId !== null
}

const answer = z.object({
  repository: z.object({
    object: orNull(z.object({ statusCheckRollup: orNull(z.object({ contexts: connection(checkNode) })) })),
  }),
})

/** Nothing is required of a commit outside of a pull request, so that is not asked. null = not all of them are shown. */
async function readChecksOf(client: GithubClient, commit: CommitSha): Promise<readonly RawCheck[] | null> {
  const { owner, name } = client.address
  const fields = checkFields('0').replace(/isRequired\([^)]*\)/g, '')
  const { data } = await client.query({
    query: `query ChecksOfCommit($owner: String!, $name: String!, $commit: GitObjectID!) {
      repository(owner: $owner, name: $name) {
        object(oid: $commit) {
          ... on Commit {
            statusCheckRollup { contexts(first: 100) { pageInfo { hasNextPage endCursor } nodes { ${fields} } } }
          }
        }
      }
    }`,
    variables: { owner, name, commit },
    schema: answer,
  })
  const contexts = data.repository.object?.statusCheckRollup?.contexts
  if (contexts === undefined || !isWhole(contexts)) return null
  return toRawChecks(commit, contexts.nodes, { contexts: [], known: true })
}
