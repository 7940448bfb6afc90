/** One subscription, as webhooks.json holds it: the original's fields and a few of ours, which may be missing. */
import { createHash, randomUUID } from 'node:crypto'
import { z } from 'zod'
import { isOwnHeader, isReservedHeader } from '../delivery/signatures.ts'
import { WEBHOOK_EVENTS, type WebhookEvent } from '../event/notification.ts'
import { secretProblem } from './hook-secret.ts'
import { MAX_URL_CHARS, urlProblem } from './hook-url.ts'

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]{0,8000}$/

/** As HTTP allows them; what belongs to the connection or is ours cannot be set. null = it can. */
function headerProblem(name: string, value: string): string | null {
  if (!HEADER_NAME.test(name)) return 'is not the name of a header'
  if (isReservedHeader(name)) return 'is a header of the connection and cannot be set'
  if (isOwnHeader(name)) return 'is a header of claudetm and cannot be set'
  return HEADER_VALUE.test(value) ? null : 'has a value that no header can have'
}

/** Each field by itself: create, update and the file are made of the same ones. */
export const hookFields = {
  url: z.string().superRefine(refuse(urlProblem)).meta({ pattern: '^https?://[^\\s/@]+', maxLength: MAX_URL_CHARS }),
  secret: z.string().max(1_000).superRefine(refuse(secretProblem)).meta({ minLength: 1 }),
  events: z.array(z.enum(WEBHOOK_EVENTS)),
  enabled: z.boolean(),
  name: z.string().max(100),
  description: z.string().max(500),
  /** Seconds for one whole attempt. */
  timeout: z.number().min(1).max(300),
  /** Quick repetitions after the first attempt; 0 = one attempt and no more. */
  max_retries: z.int().min(0).max(10),
  verify_ssl: z.boolean(),
  headers: z
    .record(z.string(), z.string().meta({ pattern: HEADER_VALUE.source }))
    .superRefine((headers, context) => {
      for (const [name, value] of Object.entries(headers)) {
        const problem = headerProblem(name, value)
        if (problem !== null) context.addIssue({ code: 'custom', path: [name], message: problem })
      }
    })
    .meta({ propertyNames: { pattern: HEADER_NAME.source } }),
} as const

export const HOOK_DEFAULTS = { enabled: true, timeout: 30, max_retries: 3, verify_ssl: true } as const

/** Lenient where the original is: what is missing has its default; what is unknown is kept for whoever knows it. */
export const hookRecord = z.looseObject({
  url: hookFields.url,
  secret: hookFields.secret.nullable().default(null),
  events: hookFields.events
    .nullable()
    .default(null)
    .transform((events) => (events?.length === 0 ? null : events)),
  enabled: hookFields.enabled.default(HOOK_DEFAULTS.enabled),
  name: hookFields.name.nullable().default(null),
  description: hookFields.description.nullable().default(null),
  timeout: hookFields.timeout.default(HOOK_DEFAULTS.timeout),
  max_retries: hookFields.max_retries.default(HOOK_DEFAULTS.max_retries),
  verify_ssl: hookFields.verify_ssl.default(HOOK_DEFAULTS.verify_ssl),
  headers: z.record(z.string(), z.string()).default({}),
  created_at: z.string().default(''),
  updated_at: z.string().default(''),
  /** Given to `start` for one run: it is told of no other, and goes when that run is over and everything is delivered. */
  run_id: z.string().nullable().default(null),
  /** Why it was switched off without anybody asking; null = it was not. */
  disabled_reason: z.string().nullable().default(null),
})

export type HookRecord = z.output<typeof hookRecord>
export type Hook = HookRecord & { readonly id: string }

/** As the original makes them: a part that tells the address, and a part that is unique. */
export function newHookId(url: string): string {
  const digest = createHash('sha256').update(url).digest('hex').slice(0, 8)
  return `wh_${digest}_${randomUUID().slice(0, 8)}`
}

/** Hooks learn of nothing that was before them; one that belongs to a run learns of that run only. */
export function wants(hook: Hook, message: { event: WebhookEvent; runId: string; at: number }): boolean {
  if (!hook.enabled || (hook.run_id !== null && hook.run_id !== message.runId)) return false
  if (hook.events !== null && !hook.events.includes(message.event)) return false
  const since = Date.parse(hook.created_at)
  return hook.run_id !== null || Number.isNaN(since) || message.at >= since
}

function refuse(problemOf: (text: string) => string | null) {
  return (text: string, context: z.RefinementCtx) => {
    const problem = problemOf(text)
    if (problem !== null) context.addIssue({ code: 'custom', message: problem })
  }
}
