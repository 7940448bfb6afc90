/** Where the text of a job's log is for a moment, without a token: an address signed by this server. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { World } from '../model.ts'
import type { LogUrl } from '../rest/actions.ts'
import { findRepositoryById } from '../service/repositories.ts'
import type { Address } from './addresses.ts'
import type { Answer } from './answers.ts'

const VALID_MS = 60_000

export type JobLogs = { readonly urlOf: LogUrl; answer(world: World, address: Address): Answer }

export function createJobLogs(): JobLogs {
  const key = randomBytes(32)
  const sign = (text: string) => createHmac('sha256', key).update(text).digest('hex')

  return {
    urlOf({ world, repository }, jobId) {
      const path = `/_logs/${repository.id}/${jobId}`
      const expires = String(world.now().getTime() + VALID_MS)
      return `${world.urls.html}${path}?se=${expires}&sig=${sign(`${path}:${expires}`)}`
    },
    answer(world, { path, query }) {
      const expires = query.get('se') ?? ''
      const good = isSame(query.get('sig') ?? '', sign(`${path}:${expires}`))
      if (!good || Number(expires) < world.now().getTime()) return text(403, 'AuthenticationFailed')
      const [, , repositoryId, jobId] = path.split('/')
      const jobs = findRepositoryById(world, Number(repositoryId))?.workflowRuns.flatMap((run) => run.jobs) ?? []
      const log = jobs.find(({ id }) => id === Number(jobId))?.log ?? null
      return log === null ? text(404, 'BlobNotFound') : text(200, log)
    },
  }
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}

function text(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body }
}
