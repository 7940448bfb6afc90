/** A webhook as it is shown: the original's answer, and what of it people ask next. Secrets are never part of it. */
import { z } from 'zod'
import { Failure } from '../../domain/failure.ts'
import type { AddressPolicy } from '../../notify/delivery/address-rules.ts'
import { WEBHOOK_EVENTS } from '../../notify/event/notification.ts'
import type { Hook } from '../../notify/hooks/hook.ts'
import { policyProblem } from '../../notify/hooks/hook-policy.ts'
import type { HookChanges, HookRegistry } from '../../notify/hooks/hook-registry.ts'

export const webhookView = z.object({
  id: z.string(),
  url: z.string(),
  has_secret: z.boolean(),
  events: z.array(z.enum(WEBHOOK_EVENTS)).nullable().describe('null = all of them'),
  enabled: z.boolean(),
  name: z.string().nullable(),
  description: z.string().nullable(),
  timeout: z.number().describe('seconds'),
  max_retries: z.int(),
  verify_ssl: z.boolean(),
  headers: z.record(z.string(), z.string()).describe('values that may be credentials are masked'),
  created_at: z.string(),
  updated_at: z.string(),
  run_id: z.string().nullable().describe('told of this run only; null = of all'),
  disabled_reason: z.string().nullable().describe('why it was switched off without being asked to'),
  pending: z.int().describe('deliveries that are still to be made'),
})
export type WebhookView = z.output<typeof webhookView>

export function toView(hook: Hook, pending: number): WebhookView {
  return {
    id: hook.id,
    url: hook.url,
    has_secret: hook.secret !== null,
    events: hook.events,
    enabled: hook.enabled,
    name: hook.name,
    description: hook.description,
    timeout: hook.timeout,
    max_retries: hook.max_retries,
    verify_ssl: hook.verify_ssl,
    headers: maskHeaders(hook.headers),
    created_at: hook.created_at,
    updated_at: hook.updated_at,
    run_id: hook.run_id,
    disabled_reason: hook.disabled_reason,
    pending,
  }
}

const CREDENTIAL = /auth|token|secret|cookie|password|credential|signature|api-?key|x-key/i

function maskHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, CREDENTIAL.test(name) ? '***' : value]),
  )
}

/** Throws `webhook_missing`. */
export function requireHook(hooks: Pick<HookChanges, 'all'> | HookRegistry, id: string): Hook {
  const all = 'all' in hooks ? hooks.all() : hooks.list().hooks
  const hook = all.find((candidate) => candidate.id === id)
  if (hook !== undefined) return hook
  throw new Failure('webhook_missing', `Webhook '${id}' not found`, { facts: { webhook: id } })
}

/** Throws `webhook_exists`. Hooks of single runs do not count: they come and go. */
export function requireFreeUrl({ all }: Pick<HookChanges, 'all'>, url: string, except: string | null): void {
  const other = all().find((hook) => hook.url === url && hook.id !== except && hook.run_id === null)
  if (other === undefined) return
  throw new Failure('webhook_exists', `A webhook with URL '${url}' already exists`, { facts: { webhook: other.id } })
}

/** Throws `webhook_refused`. */
export function requireAllowed(url: string, policy: AddressPolicy): void {
  const problem = policyProblem(url, policy)
  if (problem === null) return
  throw new Failure('webhook_refused', `the address of the webhook ${problem}`, {
    facts: { address: new URL(url).hostname },
  })
}
