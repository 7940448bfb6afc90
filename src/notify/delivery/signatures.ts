/**
 * What goes into the head of a request. Two families side by side: the original's `X-Webhook-*`, byte for byte, and the
 * Standard Webhooks headers, for which libraries exist in every language. Pure.
 */
import { createHmac } from 'node:crypto'
import type { Message } from '../event/message.ts'
import { STANDARD_PREFIX } from '../hooks/hook-secret.ts'

export type Signer = {
  readonly secret: string | null
  /** The person's own; they may replace Content-Type and nothing of ours. */
  readonly headers: Readonly<Record<string, string>>
}

/** Never taken from the person's headers: they belong to the connection. */
const RESERVED: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

export function isReservedHeader(name: string): boolean {
  return RESERVED.has(name.toLowerCase())
}

export function isOwnHeader(name: string): boolean {
  return /^(x-)?webhook-/i.test(name)
}

/** `now`: of this attempt, so that a delivery that waited for hours is as fresh to its receiver as any other. */
export function requestHeaders(
  { secret, headers }: Signer,
  { id, event, body }: Pick<Message, 'id' | 'event' | 'body'>,
  { now, userAgent }: { now: number; userAgent: string },
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1_000))
  return {
    ...merged({ 'Content-Type': 'application/json', 'User-Agent': userAgent }, headers),
    'X-Webhook-Timestamp': timestamp,
    'X-Webhook-Event': event,
    'X-Webhook-Delivery-Id': id,
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    ...(secret !== null && {
      'X-Webhook-Signature-256': `sha256=${hmac(secret, `${timestamp}.${body}`, 'hex')}`,
      'X-Webhook-Signature': `sha256=${hmac(secret, body, 'hex')}`,
      'webhook-signature': `v1,${hmac(standardKey(secret), `${id}.${timestamp}.${body}`, 'base64')}`,
    }),
  }
}

/** Names are compared without regard to case: nothing is sent twice, and ours cannot be imitated. */
function merged(own: Record<string, string>, theirs: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(theirs).filter(([name]) => !isReservedHeader(name) && !isOwnHeader(name))
  const replaced = new Set(kept.map(([name]) => name.toLowerCase()))
  const rest = Object.entries(own).filter(([name]) => !replaced.has(name.toLowerCase()))
  return Object.fromEntries([...rest, ...kept])
}

function standardKey(secret: string): Buffer {
  return secret.startsWith(STANDARD_PREFIX)
    ? Buffer.from(secret.slice(STANDARD_PREFIX.length), 'base64')
    : Buffer.from(secret, 'utf8')
}

function hmac(key: string | Buffer, text: string, encoding: 'hex' | 'base64'): string {
  return createHmac('sha256', key).update(text).digest(encoding)
}
