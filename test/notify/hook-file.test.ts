import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunId } from '../../src/domain/ids.ts'
import { wants } from '../../src/notify/hooks/hook.ts'
import { dropRunHooks, ensureRunHook } from '../../src/notify/hooks/run-hook.ts'
import { createWebhookPlace, hookRecord, START, type WebhookPlace } from './place.ts'

let place: WebhookPlace
beforeEach(async () => {
  place = await createWebhookPlace()
})
afterEach(() => place.cleanup())

const RUN = 'run-1' as RunId

describe('webhooks.json', () => {
  it('is the original’s, readable by its owner alone', () => {
    place.addHook('wh_1', { secret: 's' })
    expect(statSync(place.hooksFile).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(place.hooksFile, 'utf8'))).toEqual({
      webhooks: { wh_1: hookRecord({ secret: 's' }) },
      updated_at: new Date(START).toISOString(),
    })
  })

  it('of the original is read, with what is missing and what is unknown', () => {
    const record = {
      url: 'http://a.example/',
      events: ['pr.created'],
      created_at: 'x',
      updated_at: 'x',
      retry_delay: 2,
    }
    writeFileSync(place.hooksFile, JSON.stringify({ webhooks: { wh_old: record }, updated_at: 'x' }))
    place.addHook('wh_new')
    expect(place.hooks.list().hooks.find((hook) => hook.id === 'wh_old')).toMatchObject({
      max_retries: 3,
      retry_delay: 2,
    })
    expect(JSON.parse(readFileSync(place.hooksFile, 'utf8')).webhooks.wh_old).toEqual(record)
  })

  it('leaves out one that cannot be used, says so without its values, and keeps it', () => {
    const bad = { ...hookRecord({ secret: 'very secret' }), events: ['task.done'] }
    writeFileSync(place.hooksFile, JSON.stringify({ webhooks: { wh_bad: bad, wh_good: hookRecord() } }))
    const { hooks, problems } = place.hooks.list()
    expect(hooks.map((hook) => hook.id)).toEqual(['wh_good'])
    expect(problems).toEqual([expect.stringContaining('wh_bad is left out: events.0')])
    expect(problems.join()).not.toContain('very secret')
    place.addHook('wh_2')
    expect(Object.keys(JSON.parse(readFileSync(place.hooksFile, 'utf8')).webhooks)).toEqual([
      'wh_bad',
      'wh_good',
      'wh_2',
    ])
  })

  it.each(['{"webhooks": [', '[]', '{"webhooks": 7}'])(
    'that is not a list of webhooks is never overwritten: %s',
    (text) => {
      writeFileSync(place.hooksFile, text)
      const refused = expect.objectContaining({ kind: 'config_invalid' })
      expect(() => place.hooks.list()).toThrow(refused)
      expect(() => place.addHook('wh_1')).toThrow(refused)
      expect(readFileSync(place.hooksFile, 'utf8')).toBe(text)
    },
  )

  it('is seen changed by another process, at once', () => {
    expect(place.hooks.list().hooks).toEqual([])
    writeFileSync(place.hooksFile, JSON.stringify({ webhooks: { wh_1: hookRecord() } }))
    expect(place.hooks.list().hooks.map((hook) => hook.id)).toEqual(['wh_1'])
  })

  it('stays as it was when the change is refused half-way', () => {
    place.addHook('wh_1')
    const before = readFileSync(place.hooksFile, 'utf8')
    expect(() =>
      place.hooks.change((changes) => {
        changes.remove('wh_1')
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(readFileSync(place.hooksFile, 'utf8')).toBe(before)
  })
})

describe('who wants to know', () => {
  const told = { event: 'pr.created', runId: RUN, at: START + 1 } as const
  it.each([
    ['everything', {}, true],
    ['this', { events: ['pr.created' as const] }, true],
    ['something else', { events: ['pr.merged' as const] }, false],
    ['nothing, switched off', { enabled: false }, false],
    ['what comes after it', { created_at: new Date(START + 2).toISOString() }, false],
    ['this run', { run_id: RUN, created_at: new Date(START + 2).toISOString() }, true],
    ['another run', { run_id: 'other' }, false],
    ['everything, since a time nobody can read', { created_at: 'once upon a time' }, true],
  ])('%s', (_name, change, expected) => {
    expect(wants({ ...hookRecord(change), id: 'wh_1' }, told)).toBe(expected)
  })
})

describe('the hook of one run', () => {
  const target = { url: 'https://a.example/', secret: 's' }
  const ofRun = () => place.hooks.list().hooks.filter((hook) => hook.run_id === RUN)

  it('is there once, with the latest address', () => {
    ensureRunHook(place.hooks, RUN, target, START)
    ensureRunHook(place.hooks, RUN, target, START)
    ensureRunHook(place.hooks, RUN, { ...target, url: 'https://b.example/' }, START)
    expect(ofRun().map((hook) => hook.url)).toEqual(['https://b.example/'])
  })

  it('is not needed where the same address is told of everything', () => {
    place.addHook('wh_1', target)
    ensureRunHook(place.hooks, RUN, target, START)
    expect(ofRun()).toEqual([])
  })

  it('goes when its run is over; others stay', () => {
    place.addHook('wh_1', { url: 'https://c.example/' })
    ensureRunHook(place.hooks, RUN, target, START)
    dropRunHooks(place.hooks, () => false)
    expect(ofRun()).toHaveLength(1)
    dropRunHooks(place.hooks, (hook) => hook.run_id === RUN)
    expect(place.hooks.list().hooks.map((hook) => hook.id)).toEqual(['wh_1'])
  })
})
