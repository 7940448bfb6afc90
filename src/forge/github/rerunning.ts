/** Starting failed jobs again on the same commit, run by run. What runs already is under way, whatever was refused. */
import { z } from 'zod'
import { toFailure } from '../../domain/failure.ts'
import type { RerunResult } from '../forge.ts'
import type { RawCheck } from './checks.ts'
import type { GithubClient } from './client.ts'
import { unlessRefused } from './failures.ts'
import { orNull } from './schema.ts'

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
  if (runs.size === 0) return none('it belongs to no run that this token can start again')
  const results = await Promise.all([...runs].map((id) => rerunFailedJobs(client, id)))
  const refused = results.find((result) => result.kind === 'impossible')
  return results.some(({ kind }) => kind === 'started') ? { kind: 'started' } : (refused ?? none('no run'))
}

async function rerunFailedJobs(client: GithubClient, runId: number): Promise<RerunResult> {
  const { owner, name: repo } = client.address
  const before = await readRun(client, runId)
  if (before !== null && isUnderWay(before)) return { kind: 'started' }
  const route = 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs'
  try {
    await client.rest(route, { owner, repo, run_id: runId }, z.unknown())
    return { kind: 'started' }
  } catch (error) {
    const failure = toFailure(error)
    const maybeDone = failure.facts.maybeDone === true
    if (!maybeDone && failure.kind !== 'forge_refused' && failure.kind !== 'forge_permission') throw failure
    const now = await readRun(client, runId)
    if (now !== null && (isUnderWay(now) || isLater(now, before))) return { kind: 'started' }
    if (maybeDone) throw failure
    return none(failure.message)
  }
}

const run = z.object({ status: z.string(), run_attempt: orNull(z.number()) })
type Run = z.infer<typeof run>

/** null = this token may not read it. */
function readRun(client: GithubClient, runId: number): Promise<Run | null> {
  const { owner, name: repo } = client.address
  return unlessRefused(
    client.rest('GET /repos/{owner}/{repo}/actions/runs/{run_id}', { owner, repo, run_id: runId }, run),
  )
}

/** Started and over by now. */
function isLater(now: Run, before: Run | null): boolean {
  return (now.run_attempt ?? 0) > (before?.run_attempt ?? Number.POSITIVE_INFINITY)
}

function isUnderWay({ status }: Run): boolean {
  return status !== 'completed'
}

function allEnded(checks: readonly RawCheck[]): boolean {
  return checks.every(({ status }) => status !== 'pending')
}

function none(why: string): RerunResult {
  return { kind: 'impossible', why }
}
