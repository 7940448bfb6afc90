/** A stranger's endpoint on loopback: verifies as a stranger would, with the official library, and remembers what came. */
import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { createHttpScript, type ScriptedAnswer, type SeenRequest } from './http-script.ts'

export const SECRET = `whsec_${Buffer.from('a secret that only two know').toString('base64')}`

export type Received = { readonly id: string; readonly event: string; readonly body: Readonly<Record<string, unknown>> }

export type Receiver = {
  readonly url: string
  /** Every request, refused ones too. */
  readonly requests: readonly SeenRequest[]
  /** What was accepted, in order; a second delivery of the same id counts again. */
  readonly received: readonly Received[]
  /** Signatures that did not fit. */
  readonly forged: readonly string[]
  /** Looks now, and after each request. */
  until(holds: () => boolean): Promise<void>
  close(): Promise<void>
}

/** `answer`: null = 204; else what is answered instead, and the delivery counts only when that is a success. */
export async function createReceiver(
  answer: (request: SeenRequest, count: number) => ScriptedAnswer | null = () => null,
  secret: string | null = SECRET,
): Promise<Receiver> {
  const received: Received[] = []
  const forged: string[] = []
  let waiting: { holds: () => boolean; resolve: () => void }[] = []
  const look = () => {
    for (const one of waiting) if (one.holds()) one.resolve()
    waiting = waiting.filter(({ holds }) => !holds())
  }
  const server = await createHttpScript((request, count) => {
    const problem = secret === null ? null : problemOf(request, secret)
    if (problem !== null) forged.push(problem)
    const answered = answer(request, count) ?? { status: 204 }
    if (answered.silence === undefined && (answered.status ?? 200) < 300) received.push(toReceived(request))
    look()
    return answered
  })
  return {
    url: `${server.url}/hook`,
    requests: server.requests,
    received,
    forged,
    until(holds) {
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push({ holds, resolve })
      look()
      return promise
    },
    close: server.close,
  }
}

function toReceived({ headers, body }: SeenRequest): Received {
  return {
    id: String(headers['x-webhook-delivery-id']),
    event: String(headers['x-webhook-event']),
    body: JSON.parse(body),
  }
}

function problemOf({ headers, body }: SeenRequest, secret: string): string | null {
  const hex = (text: string) => `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`
  if (headers['x-webhook-signature'] !== hex(body)) return 'X-Webhook-Signature'
  if (headers['x-webhook-signature-256'] !== hex(`${headers['x-webhook-timestamp']}.${body}`)) {
    return 'X-Webhook-Signature-256'
  }
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>)
    return null
  } catch (error) {
    return String(error)
  }
}
