import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Courier, type CourierParts, createCourier } from '../../src/notify/delivery/courier.ts'
import type { PostRequest, PostResult } from '../../src/notify/delivery/post.ts'
import { DEFAULT_DELIVERY_POLICY } from '../../src/notify/delivery/verdict.ts'
import type { Outbox } from '../../src/notify/outbox/outbox.ts'
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts'
import { createWebhookPlace, message, START, type WebhookPlace } from './place.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

type Answer = 'ok' | 'down' | 'hang' | number

let clock: VirtualClock
let place: WebhookPlace
let outbox: Outbox
/** By host; what an endpoint answers now. */
let answers: Record<string, Answer | ((id: string) => Answer)>
let sent: { host: string; id: string; at: number }[]
let said: string[]
const couriers: Courier[] = []

beforeEach(async () => {
  clock = createVirtualClock(START)
  place = await createWebhookPlace(clock.now)
  outbox = place.openOutbox()
  answers = {}
  sent = []
  said = []
})
afterEach(async () => {
  for (const courier of couriers.splice(0)) await courier.stop()
  await place.cleanup()
})

function begin(change: Partial<CourierParts> = {}): Courier {
  const courier = createCourier({
    hooks: place.hooks,
    outbox,
    post,
    now: clock.now,
    sleepUntil: (at, signal) => clock.sleepUntil(at, signal).catch(() => {}),
    random: () => 0,
    policy: DEFAULT_DELIVERY_POLICY,
    userAgent: 'claudetm/test',
    ways: { enable: (id) => `claudetm webhooks enable ${id}`, look: 'claudetm webhooks deliveries' },
    owner: `owner ${couriers.length}`,
    report: (words) => said.push(words),
    ...change,
  })
  couriers.push(courier)
  return courier
}

async function post({ url, body }: PostRequest, signal: AbortSignal): Promise<PostResult> {
  const host = new URL(url).hostname
  const id = JSON.parse(body).event_id as string
  sent.push({ host, id, at: clock.now() - START })
  const known = answers[host] ?? 'ok'
  const answer = typeof known === 'function' ? known(id) : known
  const facts = { durationMs: 1, response: null }
  const failed = { ...facts, kind: 'failed', retryAfterMs: null, forbidden: false } as const
  if (answer === 'ok') return { ...facts, kind: 'delivered', statusCode: 204 }
  if (answer === 'down') return { ...failed, error: 'connection refused', retry: 'endpoint', statusCode: null }
  if (answer === 'hang') {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    return { ...failed, error: 'interrupted', retry: 'endpoint', statusCode: null }
  }
  return { ...failed, error: `HTTP ${answer}`, retry: answer === 500 ? 'message' : 'never', statusCode: answer }
}

const hook = (id: string, change: object = {}) => place.addHook(id, { url: `https://${id}/`, ...change })
const queue = (hookIds: string[], ...ids: string[]) =>
  outbox.enqueue(
    ids.map((id) => ({ message: message(id), hookIds })),
    null,
    clock.now(),
  )
const sentTo = (host: string) => sent.filter((one) => one.host === host).map(({ id }) => id)
const statuses = (hookId: string) =>
  outbox
    .list({ hookId, status: null, limit: 99 })
    .map(({ message: { id }, status }) => `${id} ${status}`)
    .reverse()

describe('deliveries', () => {
  it('go out in order, each once', async () => {
    hook('a')
    queue(['a'], 'm1', 'm2', 'm3')
    begin()
    await clock.elapse(SECOND)
    expect(sentTo('a')).toEqual(['m1', 'm2', 'm3'])
    expect(statuses('a')).toEqual(['m1 delivered', 'm2 delivered', 'm3 delivered'])
  })

  it('to one endpoint wait for nobody else’s', async () => {
    hook('dead')
    hook('slow')
    hook('alive')
    answers = { dead: 'down', slow: 'hang' }
    queue(['dead', 'slow', 'alive'], 'm1', 'm2', 'm3')
    begin()
    await clock.elapse(0)
    expect(sentTo('alive')).toEqual(['m1', 'm2', 'm3'])
  })

  it('that cannot even be tried are attempts that failed, with their rhythm and their end', async () => {
    hook('a', { max_retries: 1 })
    queue(['a'], 'm1')
    let tries = 0
    begin({
      post: async () => {
        tries += 1
        throw new RangeError('a delay is out of range')
      },
    })
    await clock.elapse(30 * SECOND)
    expect(tries).toBe(2)
    expect(outbox.list({ hookId: 'a', status: null, limit: 9 })).toMatchObject([
      { status: 'pending', attempts: 2, lastError: 'a delay is out of range' },
    ])
  })

  it('that cannot be written down are not sent again at once', async () => {
    hook('a')
    queue(['a'], 'm1')
    const settle = () => {
      throw new Error('the disk is full')
    }
    begin({ outbox: { ...outbox, settle } })
    await clock.elapse(10 * SECOND)
    expect(sentTo('a').length).toBeLessThanOrEqual(6)
    expect(said).toEqual(['webhooks: the disk is full'])
  })

  it('keep their order through quick repetitions', async () => {
    hook('a')
    let refusals = 2
    answers.a = () => (refusals-- > 0 ? 500 : 'ok')
    queue(['a'], 'm1', 'm2')
    begin()
    await clock.elapse(10 * SECOND)
    expect(sent).toEqual([
      { host: 'a', id: 'm1', at: 0 },
      { host: 'a', id: 'm1', at: 1 * SECOND },
      { host: 'a', id: 'm1', at: 3 * SECOND },
      { host: 'a', id: 'm2', at: 3 * SECOND },
    ])
  })

  it('that an endpoint cannot deal with step aside, and are tried again on their own', async () => {
    hook('a')
    let isMended = false
    answers.a = (id) => (id === 'poison' && !isMended ? 500 : 'ok')
    queue(['a'], 'poison', 'm2')
    begin()
    await clock.elapse(10 * SECOND)
    expect(sentTo('a')).toEqual(['poison', 'poison', 'poison', 'poison', 'm2'])
    isMended = true
    await clock.elapse(2 * MINUTE)
    expect(statuses('a')).toEqual(['poison delivered', 'm2 delivered'])
  })

  it('that the endpoint does not want are not repeated', async () => {
    hook('a')
    answers.a = 404
    queue(['a'], 'm1')
    begin()
    await clock.elapse(5 * MINUTE)
    expect([sentTo('a'), statuses('a')]).toEqual([['m1'], ['m1 failed']])
    expect(said).toEqual([expect.stringContaining('https://a: HTTP 404; task.started was not delivered')])
  })

  it('with max_retries 0 are tried once', async () => {
    hook('a', { max_retries: 0 })
    answers.a = 'down'
    queue(['a'], 'm1', 'm2')
    begin()
    await clock.elapse(5 * MINUTE)
    expect([sentTo('a'), statuses('a')]).toEqual([
      ['m1', 'm2'],
      ['m1 failed', 'm2 failed'],
    ])
  })
})

describe('an endpoint that is down', () => {
  it('is asked now and then, and gets everything once it is back, in order', async () => {
    hook('a')
    answers.a = 'down'
    queue(['a'], 'm1', 'm2', 'm3')
    begin()
    await clock.elapse(50 * SECOND)
    expect(sentTo('a')).toEqual(['m1', 'm1', 'm1', 'm1'])
    await clock.elapse(6 * MINUTE)
    expect(sentTo('a')).toHaveLength(6)
    answers.a = 'ok'
    await clock.elapse(HOUR)
    expect(statuses('a')).toEqual(['m1 delivered', 'm2 delivered', 'm3 delivered'])
    expect(sent.slice(6).map(({ at }) => at)).toEqual(Array(3).fill(sent[6]?.at))
    expect(said).toEqual([expect.stringContaining('connection refused; it is tried again later')])
  })

  it('for days is switched off, which is said; what it missed is sent when it is on again', async () => {
    hook('a')
    answers.a = 'down'
    const policy = { ...DEFAULT_DELIVERY_POLICY, disableAfterMs: 30 * MINUTE, disableAfterFailures: 7 }
    queue(['a'], 'm1', 'm2')
    begin({ policy })
    await clock.elapse(HOUR)
    expect(place.hooks.list().hooks[0]).toMatchObject({
      enabled: false,
      disabled_reason: expect.stringContaining('attempts in'),
    })
    expect(said.at(-1)).toContain('claudetm webhooks enable a')
    const before = sent.length
    await clock.elapse(HOUR)
    expect(sent).toHaveLength(before)
    answers.a = 'ok'
    hook('a', { enabled: true })
    await clock.elapse(MINUTE)
    expect(statuses('a')).toEqual(['m1 delivered', 'm2 delivered'])
  })

  it('is given up for a message that is too old', async () => {
    hook('a')
    answers.a = 'down'
    queue(['a'], 'm1')
    begin({ policy: { ...DEFAULT_DELIVERY_POLICY, giveUpAfterMs: 5 * MINUTE } })
    await clock.elapse(5 * MINUTE)
    expect(statuses('a')).toEqual(['m1 pending'])
    await clock.elapse(10 * MINUTE)
    expect(statuses('a')).toEqual(['m1 failed'])
  })

  it('that is gone (410) is switched off at once', async () => {
    hook('a')
    answers.a = 410
    queue(['a'], 'm1', 'm2')
    begin()
    await clock.elapse(SECOND)
    expect([sentTo('a'), statuses('a')]).toEqual([['m1'], ['m1 failed', 'm2 pending']])
  })
})

describe('the courier', () => {
  it('sends nothing more to a hook that was removed', async () => {
    hook('a')
    queue(['a'], 'm1')
    place.hooks.change((changes) => changes.remove('a'))
    begin()
    await clock.elapse(SECOND)
    expect([sent, statuses('a')]).toEqual([[], ['m1 failed']])
  })

  it('breaks off what is on its way when it is stopped; it stays pending and is sent by the next one', async () => {
    hook('a')
    answers.a = 'hang'
    queue(['a'], 'm1')
    const first = begin()
    await clock.elapse(0)
    await first.stop()
    expect(statuses('a')).toEqual(['m1 pending'])
    answers.a = 'ok'
    begin()
    await clock.elapse(SECOND)
    expect(statuses('a')).toEqual(['m1 delivered'])
  })

  it('leaves the work to another process that is at it, and follows one that was killed', async () => {
    hook('a')
    answers.a = 'hang'
    queue(['a'], 'm1')
    begin({ owner: 'first' })
    await clock.elapse(0)
    const other = place.openOutbox()
    begin({ owner: 'second', outbox: other })
    await clock.elapse(30 * SECOND)
    expect(sentTo('a')).toEqual(['m1'])
    // As if it were killed: its lease is not renewed any more.
    other.giveUpLease('first')
    outbox.lease('somebody killed', clock.now(), clock.now() + 5 * SECOND)
    await couriers[0]?.stop()
    answers.a = 'ok'
    await clock.elapse(10 * SECOND)
    expect(statuses('a')).toEqual(['m1 delivered'])
  })

  it('takes up what another process queues', async () => {
    hook('a')
    begin()
    await clock.elapse(MINUTE)
    const other = place.openOutbox()
    other.enqueue([{ message: message('m1'), hookIds: ['a'] }], null, clock.now())
    await clock.elapse(5 * SECOND)
    expect(statuses('a')).toEqual(['m1 delivered'])
  })

  it('knows when it is done, and does not wait for what cannot be sent in time', async () => {
    hook('a')
    hook('dead')
    answers.dead = 'down'
    queue(['a', 'dead'], 'm1')
    const courier = begin()
    let isDone = false
    void courier.drained(clock.now() + 10 * SECOND).then(() => {
      isDone = true
    })
    await clock.elapse(2 * SECOND)
    expect(isDone).toBe(false) // the dead one is still being repeated quickly
    await clock.elapse(6 * SECOND)
    expect(isDone).toBe(true)
  })

  it('does not wait longer than it is told to', async () => {
    hook('a')
    answers.a = 'hang'
    queue(['a'], 'm1')
    const courier = begin()
    let isDone = false
    void courier.drained(clock.now() + 10 * SECOND).then(() => {
      isDone = true
    })
    await clock.elapse(9 * SECOND)
    expect(isDone).toBe(false)
    await clock.elapse(2 * SECOND)
    expect(isDone).toBe(true)
  })

  it('serves many endpoints, a few at a time', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `h${index}`)
    for (const id of ids) hook(id)
    queue(ids, 'm1', 'm2')
    begin()
    await clock.elapse(SECOND)
    expect(outbox.countPending(null)).toBe(0)
    expect(sent).toHaveLength(60)
  })

  it('goes on after trouble with its own files, which is said once', async () => {
    hook('a')
    queue(['a'], 'm1')
    let isBroken = true
    const hooks = {
      ...place.hooks,
      list() {
        if (isBroken) throw new Error('the disk is gone')
        return place.hooks.list()
      },
    }
    begin({ hooks })
    await clock.elapse(5 * SECOND)
    isBroken = false
    await clock.elapse(5 * SECOND)
    expect([said, statuses('a')]).toEqual([['webhooks: the disk is gone'], ['m1 delivered']])
  })
})
