/** Who is told what: list, create, get, update, delete. */
import { z } from 'zod'
import { Failure } from '../../domain/failure.ts'
import { HOOK_DEFAULTS, hookFields, newHookId } from '../../notify/hooks/hook.ts'
import { type WebhookParts, withOutbox } from './webhook-parts.ts'
import { requireAllowed, requireFreeUrl, requireHook, toView, type WebhookView, webhookView } from './webhook-view.ts'

export const webhookIdInput = z.strictObject({ webhook_id: z.string().min(1) })

export const webhookListOutput = z.object({
  success: z.literal(true),
  webhooks: z.array(webhookView),
  total: z.int(),
  problems: z.array(z.string()).describe('entries of webhooks.json that cannot be used, and why'),
})

export function listWebhooks(parts: WebhookParts): z.output<typeof webhookListOutput> {
  const { hooks, problems } = parts.hooks.list()
  const webhooks = hooks.map((hook) => toView(hook, countPending(parts, hook.id)))
  return { success: true, webhooks, total: webhooks.length, problems: [...problems] }
}

export const createWebhookInput = z.strictObject({
  url: hookFields.url,
  secret: hookFields.secret.nullish(),
  events: hookFields.events.nullish().describe('empty or null = all of them'),
  enabled: hookFields.enabled.default(HOOK_DEFAULTS.enabled),
  name: hookFields.name.nullish(),
  description: hookFields.description.nullish(),
  timeout: hookFields.timeout.default(HOOK_DEFAULTS.timeout),
  max_retries: hookFields.max_retries.default(HOOK_DEFAULTS.max_retries),
  verify_ssl: hookFields.verify_ssl.default(HOOK_DEFAULTS.verify_ssl),
  headers: hookFields.headers.default({}),
})

export const createWebhookOutput = z.object({ success: z.literal(true), message: z.string(), webhook: webhookView })

/** Throws `webhook_exists`, `webhook_refused`. */
export function createWebhook(
  parts: WebhookParts,
  input: z.output<typeof createWebhookInput>,
): z.output<typeof createWebhookOutput> {
  requireAllowed(input.url, parts.policy)
  const at = new Date(parts.now()).toISOString()
  const hook = parts.hooks.change((changes) => {
    requireFreeUrl(changes, input.url, null)
    return changes.set(newHookId(input.url), {
      ...input,
      secret: input.secret ?? null,
      events: filterOf(input.events),
      name: input.name ?? null,
      description: input.description ?? null,
      created_at: at,
      updated_at: at,
      run_id: null,
      disabled_reason: null,
    })
  })
  return { success: true, message: 'Webhook created successfully', webhook: toView(hook, 0) }
}

/** Throws `webhook_missing`. */
export function getWebhook(parts: WebhookParts, input: z.output<typeof webhookIdInput>): WebhookView {
  const hook = requireHook(parts.hooks, input.webhook_id)
  return toView(hook, countPending(parts, hook.id))
}

const orEmpty = <T extends z.ZodType>(schema: T) => z.union([z.literal(''), schema])

/** Fields that are left out, or null, stay as they are; an empty text or list takes away what was there. */
export const updateWebhookInput = z.strictObject({
  webhook_id: z.string().min(1),
  url: hookFields.url.nullish(),
  secret: orEmpty(hookFields.secret).nullish().describe('empty = not signed any more'),
  events: hookFields.events.nullish().describe('empty = all of them'),
  enabled: hookFields.enabled.nullish().describe('true also puts one back that was switched off by itself'),
  name: hookFields.name.nullish(),
  description: hookFields.description.nullish(),
  timeout: hookFields.timeout.nullish(),
  max_retries: hookFields.max_retries.nullish(),
  verify_ssl: hookFields.verify_ssl.nullish(),
  headers: hookFields.headers.nullish().describe('all of them, not only the changed ones'),
})

/** Throws `usage` when nothing is to be changed, `webhook_missing`, `webhook_exists`, `webhook_refused`. */
export function updateWebhook(parts: WebhookParts, input: z.output<typeof updateWebhookInput>): WebhookView {
  const { webhook_id: id, ...asked } = input
  if (Object.values(asked).every((value) => value === undefined || value === null)) {
    throw new Failure('usage', 'At least one field must be provided for update', {
      facts: { error: 'validation_error' }, // the original's name of it
    })
  }
  if (asked.url !== undefined && asked.url !== null) requireAllowed(asked.url, parts.policy)
  const hook = parts.hooks.change((changes) => {
    const { id: _, ...before } = requireHook(changes, id)
    if (asked.url !== undefined && asked.url !== null) requireFreeUrl(changes, asked.url, id)
    return changes.set(id, {
      ...before,
      url: asked.url ?? before.url,
      secret: cleared(asked.secret, before.secret),
      events: asked.events === undefined || asked.events === null ? before.events : filterOf(asked.events),
      enabled: asked.enabled ?? before.enabled,
      name: cleared(asked.name, before.name),
      description: cleared(asked.description, before.description),
      timeout: asked.timeout ?? before.timeout,
      max_retries: asked.max_retries ?? before.max_retries,
      verify_ssl: asked.verify_ssl ?? before.verify_ssl,
      headers: asked.headers ?? before.headers,
      updated_at: new Date(parts.now()).toISOString(),
      disabled_reason: asked.enabled === true ? null : before.disabled_reason,
    })
  })
  // Whoever changes something means to have mended it: no more waiting for what failed before.
  withOutbox(parts, undefined, (outbox) => outbox.startAfresh(id))
  return toView(hook, countPending(parts, id))
}

export const deleteWebhookOutput = z.object({ success: z.literal(true), message: z.string(), id: z.string() })

/** What it was still to be told is dropped. Throws `webhook_missing`. */
export function deleteWebhook(
  parts: WebhookParts,
  { webhook_id: id }: z.output<typeof webhookIdInput>,
): z.output<typeof deleteWebhookOutput> {
  parts.hooks.change((changes) => changes.remove(requireHook(changes, id).id))
  withOutbox(parts, undefined, (outbox) => {
    outbox.abandon(id, 'the webhook was removed')
    outbox.startAfresh(id)
  })
  return { success: true, message: 'Webhook deleted successfully', id }
}

function countPending(parts: WebhookParts, id: string): number {
  return withOutbox(parts, 0, (outbox) => outbox.countPending(id))
}

function filterOf<T>(events: readonly T[] | null | undefined): T[] | null {
  return events === undefined || events === null || events.length === 0 ? null : [...events]
}

function cleared(asked: string | null | undefined, before: string | null): string | null {
  if (asked === undefined || asked === null) return before
  return asked === '' ? null : asked
}
