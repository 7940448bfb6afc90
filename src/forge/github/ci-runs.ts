/** Runs of GitHub Actions, for people who ask what CI did. */
import { z } from 'zod'
import { toFailure } from '../../domain/failure.ts'
import type { CiRun, CiRunsRequest } from '../forge.ts'
import { type ActionsJob, readJobsOfRun } from './actions-jobs.ts'
import { statusOf } from './checks.ts'
import type { GithubClient } from './client.ts'
import { commitSha, orNull, time } from './schema.ts'

const run = z.object({
  id: z.number(),
  name: orNull(z.string()),
  head_branch: orNull(z.string()),
  head_sha: commitSha,
  event: z.string(),
  status: orNull(z.string()),
  conclusion: orNull(z.string()),
  run_attempt: orNull(z.number()),
  run_started_at: orNull(time),
  created_at: time,
  updated_at: time,
  html_url: z.string(),
})
type Run = z.infer<typeof run>

export async function readCiRuns(client: GithubClient, request: CiRunsRequest): Promise<readonly CiRun[]> {
  const { owner, name: repo } = client.address
  const { runId, branch, limit } = request
  if (runId !== null) {
    const route = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}'
    const found = await client.rest(route, { owner, repo, run_id: runId }, run).catch(nullIfMissing)
    return found === null ? [] : [toCiRun(found, await readJobsOfRun(client, runId))]
  }
  const query = { owner, repo, ...(branch !== null && { branch }), per_page: Math.min(limit, 100) }
  const { items } = await client.pages('GET /repos/{owner}/{repo}/actions/runs', query, run, limit)
  const newestFirst = [...items].sort((one, other) => startOf(other) - startOf(one))
  return newestFirst.map((found) => toCiRun(found, []))
}

function nullIfMissing(error: unknown): null {
  if (toFailure(error).facts.status === 404) return null
  throw error
}

function toCiRun(found: Run, jobs: readonly ActionsJob[]): CiRun {
  const { status, conclusion } = found
  const hasEnded = status === 'completed'
  return {
    id: found.id,
    name: found.name ?? '',
    branch: found.head_branch,
    head: found.head_sha,
    event: found.event,
    attempt: found.run_attempt ?? 1,
    status: statusOf(status, conclusion),
    conclusion,
    startedAt: startOf(found),
    durationMs: hasEnded ? Math.max(0, found.updated_at - startOf(found)) : null,
    url: found.html_url,
    jobs: jobs.map((job) => ({
      name: job.name,
      status: statusOf(job.status, job.conclusion),
      conclusion: job.conclusion,
      url: job.html_url,
    })),
  }
}

function startOf({ run_started_at: startedAt, created_at: createdAt }: Run): number {
  return startedAt ?? createdAt
}
