/** Histories at random, nasty by default; fast-check makes the shortest one that still fails. */
import fc from 'fast-check'
import {
  BEHAVIOURS,
  CALLS,
  type Call,
  DEEDS,
  FAULTS,
  type Fault,
  type History,
  type Move,
  PLAIN_SETUP,
  type Setup,
  SUITES,
} from './history.ts'

/** How far into a history a call of this kind still happens. */
const REACH: Readonly<Partial<Record<Call, number>>> = {
  'disk.write': 400,
  'clock.sleep': 40,
  'forge.observe': 20,
  'forge.observePushed': 20,
  'forge.changed': 8,
  'workspace.observe': 30,
  'agent.begin': 6,
  'agent.edit': 6,
  'agent.commit': 4,
  'agent.answer': 6,
}

/** Where nothing can be lost or repeated, dying is all that can happen. */
const FAULTS_OF_DISK: readonly Fault[] = ['fails', 'crash_before', 'crash_after', 'power_cut']

function movesAt(calls: readonly Call[], whatOf: (call: Call) => readonly Move['what'][]): fc.Arbitrary<Move> {
  const each = calls.map((call) =>
    fc.record({
      call: fc.constant(call),
      nth: fc.nat({ max: REACH[call] ?? 2 }),
      what: fc.constantFrom(...whatOf(call)),
    }),
  )
  return fc.oneof(...each)
}

const fault = movesAt(
  CALLS.filter((call) => call !== 'clock.sleep'),
  (call) => (call === 'disk.write' ? FAULTS_OF_DISK : FAULTS.filter((what) => what !== 'power_cut')),
)

/** Others act mostly while a pull request is open: between looks, and around what we do to it. */
const MOMENTS: readonly Call[] = [
  'forge.observe',
  'forge.observe',
  'forge.changed',
  'forge.changed',
  'forge.merge',
  'forge.reply',
  'forge.ensureOpen',
  'forge.deleteHeadBranch',
  'workspace.command',
  'workspace.observe',
  'workspace.push',
  'workspace.gate',
  'workspace.release',
  'agent.begin',
  'agent.answer',
  'clock.sleep',
  'disk.write',
]

const deed = movesAt(MOMENTS, () => DEEDS)

const setup: fc.Arbitrary<Setup> = fc.record({
  groups: fc.constantFrom([1], [1], [2], [1, 1], [2, 1]),
  criteria: fc.constantFrom('none', 'none', 'command', 'judged', 'both'),
  autoMerge: fc.constantFrom(true, true, true, false),
  maxSessions: fc.constantFrom(null, null, null, 4),
  maxCostUsd: fc.constantFrom(null, null, null, 1),
  pauseOnPr: fc.constantFrom(false, false, false, true),
  draft: fc.constantFrom(false, false, true),
  syncBeforeMerge: fc.constantFrom(false, false, true),
  ci: fc.constantFrom('checks', 'checks', 'checks', 'none'),
  rules: fc.constantFrom('free', 'free', 'free', 'up_to_date', 'approval', 'queue'),
  bots: fc.constantFrom(false, false, true),
  gateMs: fc.constantFrom(1_000, 1_000, 60_000),
} satisfies { [K in keyof Setup]: fc.Arbitrary<Setup[K]> })

const plain = fc.constant(PLAIN_SETUP)

export const histories: fc.Arbitrary<History> = fc.record({
  setup: fc.oneof({ arbitrary: plain, weight: 1 }, { arbitrary: setup, weight: 3 }),
  behaviours: fc.array(fc.constantFrom(...BEHAVIOURS), { maxLength: 6, size: 'max' }),
  suites: fc.array(fc.constantFrom(...SUITES), { maxLength: 4, size: 'max' }),
  moves: fc.array(fc.oneof({ arbitrary: deed, weight: 3 }, { arbitrary: fault, weight: 2 }), {
    maxLength: 12,
    size: 'max',
  }),
  crashes: fc.oneof(
    { arbitrary: fc.constant<number[]>([]), weight: 2 },
    { arbitrary: fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 2 }), weight: 1 },
  ),
})
