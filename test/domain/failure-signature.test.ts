import { describe, expect, it } from 'vitest'
import { failureSignature } from '../../src/domain/failure-signature.ts'

const log = (tail: string, check = 'test') => [{ check, tail }]

describe('the signature of a failure', () => {
  it('is the same for the same failure, whatever commit, time, duration and directory are printed beside it', () => {
    const first = log('HEAD is 0123abcd4567\n/home/runner/work/a/src/x.js:12\nAssertionError: 1 !== 2 (5.2 ms)')
    const again = log('HEAD is fedcba987654\n/tmp/build-77/src/x.js:14\nAssertionError: 1 !== 2 (81 ms)')
    expect(failureSignature(first)).toBe(failureSignature(again))
  })

  it('differs for another failure, and for another check', () => {
    const signatures = [
      log('TypeError: x is not a function'),
      log('ReferenceError: x is not defined'),
      log('TypeError: x is not a function', 'lint'),
    ].map(failureSignature)
    expect(new Set(signatures).size).toBe(3)
  })

  it('does not depend on the order in which checks are listed', () => {
    const [a, b] = [log('boom', 'a'), log('bang', 'b')]
    expect(failureSignature([...a, ...b])).toBe(failureSignature([...b, ...a]))
  })
})
