/** Behind a reverse proxy: who guesses is slowed down, not everybody, and nobody can pretend to be somebody else. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { farEnd, parseAddressRange } from '../../src/server/guard/address.ts'
import { createThrottle } from '../../src/server/guard/throttle.ts'
import { createWorkplace, type Workplace } from '../support/server/workplace.ts'

const places: Workplace[] = []
afterEach(async () => {
  for (const place of places.splice(0)) await place.cleanup()
})

async function serve(env: Readonly<Record<string, string>>) {
  const place = await createWorkplace()
  places.push(place)
  const server = await place.serve({ env: { CLAUDETM_PASSWORD: 'right', ...env } })
  const guess = async (forwardedFor: string) =>
    (
      await fetch(`${server.url}/tasks`, {
        headers: { authorization: 'Bearer wrong', 'x-forwarded-for': forwardedFor },
      })
    ).status
  const audited = async () => {
    const lines = (await readFile(join(place.env.CLAUDETM_HOME ?? '', 'server/audit.jsonl'), 'utf8')).trim().split('\n')
    return [...new Set(lines.map((line) => JSON.parse(line).address))]
  }
  return { guess, audited }
}

it('each caller has tries of their own, and is in the audit log', async () => {
  const { guess, audited } = await serve({ CLAUDETM_TRUSTED_PROXIES: '127.0.0.1, ::1' })
  for (let tries = 0; tries < 5; tries += 1) expect(await guess('203.0.113.7')).toBe(403)
  expect(await guess('203.0.113.7')).toBe(429)
  expect(await guess('1.1.1.1, 203.0.113.7'), 'what was in the request already is nobody’s word').toBe(429)
  expect(await guess('203.0.113.8')).toBe(403)
  expect(await audited()).toEqual(['203.0.113.7', '203.0.113.8'])
})

it('without a configured proxy the header says nothing', async () => {
  const { guess, audited } = await serve({})
  for (let tries = 0; tries < 5; tries += 1) expect(await guess(`203.0.113.${tries}`)).toBe(403)
  expect(await guess('203.0.113.99')).toBe(429)
  expect(await audited()).toEqual(['127.0.0.1'])
})

describe('the far end', () => {
  const trusted = ['10.0.0.0/8', '192.0.2.1', 'fd00::/8'].map((text) => parseAddressRange(text, 'X'))

  it.each([
    ['a stranger', '203.0.113.7', '1.2.3.4', '203.0.113.7'],
    ['a proxy that says nothing', '10.0.0.1', undefined, '10.0.0.1'],
    ['behind one', '10.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['behind two', '10.0.0.1', '203.0.113.7, 192.0.2.1', '203.0.113.7'],
    ['with something invented', '10.0.0.1', '127.0.0.1, 203.0.113.7', '203.0.113.7'],
    ['that is a proxy itself', '10.0.0.1', '10.0.0.2', '10.0.0.2'],
    ['behind nonsense', '10.0.0.1', '203.0.113.7, unknown', '10.0.0.1'],
    ['behind nothing', '10.0.0.1', ',', '10.0.0.1'],
    ['with a short form', '10.0.0.1', '127.1', '10.0.0.1'],
    ['with a port', '10.0.0.1', '203.0.113.7:4711', '203.0.113.7'],
    ['IPv6', 'fd00::1', '2001:db8::7', '2001:db8::7'],
    ['IPv6 with a port', 'fd00::1', '[2001:db8::7]:4711', '2001:db8::7'],
    ['IPv4 inside of IPv6', '::ffff:10.0.0.1', '::ffff:203.0.113.7', '203.0.113.7'],
    ['no address at all', 'unknown', '203.0.113.7', 'unknown'],
  ])('%s', (_, peer, forwardedFor, expected) => {
    expect(farEnd(peer, forwardedFor, trusted)).toBe(expected)
  })

  it.each(['proxy', '10.0.0.0/33', '10.0.0', '', 'fd00::/129'])('%j is not a proxy', (text) => {
    expect(() => parseAddressRange(text, 'CLAUDETM_TRUSTED_PROXIES')).toThrow(/CLAUDETM_TRUSTED_PROXIES/)
  })
})

it('a network of IPv6 is one guesser', () => {
  const throttle = createThrottle(() => 0)
  for (let tries = 0; tries < 5; tries += 1) throttle.failed(`2001:db8:1:2::${tries}`)
  expect(throttle.waitMs('2001:db8:1:2:ffff::1')).toBeGreaterThan(0)
  expect([throttle.waitMs('2001:db8:1:3::1'), throttle.waitMs('203.0.113.7')]).toEqual([0, 0])
})
