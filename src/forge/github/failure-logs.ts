/** Logs of failed checks: of the step that failed, kept as files, their ends in the answer. */
import { dirname, join } from 'node:path'
import type { CommitSha, PrNumber } from '../../domain/ids.ts'
import { cutText, toPlainText } from '../../lib/plain-text.ts'
import { ensureDirectory, replaceFile } from '../../store/disk.ts'
import type { CheckLog } from '../forge.ts'
import { tailOf, toLogPaths } from '../logs/log-file.ts'
import { type Annotation, failingPart, readAnnotations, readJob, readJobLog } from './actions-jobs.ts'
import type { RawCheck } from './checks.ts'
import type { GithubClient } from './client.ts'
import { unlessRefused } from './failures.ts'

export type LogRequest = {
  readonly number: PrNumber
  readonly head: CommitSha
  readonly failed: readonly RawCheck[]
  readonly maxChars: number
  /** Of the forge; logs go below it. */
  readonly directory: string
}

export async function readFailureLogs(client: GithubClient, request: LogRequest): Promise<readonly CheckLog[]> {
  const { number, head, failed, maxChars, directory } = request
  const paths = toLogPaths(
    number,
    head,
    failed.map(({ name }) => name),
  )
  return Promise.all(
    failed.map(async (check, index): Promise<CheckLog> => {
      const text = await readLog(client, check)
      const file = join(directory, paths[index] ?? '')
      if (text === '') return { check: check.name, tail: '', file: null }
      await ensureDirectory(dirname(file))
      await replaceFile(file, text, { durable: false })
      return { check: check.name, tail: tailOf(text, maxChars), file }
    }),
  )
}

/** Empty when nobody says anything about it. */
async function readLog(client: GithubClient, check: RawCheck): Promise<string> {
  const { databaseId } = check
  const own = check.description === '' ? '' : `${check.name}: ${check.description}\n`
  if (databaseId === null) return own
  const [log, annotations] = await Promise.all([
    check.run === null ? null : readJobPart(client, databaseId),
    unlessRefused(readAnnotations(client, databaseId)),
  ])
  // At the end, because the end is what is read first; few and short, because the end of the log is as well.
  const remarks = (annotations ?? []).slice(0, MAX_ANNOTATIONS).map(toLine)
  return toPlainText(
    [own, log ?? '', ...remarks]
      .filter((part) => part !== '')
      .map(withNewline)
      .join(''),
  )
}

/** null = there is none, or this token may not read it. */
async function readJobPart(client: GithubClient, jobId: number): Promise<string | null> {
  const [job, log] = await Promise.all([
    unlessRefused(readJob(client, jobId)),
    unlessRefused(readJobLog(client, jobId)),
  ])
  return log === null ? null : failingPart(log, job ?? { steps: [] })
}

function toLine({ path, start_line: line, title, message }: Annotation): string {
  const place = path === null || path === '' ? '' : `${path}${line === null ? '' : `:${line}`}: `
  return `${place}${cutText([title, message].filter(Boolean).join(': '), MAX_ANNOTATION_CHARS)}`
}

const MAX_ANNOTATIONS = 10
const MAX_ANNOTATION_CHARS = 300

function withNewline(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`
}
