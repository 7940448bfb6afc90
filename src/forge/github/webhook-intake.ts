/**
 * Deliveries of GitHub's webhooks: verified, each once, and reduced to whom they may wake. What they say is never used as
 * a fact, so deliveries that are late, doubled or in disorder do no harm.
 */
import { verify } from '@octokit/webhooks-methods'
import { z } from 'zod'
import type { CommitSha, PrNumber } from '../../domain/ids.ts'
import { orNull } from './schema.ts'

export type Wake = {
  /** `owner/name` in lower case; null when the delivery names none. */
  readonly repository: string | null
  readonly numbers: readonly PrNumber[]
  readonly heads: readonly CommitSha[]
  readonly branches: readonly string[]
}

export type Delivery = {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string | Buffer
}

export type WebhookIntake = {
  /** Never throws. `status` and `words` are the HTTP answer. */
  handle(delivery: Delivery): Promise<{ readonly status: number; readonly words: string }>
  /** Returns a function that ends the listening. */
  subscribe(listener: (wake: Wake) => void): () => void
}

const REMEMBERED_DELIVERIES = 1_000

export function createWebhookIntake({ secret }: { readonly secret: string }): WebhookIntake {
  if (secret === '') throw new TypeError('a webhook without a secret cannot be verified')
  const listeners = new Set<(wake: Wake) => void>()
  const known = new Set<string>()

  /** False = it came before. The oldest are forgotten. */
  function remember(id: string): boolean {
    if (known.has(id)) return false
    known.add(id)
    for (const oldest of known) {
      if (known.size <= REMEMBERED_DELIVERIES) break
      known.delete(oldest)
    }
    return true
  }

  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async handle({ headers, body }) {
      const text = typeof body === 'string' ? body : body.toString('utf8')
      const signature = header(headers, 'x-hub-signature-256')
      if (!signature || text === '' || !(await isGenuine(secret, text, signature)))
        return refusal(401, 'the signature is missing or wrong')
      const id = header(headers, 'x-github-delivery')
      if (id !== null && !remember(id)) return { status: 200, words: 'came before' }
      const wake = toWake(text, header(headers, 'content-type'))
      if (wake === null) return refusal(400, 'not the JSON of a webhook')
      for (const listener of listeners) listener(wake)
      return { status: 202, words: 'accepted' }
    },
  }
}

function refusal(status: number, words: string): { status: number; words: string } {
  return { status, words }
}

async function isGenuine(secret: string, text: string, signature: string): Promise<boolean> {
  try {
    return await verify(secret, text, signature)
  } catch {
    return false
  }
}

function header(headers: Delivery['headers'], name: string): string | null {
  const value = headers[name]
  return (typeof value === 'string' ? value : value?.[0]) ?? null
}

const ref = orNull(z.object({ ref: orNull(z.string()), sha: orNull(z.string()) })).catch(null)
const numbered = orNull(z.object({ number: z.number().int().positive() })).catch(null)
const pull = orNull(z.object({ number: z.number().int().positive().optional(), head: ref, base: ref })).catch(null)
const built = orNull(
  z.object({ head_sha: orNull(z.string()), head_branch: orNull(z.string()), pull_requests: z.array(pull).catch([]) }),
).catch(null)

/** What the events have that we listen to; of a shape that is not known here, that part says nothing. */
const payload = z.object({
  repository: orNull(z.object({ full_name: z.string() })).catch(null),
  number: orNull(z.number().int().positive()).catch(null),
  pull_request: pull,
  issue: numbered,
  check_run: built,
  check_suite: built,
  workflow_run: built,
  workflow_job: built,
  merge_group: built,
  sha: orNull(z.string()).catch(null),
  ref: orNull(z.string()).catch(null),
  after: orNull(z.string()).catch(null),
  branches: z.array(orNull(z.object({ name: z.string() })).catch(null)).catch([]),
})
type Payload = z.infer<typeof payload>

function toWake(text: string, contentType: string | null): Wake | null {
  const parsed = payload.safeParse(parseJson(text, contentType))
  if (!parsed.success) return null
  const { repository, ...told } = parsed.data
  return {
    repository: repository?.full_name.toLowerCase() ?? null,
    numbers: unique(numbersIn(told)) as PrNumber[],
    heads: unique(headsIn(told)) as CommitSha[],
    branches: unique(branchesIn(told)),
  }
}

type Told = Omit<Payload, 'repository'>

/** A number of its own has only an event about a pull request. */
function numbersIn(told: Told): readonly (number | null | undefined)[] {
  const direct = [told.pull_request?.number, told.issue?.number, told.pull_request === null ? null : told.number]
  return [...direct, ...builds(told).flatMap((build) => build.pull_requests.map((each) => each?.number))]
}

function headsIn(told: Told): readonly (string | null | undefined)[] {
  return [told.pull_request?.head?.sha, told.sha, told.after, ...builds(told).map((build) => build.head_sha)]
}

/** A push to the target branch concerns every pull request into it. */
function branchesIn(told: Told): readonly (string | null | undefined)[] {
  const pushed = /^refs\/heads\/(.+)$/.exec(told.ref ?? '')?.[1]
  return [
    pushed,
    told.pull_request?.head?.ref,
    ...builds(told).map((build) => build.head_branch),
    ...told.branches.map((branch) => branch?.name),
  ]
}

function builds(told: Told): readonly NonNullable<Payload['check_run']>[] {
  return [told.check_run, told.check_suite, told.workflow_run, told.workflow_job, told.merge_group].filter(
    (build) => build !== null,
  )
}

/** GitHub can send the same JSON as a form. */
function parseJson(text: string, contentType: string | null): unknown {
  const isForm = contentType?.startsWith('application/x-www-form-urlencoded') === true
  try {
    return JSON.parse(isForm ? (new URLSearchParams(text).get('payload') ?? '') : text)
  } catch {
    return null
  }
}

function unique<T>(values: readonly (T | null | undefined)[]): T[] {
  return [...new Set(values.filter((value) => value !== null && value !== undefined))]
}
