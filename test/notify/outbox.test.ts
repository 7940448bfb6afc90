import { existsSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NO_STORY } from '../../src/notify/event/story.ts'
import { HEALTHY, type Outbox } from '../../src/notify/outbox/outbox.ts'
import { openOutbox } from '../../src/notify/outbox/sqlite-outbox.ts'
import { createWebhookPlace, message, START, type WebhookPlace } from './place.ts'

let place: WebhookPlace
let outbox: Outbox
beforeEach(async () => {
  place = await createWebhookPlace()
  outbox = place.openOutbox()
})
afterEach(() => place.cleanup())

const CURSOR = { source: 'run', seq: 5, at: START, story: { ...NO_STORY, session: 3 } }
const queue = (...ids: string[]) =>
  outbox.enqueue(
    ids.map((id) => ({ message: message(id), hookIds: ['a'] })),
    null,
    START,
  )
const attempt = { at: START, durationMs: 5, statusCode: 500, error: 'HTTP 500', response: 'oops' }
const settle = (id: number, change: object = {}) =>
  outbox.settle({
    id,
    attempt,
    status: 'pending',
    round: 1,
    nextAt: START + 9,
    health: HEALTHY,
    release: false,
    ...change,
  })

describe('the outbox', () => {
  it('keeps what is queued and how far the events were read, for whoever opens it next', () => {
    outbox.enqueue([{ message: message('m1'), hookIds: ['a', 'b'] }], CURSOR, START)
    outbox.close()
    const next = place.openOutbox()
    expect([next.cursor('run'), next.cursor('other')]).toEqual([CURSOR, null])
    expect(next.pendingHooks()).toEqual(['a', 'b'])
    expect(next.list({ hookId: 'b', status: null, limit: 9 })).toEqual([
      {
        id: 2,
        hookId: 'b',
        message: message('m1'),
        status: 'pending',
        queuedAt: START,
        attempts: 0,
        round: 0,
        nextAt: 0,
        lastAt: null,
        lastError: null,
        lastStatusCode: null,
      },
    ])
  })

  it('queues nothing twice, and nothing again that was delivered', () => {
    queue('m1')
    settle(1, { status: 'delivered' })
    queue('m1')
    expect(outbox.list({ hookId: null, status: null, limit: 9 }).map(({ status }) => status)).toEqual(['delivered'])
  })

  it('remembers neither message nor cursor of a change that failed half-way', () => {
    const hookIds = ['a', Symbol('no text') as unknown as string]
    expect(() => outbox.enqueue([{ message: message('m1'), hookIds }], CURSOR, START)).toThrow()
    expect([outbox.cursor('run'), outbox.countPending(null)]).toEqual([null, 0])
  })

  it('gives out the one that is being repeated, then the oldest new one, then what stepped aside', () => {
    queue('m1', 'm2', 'm3')
    const next = () => outbox.next('a', 3)?.message.id
    expect(next()).toBe('m1')
    settle(1, { round: 1 })
    expect(next()).toBe('m1')
    settle(1, { round: 4 })
    expect(next()).toBe('m2')
    settle(2, { status: 'delivered' })
    settle(3, { round: 4, nextAt: START + 3 })
    expect(next()).toBe('m3')
    expect(outbox.next('nobody', 3)).toBeNull()
  })

  it('keeps a log of every attempt, and the health of the endpoint', () => {
    queue('m1')
    settle(1, { health: { outages: 1, retryAt: 7, failures: 2, failingSince: 3 } })
    settle(1, { status: 'delivered', attempt: { ...attempt, statusCode: 204, error: null, response: null } })
    expect(outbox.attempts(1)).toEqual([
      { number: 1, ...attempt },
      { number: 2, ...attempt, statusCode: 204, error: null, response: null },
    ])
    expect(outbox.find(1)).toMatchObject({ attempts: 2, lastStatusCode: 204, lastError: null })
    expect([outbox.health('a'), outbox.health('b')]).toEqual([HEALTHY, HEALTHY])
  })

  it('is delivered from by one process at a time; a lease that ran out passes on', () => {
    const other = place.openOutbox()
    expect(outbox.lease('me', 0, 10)).toBe(true)
    expect(other.lease('you', 9, 19)).toBe(false)
    expect(outbox.lease('me', 9, 19)).toBe(true)
    expect(other.lease('you', 19, 29)).toBe(true)
    expect(outbox.lease('me', 20, 30)).toBe(false)
    other.giveUpLease('you')
    expect(outbox.lease('me', 20, 30)).toBe(true)
  })

  it('forgets old deliveries, never pending ones', () => {
    queue('m1', 'm2', 'm3', 'm4')
    for (const id of [1, 2, 4]) settle(id, { status: 'delivered' })
    outbox.prune(1)
    expect(outbox.list({ hookId: null, status: null, limit: 9 }).map(({ message: m }) => m.id)).toEqual(['m4', 'm3'])
    expect(outbox.attempts(1)).toEqual([])
  })

  it('queues again what is to be sent again, with everything tried anew', () => {
    queue('m1')
    settle(1, { status: 'failed', round: 4 })
    expect([outbox.redeliver(1, START + 50), outbox.redeliver(99, START)]).toEqual([true, false])
    expect(outbox.find(1)).toMatchObject({ status: 'pending', round: 0, nextAt: 0, attempts: 1, queuedAt: START + 50 })
  })

  it('is readable by its owner alone, with the files beside it', () => {
    queue('m1')
    for (const suffix of ['', '-wal', '-shm']) {
      const file = `${place.outboxFile}${suffix}`
      if (existsSync(file)) expect([suffix, statSync(file).mode & 0o077]).toEqual([suffix, 0])
    }
  })

  it('that is damaged is set aside and begun anew', () => {
    outbox.close()
    for (const suffix of ['', '-wal', '-shm'])
      writeFileSync(`${place.outboxFile}${suffix}`, 'this is no database at all, '.repeat(100))
    const told: string[] = []
    const next = openOutbox(place.outboxFile, (keptAs) => told.push(keptAs))
    expect([next.countPending(null), told]).toEqual([0, [`${place.outboxFile}.damaged`]])
    next.close()
  })

  it('of a newer version is not touched', () => {
    outbox.close()
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
    const database = new DatabaseSync(place.outboxFile)
    database.exec('PRAGMA user_version = 99')
    database.close()
    expect(() => openOutbox(place.outboxFile, () => {})).toThrow(expect.objectContaining({ kind: 'state_newer' }))
  })
})
