import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { requestHeaders } from '../../src/notify/delivery/signatures.ts'
import { testMessage } from '../../src/notify/event/message.ts'

const now = Date.now()
const message = testMessage(now)
const headersWith = (secret: string | null, headers: Record<string, string> = {}) =>
  requestHeaders({ secret, headers }, message, { now, userAgent: 'claudetm/1' })
const sha256 = (key: string, text: string) => `sha256=${createHmac('sha256', key).update(text).digest('hex')}`

describe('a signed request', () => {
  it('has the original headers, byte for byte', () => {
    const seconds = String(Math.floor(now / 1_000))
    expect(headersWith('shh')).toEqual({
      'Content-Type': 'application/json',
      'User-Agent': 'claudetm/1',
      'X-Webhook-Timestamp': seconds,
      'X-Webhook-Event': 'webhook.test',
      'X-Webhook-Delivery-Id': message.id,
      'X-Webhook-Signature-256': sha256('shh', `${seconds}.${message.body}`),
      'X-Webhook-Signature': sha256('shh', message.body),
      'webhook-id': message.id,
      'webhook-timestamp': seconds,
      'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
    })
  })

  it.each([
    ['a Standard Webhooks secret', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', undefined],
    ['any other secret, taken raw', 'just words', { format: 'raw' as const }],
  ])('is accepted by the official library: %s', (_name, secret, options) => {
    const verifier = new Webhook(secret, options)
    expect(verifier.verify(message.body, headersWith(secret))).toMatchObject({ event_id: message.id, test: true })
    const tampered = message.body.replace('test webhook', 'real webhook')
    expect(() => verifier.verify(tampered, headersWith(secret))).toThrow('No matching signature')
  })

  it('signs with what the person wrote, in any alphabet', () => {
    const seconds = String(Math.floor(now / 1_000))
    const mac = createHmac('sha256', Buffer.from('schlüssel', 'utf8')).update(`${seconds}.${message.body}`)
    expect(headersWith('schlüssel')['X-Webhook-Signature-256']).toBe(`sha256=${mac.digest('hex')}`)
  })
})

describe('without a secret, and with headers of the person', () => {
  it('nothing is signed', () => {
    expect(Object.keys(headersWith(null)).filter((name) => /signature/i.test(name))).toEqual([])
  })

  it('theirs replace the type of the content, and nothing that is ours or of the connection', () => {
    const headers = headersWith('shh', {
      'content-type': 'application/cloudevents+json',
      'X-Team': 'green',
      Host: 'evil.example',
      'Transfer-Encoding': 'chunked',
      'x-webhook-event': 'run.completed',
      'Webhook-Signature': 'v1,forged',
    })
    expect(Object.keys(headers).filter((name) => /content-type/i.test(name))).toEqual(['content-type'])
    expect(headers).toMatchObject({ 'X-Team': 'green', 'X-Webhook-Event': 'webhook.test' })
    expect(Object.keys(headers)).not.toContain('Host')
    expect(Object.keys(headers)).not.toContain('Transfer-Encoding')
    expect(Object.values(headers)).not.toContain('v1,forged')
  })
})
