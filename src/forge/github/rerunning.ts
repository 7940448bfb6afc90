/** Starting failed jobs again on the same commit, run by run. What runs already is under way, whatever was refused. */
import { z } from 'zod'
import { toFailure } from '../../domain/failure.ts'
import type { RerunResult } from '../forge.ts'
import type { RawCheck } from './checks.ts'
import type { GithubClient } from './client.ts'

export async function rerunChecks(
  client: GithubClient,
  checks: readonly RawCheck[],
  names: readonly string[],
): Promise<RerunResult> {
  const asked = checks.filter((check) => names.includes(check.name))
  if (asked.length === 0) return { kind: 'impossible', why: `there is no check ${names.join(', ')}` }
  const failed = asked.filter(({ status }) => status === 'failed')
  if (failed.length === 0) return allEnded(asked) ? none('what is asked for has not failed') : { kind: 'started' }
  const runs = new Set(failed.flatMap(({ run }) => run?.id ?? []))
  if (runs.size === 0) return none('only its own app can start it again')
  const results = await Promise.all([...runs].map((id) => rerunFailedJobs(client, id)))
  const refused = results.find((result) => result.kind === 'impossible')
  return results.some(({ kind }) => kind === 'started') ? { kind: 'started' } : (refused ?? none('no run'))
}

async function rerunFailedJobs(client: GithubClient, runId: number): Promise<RerunResult> {
  const { owner, name: repo } = client.address
  const route = 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs'
  try {
    await client.rest(route, { owner, repo, run_id: runId }, z.unknown())
    return { kind: 'started' }
  } catch (error) {
    const failure = toFailure(error)
    const isUnclear = failure.kind === 'forge_refused' || failure.kind === 'forge_permission' || failure.facts.maybeDone
    if (!isUnclear) throw failure
    return (await isUnderWay(client, runId)) ? { kind: 'started' } : none(failure.message)
  }
}

async function isUnderWay(client: GithubClient, runId: number): Promise<boolean> {
  const { owner, name: repo } = client.address
  const route = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}'
  const { status } = await client.rest(route, { owner, repo, run_id: runId }, z.object({ status: z.string() }))
  return status !== 'completed'
}

function allEnded(checks: readonly RawCheck[]): boolean {
  return checks.every(({ status }) => status !== 'pending')
}

function none(why: string): RerunResult {
  return { kind: 'impossible', why }
}
