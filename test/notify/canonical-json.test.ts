import { execFileSync, spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson, type Json } from '../../src/notify/event/canonical-json.ts'

test('keys in order, no blanks, ASCII, seconds with a decimal point', () => {
  const value = { b: [1, null, true], a: 'ü😀\u007f\n"', duration_seconds: 12, x: { duration_seconds: 1.5 } }
  expect(canonicalJson(value)).toBe(
    String.raw`{"a":"\u00fc\ud83d\ude00\u007f\n\"","b":[1,null,true],"duration_seconds":12.0,"x":{"duration_seconds":1.5}}`,
  )
})

const hasPython = spawnSync('python3', ['--version']).status === 0

test.skipIf(!hasPython)('what Python reads from it and writes again are the same bytes (needs python3)', () => {
  const value = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'small' },
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('json'), { maxLength: 4 }),
      fc.dictionary(fc.string({ maxLength: 8 }), tie('json'), { maxKeys: 4, noNullPrototype: true }),
      fc.record({ duration_seconds: fc.integer({ min: 0, max: 1e9 }).map((ms) => ms / 1_000) }),
    ),
  })).json
  const ours = fc.sample(value, { numRuns: 500, seed: 7 }).map((sample) => canonicalJson(sample))
  const theirs = execFileSync('python3', ['-c', PYTHON], { input: ours.join('\n'), encoding: 'utf8', maxBuffer: 1e8 })
  expect(theirs.split('\n').slice(0, -1)).toEqual(ours)
})

const PYTHON = `
import json, sys
for line in sys.stdin.read().split("\\n"):
    print(json.dumps(json.loads(line), separators=(",", ":"), sort_keys=True))
`
