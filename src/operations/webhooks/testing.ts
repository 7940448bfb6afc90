/** Is anybody there? One `webhook.test` to a webhook, or to an address that is not one yet; not repeated, not recorded. */
import { z } from 'zod'
import { Failure } from '../../domain/failure.ts'
import { requestHeaders } from '../../notify/delivery/signatures.ts'
import { testMessage } from '../../notify/event/message.ts'
import { HOOK_DEFAULTS, type Hook, hookFields } from '../../notify/hooks/hook.ts'
import type { WebhookParts } from './webhook-parts.ts'
import { requireAllowed, requireHook } from './webhook-view.ts'

export const testWebhookInput = z.strictObject({
  webhook_id: z.string().min(1).nullish(),
  url: hookFields.url.nullish(),
  secret: hookFields.secret.nullish(),
})

export const testWebhookOutput = z.object({
  success: z.boolean().describe('it was delivered'),
  message: z.string(),
  status_code: z.int().nullable(),
  delivery_time_ms: z.number().nullable(),
  attempt_count: z.int(),
  error: z.string().nullable(),
})

/** Throws `usage` when neither is given, `webhook_missing`, `webhook_refused`. A failed delivery is an answer. */
export async function testWebhook(
  parts: WebhookParts,
  input: z.output<typeof testWebhookInput>,
  signal: AbortSignal,
): Promise<z.output<typeof testWebhookOutput>> {
  const target = targetOf(parts, input)
  requireAllowed(target.url, parts.policy)
  const now = parts.now()
  const message = testMessage(now)
  const result = await parts.post(
    {
      url: target.url,
      headers: requestHeaders(target, message, { now, userAgent: parts.userAgent }),
      body: message.body,
      timeoutMs: target.timeout * 1_000,
      verifyTls: target.verify_ssl,
    },
    signal,
  )
  if (result.kind === 'failed' && result.forbidden) {
    throw new Failure('webhook_refused', result.error, { facts: { address: new URL(target.url).hostname } })
  }
  const delivered = result.kind === 'delivered'
  return {
    success: delivered,
    message: delivered ? 'Test webhook delivered successfully' : 'Test webhook delivery failed',
    status_code: result.statusCode,
    delivery_time_ms: result.durationMs,
    attempt_count: 1,
    error: delivered ? null : result.error,
  }
}

type Target = Pick<Hook, 'url' | 'secret' | 'headers' | 'timeout' | 'verify_ssl'>

function targetOf(parts: WebhookParts, { webhook_id, url, secret }: z.output<typeof testWebhookInput>): Target {
  if (webhook_id !== undefined && webhook_id !== null) return requireHook(parts.hooks, webhook_id)
  if (url === undefined || url === null) throw new Failure('usage', 'Either webhook_id or url must be provided')
  return { ...HOOK_DEFAULTS, url, secret: secret ?? null, headers: {} }
}
