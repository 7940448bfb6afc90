/** What a run remembers of the guard: from where its own work is measured, and states from before there was one. */
import { expect, it } from 'vitest'
import type { PrNumber } from '../../src/domain/ids.ts'
import { FRESH_GUARD } from '../../src/domain/integrity/finding.ts'
import { ownWorkSince } from '../../src/domain/integrity/guard.ts'
import { listLetThrough, listOpen } from '../../src/operations/findings.ts'
import { parseState } from '../../src/store/state-dir/state-schema.ts'
import { sampleState } from '../contracts/samples.ts'
import { BASE, groupState, HEAD, OTHER } from '../support/observations.ts'

it('own work begins where the group began, where a pull request was adopted, or after what others brought', () => {
  const adopted = { number: 7 as PrNumber, head: OTHER }
  expect([
    ownWorkSince(groupState({ base: null })),
    ownWorkSince(groupState({ base: BASE })),
    ownWorkSince(groupState({ base: BASE, adopted })),
    ownWorkSince(groupState({ base: BASE, adopted, guard: { ...FRESH_GUARD, since: HEAD } })),
  ]).toEqual([null, BASE, OTHER, HEAD])
})

it('a state from before the guard is read as one that nothing was looked at in', () => {
  const { g1, ...others } = sampleState({ revision: 1 }).groups as Record<string, Record<string, unknown>>
  const { guard: _, counters, ...older } = g1 ?? {}
  const { integrityFixes: __, ...counted } = counters as Record<string, number>
  const state = JSON.parse(
    JSON.stringify({ ...sampleState({ revision: 1 }), groups: { ...others, g1: { ...older, counters: counted } } }),
  )
  for (const result of state.verification.results) {
    delete result.exitCode
    delete result.looks
  }
  const parsed = parseState(state)
  expect(parsed).toMatchObject({
    kind: 'valid',
    state: {
      groups: { g1: { guard: FRESH_GUARD, counters: { integrityFixes: 0 } } },
      verification: { results: [{ exitCode: null, looks: 1 }] },
    },
  })
  // `claudetm status` reads it as it lies there.
  expect([listOpen(state), listLetThrough(state)]).toEqual([[], []])
})
