import { describe, expect, it } from 'vitest'
import { liftBlock } from '../../src/domain/group-state.ts'
import type { PrNumber } from '../../src/domain/ids.ts'
import { backoffMs, DEFAULT_POLICY } from '../../src/domain/policy.ts'
import type { Acceptance, GroupState } from '../../src/domain/run.ts'
import { gate, groupState, HEAD, NOW } from '../support/observations.ts'

const block = { cause: 'x', tried: null, command: 'claudetm resume --force', at: NOW }
const spent = groupState({
  block,
  waitingSince: NOW - 7_200_000,
  waiting: { for: 'checks', until: null },
  scheduledAt: NOW - 7_200_000,
  unknowns: 9,
  lastPushed: HEAD,
  redBaseSince: NOW - 4_000_000,
  pr: { number: 3 as PrNumber, url: '' },
  gate: gate(),
  counters: {
    ...groupState().counters,
    ciFixes: 3,
    reruns: 2,
    conflicts: 3,
    reviewRounds: 5,
    mergeRefusals: 5,
    pushFailures: 6,
    syncs: 3,
  },
})

const PERSON = { by: 'Ann', at: NOW }

describe('a person says go on', () => {
  const restarted = { waitingSince: null, waiting: null, scheduledAt: null, unknowns: 0 }

  // L69
  it('clocks of waits start anew: a pause does not count as waiting', () => {
    expect(liftBlock(spent, false, PERSON)).toEqual({ ...spent, ...restarted, block: null, retryChecks: true })
    expect(liftBlock({ ...spent, block: null }, false, PERSON)).toMatchObject(restarted)
  })

  // L69 L81
  it('by force every attempt comes back, and nothing is accepted that nobody was asked', () => {
    expect(liftBlock(spent, true, PERSON)).toEqual({
      ...spent,
      ...restarted,
      block: null,
      retryChecks: true,
      counters: groupState().counters,
    })
  })

  it('by force exactly that is accepted which the block asked to accept', () => {
    const accepting = (accepts: Acceptance) => liftBlock(groupState({ block: { ...block, accepts } }), true, PERSON)
    const lifted = (changes: Partial<GroupState>) => groupState({ retryChecks: true, ...changes })
    expect(accepting({ kind: 'no_checks', head: HEAD })).toEqual(lifted({ noChecksAcceptedFor: HEAD }))
    expect(accepting({ kind: 'closed_pr', number: 3 as PrNumber })).toEqual(lifted({ abandonedPr: 3 as PrNumber }))
    expect(accepting({ kind: 'red_base' })).toEqual(lifted({ redBaseAccepted: true }))
    expect(liftBlock(groupState({ lastPushed: HEAD, pr: spent.pr }), true, PERSON)).toEqual(
      groupState({ lastPushed: HEAD, pr: spent.pr }),
    )
  })
})

describe('patience', () => {
  const total = (attempts: number) =>
    Array.from({ length: attempts }, (_, index) => backoffMs(DEFAULT_POLICY, index + 1)).reduce((a, b) => a + b, 0)

  // W21
  it('an outage of a night is slept through', () => {
    expect(total(DEFAULT_POLICY.maxUnknowns)).toBeGreaterThan(8 * 3_600_000)
  })

  it('sessions that fail for technical reasons are tried for more than an hour', () => {
    expect(total(DEFAULT_POLICY.maxSessionFailures)).toBeGreaterThan(3_600_000)
  })
})
