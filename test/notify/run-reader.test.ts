import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunEvent, RunEventBody } from '../../src/domain/events.ts'
import type { GroupId, PrNumber, SessionId, TaskId } from '../../src/domain/ids.ts'
import { toRunFacts } from '../../src/notify/event/run-facts.ts'
import { createNotifier, type Notifier } from '../../src/notify/notifier.ts'
import type { Outbox } from '../../src/notify/outbox/outbox.ts'
import { createRunReader } from '../../src/notify/run-reader.ts'
import { createEventReader, openEventLog } from '../../src/store/state-dir/event-log.ts'
import { RUN, sampleState } from '../contracts/samples.ts'
import { createWebhookPlace, START, type WebhookPlace } from './place.ts'

let place: WebhookPlace
let outbox: Outbox
let log: string
let at: number
beforeEach(async () => {
  place = await createWebhookPlace()
  outbox = place.openOutbox()
  log = join(place.directory, 'events.jsonl')
  at = START
})
afterEach(() => place.cleanup())

const GROUP = 'g1' as GroupId
const TASK = { groupId: GROUP, taskId: 't1' as TaskId, title: 'Write it' }
const STARTED: RunEventBody = { type: 'task.started', ...TASK }
const NOISE: RunEventBody = {
  type: 'agent.activity',
  sessionId: 's' as SessionId,
  tool: 'Bash',
  text: 'ls',
  subagent: null,
}
const CREATED: RunEventBody = {
  type: 'pr.created',
  groupId: GROUP,
  number: 7 as PrNumber,
  url: 'https://github.com/o/r/pull/7',
  title: 't',
  branch: 'b',
  base: 'main',
}
const MERGED: RunEventBody = {
  type: 'pr.merged',
  groupId: GROUP,
  number: 7 as PrNumber,
  url: 'https://github.com/o/r/pull/7',
  commit: 'c'.repeat(40) as never,
  by: 'us',
}

function happen(...bodies: RunEventBody[]): void {
  const events = openEventLog(log)
  for (const body of bodies) {
    at += 1
    events.append(RUN, at, body)
  }
  events.close()
}

/** As a process of its own. */
const reader = (box = outbox) =>
  createRunReader({
    place: place.directory,
    runId: RUN,
    events: createEventReader(log).after,
    facts: () => toRunFacts(sampleState(), '/repository'),
    hooks: place.hooks,
    outbox: box,
    now: () => at,
  })
const queued = (box = outbox) =>
  box
    .list({ hookId: null, status: null, limit: 99 })
    .map(({ hookId, message }) => `${hookId} ${message.event}`)
    .reverse()
const ids = () => outbox.list({ hookId: null, status: null, limit: 99 }).map(({ message }) => message.id)

describe('reading the events of a run', () => {
  it('queues each for whoever wants it, once, however often it is read', async () => {
    place.addHook('all')
    place.addHook('merges', { events: ['pr.merged'] })
    happen(STARTED, NOISE, CREATED, MERGED)
    const first = reader()
    await first.read()
    await first.read()
    await reader().read()
    expect(queued()).toEqual(['all task.started', 'all pr.created', 'all pr.merged', 'merges pr.merged'])
  })

  it('goes on where another process ended, with what that one knew', async () => {
    place.addHook('all')
    happen(STARTED)
    await reader().read()
    happen(NOISE, CREATED)
    await reader(place.openOutbox()).read()
    happen(CREATED, MERGED)
    await reader(place.openOutbox()).read()
    expect(queued()).toEqual(['all task.started', 'all pr.created', 'all pr.merged'])
  })

  it('tells nobody of what was before them', async () => {
    happen(STARTED)
    place.addHook('late', { created_at: new Date(at + 1).toISOString() })
    happen(CREATED)
    await reader().read()
    expect(queued()).toEqual(['late pr.created'])
  })

  it('reads a log anew that lost its end, and gives what it tells again the same id', async () => {
    place.addHook('all')
    happen(STARTED, CREATED, MERGED)
    await reader().read()
    const before = ids()
    const { truncateSync, readFileSync } = await import('node:fs')
    const kept = readFileSync(log, 'utf8').split('\n').slice(0, 2).join('\n')
    truncateSync(log, Buffer.byteLength(`${kept}\n`)) // the power failed: the last event was not on the disk yet
    happen({ type: 'run.status', from: 'working', to: 'paused', reason: null }, MERGED)
    await reader(place.openOutbox()).read()
    expect(queued()).toEqual([
      'all task.started',
      'all pr.created',
      'all pr.merged',
      'all status.changed',
      'all pr.merged', // another event than the one that was lost
    ])
    expect(ids().slice(-3)).toEqual(before)
  })

  it('does not pass over what it could not write down', async () => {
    place.addHook('all')
    happen(STARTED, CREATED)
    let isFull = true
    const full: Outbox = {
      ...outbox,
      enqueue(...request) {
        if (isFull) throw new Error('no space left')
        outbox.enqueue(...request)
      },
    }
    const reading = reader(full)
    await expect(reading.read()).rejects.toThrow('no space left')
    isFull = false
    await reading.read()
    expect(queued()).toEqual(['all task.started', 'all pr.created'])
  })
})

describe('the notifier of a run', () => {
  const begin = (said: string[] = [], hasOutbox = () => existsSync(place.outboxFile)): Notifier =>
    createNotifier({
      place: place.directory,
      workingDirectory: '/repository',
      state: sampleState(),
      events: createEventReader(log).after,
      hooks: place.hooks,
      hasOutbox,
      openOutbox: place.openOutbox,
      startCourier: () => ({ wake() {}, drained: async () => {}, stop: async () => {} }),
      now: () => at,
      report: (words) => said.push(words),
      isServedOn: false,
    })
  const event = (body: RunEventBody): RunEvent => ({ seq: 1, at, runId: RUN, ...body })

  it('makes nothing where nobody has subscribed', async () => {
    let opened = 0
    happen(STARTED)
    const notifier = createNotifier({
      ...({} as Parameters<typeof createNotifier>[0]),
      place: place.directory,
      workingDirectory: '/repository',
      state: sampleState(),
      events: createEventReader(log).after,
      hooks: place.hooks,
      hasOutbox: () => false,
      openOutbox() {
        opened += 1
        return place.openOutbox()
      },
      startCourier: () => ({ wake() {}, drained: async () => {}, stop: async () => {} }),
      now: () => at,
      report: () => {},
      isServedOn: false,
    })
    notifier.onEvent(event(STARTED))
    await notifier.settle()
    await notifier.close(0)
    expect(opened).toBe(0)
  })

  it('begins when somebody subscribes in the middle of the run', async () => {
    const notifier = begin([], () => false)
    happen(STARTED)
    await notifier.settle()
    place.addHook('late', { created_at: new Date(at + 1).toISOString() })
    happen(CREATED)
    notifier.onEvent(event(CREATED))
    await notifier.settle()
    expect(queued()).toEqual(['late pr.created'])
  })

  it('says at the end what did not go out, and how it will', async () => {
    const said: string[] = []
    place.addHook('a', { url: 'https://a.example/secret-path' })
    happen(STARTED, CREATED)
    const notifier = begin(said)
    await notifier.close(0)
    await notifier.close(0)
    expect(said).toEqual([
      '2 webhook deliveries to https://a.example/… did not go out yet; tried again with the next run, or now with: claudetm webhooks deliver',
    ])
  })

  it('never throws: trouble is said once', async () => {
    const said: string[] = []
    const { writeFileSync } = await import('node:fs')
    writeFileSync(place.hooksFile, 'not json')
    const notifier = begin(said)
    await notifier.settle()
    await notifier.settle()
    await notifier.close(0)
    expect(said).toEqual([expect.stringContaining('is not a list of webhooks')])
  })
})
