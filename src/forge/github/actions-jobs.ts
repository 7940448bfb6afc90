/** Jobs of GitHub Actions: their steps, why they did not run, and the text of what failed. */
import { z } from 'zod'
import type { GithubClient } from './client.ts'
import { orNull, time } from './schema.ts'

const step = z.object({
  name: z.string(),
  number: z.number(),
  conclusion: orNull(z.string()),
  started_at: orNull(time),
  completed_at: orNull(time),
})

const job = z.object({
  id: z.number(),
  name: z.string(),
  status: z.string(),
  conclusion: orNull(z.string()),
  html_url: orNull(z.string()),
  runner_name: orNull(z.string()),
  steps: orNull(z.array(step)).transform((steps) => steps ?? []),
})
export type ActionsJob = z.infer<typeof job>

export const annotation = z.object({
  path: orNull(z.string()),
  start_line: orNull(z.number()),
  annotation_level: orNull(z.string()),
  title: orNull(z.string()),
  message: orNull(z.string()),
})
export type Annotation = z.infer<typeof annotation>

/** The end of a job's log; what is before it is hardly ever why it failed. */
const MAX_LOG_BYTES = 4 * 1024 * 1024
const MAX_ANNOTATIONS = 50

export function readJob(client: GithubClient, id: number): Promise<ActionsJob> {
  const { owner, name: repo } = client.address
  return client.rest('GET /repos/{owner}/{repo}/actions/jobs/{job_id}', { owner, repo, job_id: id }, job)
}

export async function readJobsOfRun(client: GithubClient, runId: number): Promise<readonly ActionsJob[]> {
  const { owner, name: repo } = client.address
  const route = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs'
  return (await client.pages(route, { owner, repo, run_id: runId, filter: 'latest' }, job)).items
}

/** Remarks of a check run about lines, and of GitHub about the job itself. */
export async function readAnnotations(client: GithubClient, checkRunId: number): Promise<readonly Annotation[]> {
  const { owner, name: repo } = client.address
  const route = 'GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations'
  return (await client.pages(route, { owner, repo, check_run_id: checkRunId }, annotation, MAX_ANNOTATIONS)).items
}

/** null = there is none (the job never ran, or the log is gone by now). */
export async function readJobLog(client: GithubClient, id: number): Promise<string | null> {
  const { owner, name: repo } = client.address
  const route = 'GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs'
  return (await client.text(route, { owner, repo, job_id: id }, MAX_LOG_BYTES))?.text ?? null
}

/**
 * The lines of the steps that failed, without the runner's times. The log of a job is one text; its lines carry the time,
 * a step says when it began and ended. All of it when nothing can be told apart.
 */
export function failingPart(log: string, { steps }: Pick<ActionsJob, 'steps'>): string {
  const failed = steps.filter(({ conclusion }) => conclusion === 'failure' || conclusion === 'timed_out')
  const lines = parseLines(log)
  const part = failed.length === 0 ? [] : lines.filter(({ at }) => failed.some((each) => isDuring(each, at)))
  return (part.length === 0 ? lines : part).map(({ text }) => text).join('\n')
}

type LogLine = { /** 0 = before any time was told. */ readonly at: number; readonly text: string }

/** A line without a time of its own belongs to the one before. */
function parseLines(log: string): readonly LogLine[] {
  let at = 0
  return log.split('\n').map((line) => {
    const found = /^\ufeff?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z ?([\s\S]*)$/.exec(line)
    if (found === null) return { at, text: line }
    at = Date.parse(`${found[1]}Z`)
    return { at, text: found[2] ?? '' }
  })
}

/** Steps are told to the second. */
function isDuring({ started_at: start, completed_at: end }: z.infer<typeof step>, at: number): boolean {
  return start !== null && at >= start && (end === null || at <= end + 999)
}
