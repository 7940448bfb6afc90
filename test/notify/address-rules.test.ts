import { describe, expect, test } from 'vitest'
import { refuseAddress } from '../../src/notify/delivery/address-rules.ts'
import { policyProblem } from '../../src/notify/hooks/hook-policy.ts'
import { shownUrl, urlProblem } from '../../src/notify/hooks/hook-url.ts'

const STRICT = { allowPrivate: false, allowHttp: false }
const LOCAL = { allowPrivate: true, allowHttp: false }

const PUBLIC = ['93.184.216.34', '2606:2800:220:1::1', '::ffff:93.184.216.34', '64:ff9b::5db8:d822', '172.32.0.1']
const PRIVATE = [
  ...['127.0.0.1', '127.255.255.254', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1'],
  ...['::1', 'fc00::1', 'fd12:3456::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '64:ff9b::7f00:1', '64:ff9b::a00:1'],
]
const NEVER = [
  ...['0.0.0.0', '169.254.169.254', '224.0.0.1', '255.255.255.255', '240.0.0.1', '192.0.2.1', '198.18.0.1'],
  ...[
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    'fd00:ec2::254',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
  ],
  ...['::', 'fe80::1', 'fec0::1', 'ff02::1', '2002:7f00:1::', '2001:0:1::1', '2001:db8::1', '64:ff9b:1::7f00:1'],
  ...['', 'localhost', '1.2.3'],
]

describe('addresses', () => {
  test.each(PUBLIC)('%s is public', (address) => {
    expect([refuseAddress(address, STRICT), refuseAddress(address, LOCAL)]).toEqual([null, null])
  })
  test.each(PRIVATE)('%s is private: only when allowed', (address) => {
    expect(refuseAddress(address, STRICT)).toContain('private network')
    expect(refuseAddress(address, LOCAL)).toBeNull()
  })
  test.each(NEVER)('%s is never allowed', (address) => {
    expect(refuseAddress(address, LOCAL)).not.toBeNull()
  })
})

describe('what can be said of a hook before anything is sent', () => {
  test.each([
    ['https://example.com/hook', null],
    ['https://[2606:2800:220:1::1]:8443/x', null],
    ['http://example.com/', 'not encrypted'],
    ['http://127.0.0.1:9000/', 'private network'],
    ['https://0x7f.1/', 'private network'], // as the URL standard reads it: 127.0.0.1
    ['https://2130706433/', 'private network'],
    ['https://[::1]/', 'private network'],
    ['https://[::ffff:10.0.0.1]/', 'private network'],
    ['https://localhost/', 'private network'],
    ['https://api.localhost./', null], // a name like any other: judged by its addresses
    ['https://169.254.169.254/latest', 'where no webhook may go'],
  ])('%s: %s', (url, problem) => {
    const said = policyProblem(url, STRICT)
    if (problem === null) expect(said).toBeNull()
    else expect(said).toContain(problem)
  })

  test('with private addresses allowed, they need no TLS; public ones do', () => {
    expect(policyProblem('http://127.0.0.1:9000/', LOCAL)).toBeNull()
    expect(policyProblem('http://receiver.internal/', LOCAL)).toBeNull()
    expect(policyProblem('http://93.184.216.34/', LOCAL)).toContain('not encrypted')
    expect(policyProblem('http://93.184.216.34/', { ...STRICT, allowHttp: true })).toBeNull()
    expect(policyProblem('http://169.254.169.254/', LOCAL)).toContain('where no webhook may go')
  })

  test.each([
    ['ftp://a/', 'must start with'],
    ['javascript:alert(1)', 'must start with'],
    ['https://', 'is not a valid'],
    ['https://a b/', 'is not a valid'],
    ['https://me@a/', 'user name'],
    [`https://a/${'x'.repeat(3_000)}`, 'longer than'],
  ])('%s is no address for a webhook', (url, problem) => {
    expect(urlProblem(url)).toContain(problem)
  })

  test('what is shown of an address does not give its path away', () => {
    expect(shownUrl('https://hooks.example/services/T0/B0/secret?x=1')).toBe('https://hooks.example/…')
    expect(shownUrl('https://hooks.example')).toBe('https://hooks.example')
  })
})
