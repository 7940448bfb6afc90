import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from '../../src/domain/decide/decide.ts'
import { liftBlock } from '../../src/domain/group-state.ts'
import type { PrNumber } from '../../src/domain/ids.ts'
import { findRequest } from '../../src/domain/integrity/asked-for.ts'
import {
  FRESH_GUARD,
  type Guard,
  INTEGRITY_CLASSES,
  INTEGRITY_RULES,
  type IntegrityFinding,
  type IntegrityPolicy,
  type LetThrough,
} from '../../src/domain/integrity/finding.ts'
import { waive, withExplanations, withLook, withVerdicts } from '../../src/domain/integrity/guard.ts'
import { openFindings } from '../../src/domain/integrity/open-findings.ts'
import type { GroupObservation } from '../../src/domain/observation.ts'
import type { PrGroup } from '../../src/domain/plan.ts'
import { DEFAULT_POLICY } from '../../src/domain/policy.ts'
import type { GroupState } from '../../src/domain/run.ts'
import {
  attempt,
  BASE,
  gate,
  group,
  groupState,
  guard,
  HEAD,
  NOW,
  OTHER,
  observation,
  pr,
  present,
  report,
} from '../support/observations.ts'

const DELETED = finding({ id: 'aaaa1111', class: 'tests_deleted', path: 'a.test.ts', what: 'a test is gone: adds' })
const CI = finding({
  id: 'bbbb2222',
  class: 'ci_changed',
  path: '.github/workflows/ci.yml',
  what: 'CI configuration is changed',
})
const SECRET = finding({
  id: 'cccc3333',
  class: 'secrets',
  path: 'src/a.ts',
  line: 3,
  what: 'a secret: a GitHub token',
})

function finding(changes: Partial<IntegrityFinding>): IntegrityFinding {
  return { id: 'x', class: 'tests_deleted', path: 'a', line: null, what: '', excerpt: '', ...changes }
}

const looked = (findings: readonly IntegrityFinding[], changes: Partial<Guard> = {}): Guard =>
  guard({ look: { since: BASE, commit: HEAD, findings, at: NOW }, ...changes })

const through = ({ id, class: name, path, line, what }: IntegrityFinding): LetThrough => ({
  id,
  class: name,
  path,
  line,
  what,
  how: 'confirmed',
  by: 'a second session',
  why: 'seen',
  at: NOW,
})

const judged = (...verdicts: [IntegrityFinding, 'refuted' | 'inconclusive'][]): Partial<Guard> => ({
  verdicts: {
    commit: HEAD,
    given: verdicts.map(([{ id }, verdict]) => ({ finding: id, verdict, evidence: 'the code still adds' })),
  },
})

/** All tasks done, nothing pushed. */
function unpushed(state: Partial<GroupState>, changes: Partial<GroupObservation> = {}): GroupObservation {
  return observation({
    pr: { kind: 'none' },
    pushed: { kind: 'known', head: null },
    state: groupState({ gate: gate(), ...state }),
    ...changes,
  })
}

function answer(o: GroupObservation): string {
  const { action } = decide(o)
  if (action.kind === 'session') return `${action.session} (${action.ask.why})`
  if (action.kind === 'block') return `block, ${action.block.command}`
  return action.kind === 'second_look' ? `second_look ${action.findings.join(' ')}` : action.kind
}

const WAIVE = (ids: string) => `block, claudetm waive ${ids} --why "<why it may stay>"`
const fixes = (count: number) => ({ counters: { ...groupState().counters, integrityFixes: count } })

describe('between work and delivery', () => {
  const cases: [string, GroupObservation, string][] = [
    ['what was not looked at is looked at', unpushed({ guard: FRESH_GUARD }), 'inspect'],
    [
      'another commit is looked at anew',
      unpushed({ guard: looked([]) }, { workspace: present({ head: OTHER }) }),
      'inspect',
    ],
    ['measured from elsewhere, too', unpushed({ guard: looked([], { since: OTHER }) }), 'inspect'],
    ['nothing found: it is pushed', unpushed({ guard: looked([]) }), 'push'],
    ['the look comes before the gate', unpushed({ guard: FRESH_GUARD, gate: null }), 'inspect'],
    [
      'a dirty tree comes before the look',
      unpushed({ guard: FRESH_GUARD }, { workspace: present({ tree: 'dirty' }) }),
      'finish (leftovers)',
    ],
    ['an open task comes before the look', unpushed({ guard: FRESH_GUARD }, { done: {} }), 'work (start)'],
    [
      'others have pushed: theirs first',
      unpushed({ guard: FRESH_GUARD }, { pushed: { kind: 'known', head: OTHER }, foreign: 'ahead' }),
      'integrate',
    ],
    ['what is there is unknown', unpushed({ guard: FRESH_GUARD }, { pushed: { kind: 'unknown', why: 'x' } }), 'wait'],
    ['nothing to ship', unpushed({ guard: FRESH_GUARD }, { workspace: present({ ahead: 0 }) }), 'close_empty'],
    [
      'it is on the forge already',
      observation({ state: groupState({ gate: gate(), guard: FRESH_GUARD, pr: { number: 1 as PrNumber, url: '' } }) }),
      'merge',
    ],
    [
      'a fix of an open pull request is looked at as well',
      unpushed(
        { guard: FRESH_GUARD },
        { pr: { kind: 'pr', pr: pr({ head: OTHER }) }, pushed: { kind: 'known', head: OTHER } },
      ),
      'inspect',
    ],
    ['a finding gets a second look', unpushed({ guard: looked([DELETED, CI]) }), 'second_look aaaa1111 bbbb2222'],
    ['let through: it is pushed', unpushed({ guard: looked([DELETED], { letThrough: [through(DELETED)] }) }), 'push'],
    [
      'one of two is let through',
      unpushed({ guard: looked([DELETED, CI], { letThrough: [through(DELETED)] }) }),
      'second_look bbbb2222',
    ],
    [
      'refuted: undo it or justify it',
      unpushed({ guard: looked([DELETED], judged([DELETED, 'refuted'])) }),
      'fix-integrity (integrity)',
    ],
    [
      'inconclusive is not confirmed',
      unpushed({ guard: looked([DELETED], judged([DELETED, 'inconclusive'])) }),
      'fix-integrity (integrity)',
    ],
    [
      'a verdict on another commit does not count',
      unpushed({ guard: looked([DELETED], { verdicts: { commit: OTHER, given: [] } }) }),
      'second_look aaaa1111',
    ],
    [
      'justified: a second look hears of it',
      unpushed({ guard: looked([DELETED], { asked: ['aaaa1111'] }) }),
      'second_look aaaa1111',
    ],
    [
      'refuted again blocks, and names what to waive',
      unpushed({ guard: looked([DELETED], { asked: ['aaaa1111'], ...judged([DELETED, 'refuted']) }) }),
      WAIVE('aaaa1111'),
    ],
    [
      'asked too often blocks',
      unpushed({ guard: looked([DELETED], judged([DELETED, 'refuted'])), ...fixes(3) }),
      WAIVE('aaaa1111'),
    ],
    ['a secret blocks at once', unpushed({ guard: looked([DELETED, SECRET]) }), WAIVE('cccc3333')],
    [
      'a secret that was waived does not',
      unpushed({ guard: looked([SECRET], { letThrough: [through(SECRET)] }) }),
      'push',
    ],
    [
      'a second look without an answer is repeated later',
      unpushed({ guard: looked([DELETED], { failures: 1, lastEndedAt: NOW }) }),
      'wait',
    ],
    [
      'and not for ever',
      unpushed({ guard: looked([DELETED], { failures: 21, lastEndedAt: NOW }) }),
      'block, claudetm resume --force',
    ],
    [
      'no second look beyond the cap',
      unpushed(
        { guard: looked([DELETED]) },
        { budget: { sessionsLeft: 0, costLeftUsd: null, usageLimitUntil: null, usageLimitWaits: 0 } },
      ),
      'block, claudetm resume --max-sessions <more>',
    ],
    [
      'what a policy allows now is not open any more',
      unpushed(
        { guard: looked([DELETED]) },
        { policy: { ...DEFAULT_POLICY, integrity: { ...DEFAULT_POLICY.integrity, tests_deleted: 'allow' } } },
      ),
      'push',
    ],
    [
      'what a policy blocks blocks',
      unpushed(
        { guard: looked([DELETED]) },
        { policy: { ...DEFAULT_POLICY, integrity: { ...DEFAULT_POLICY.integrity, tests_deleted: 'block' } } },
      ),
      WAIVE('aaaa1111'),
    ],
  ]
  it.each(cases)('%s', (_, o, expected) => expect(answer(o)).toBe(expected))

  it('the block says what, where, and that nothing has left', () => {
    const { action } = decide(unpushed({ guard: looked([SECRET]) }))
    expect(action).toMatchObject({
      block: {
        cause: 'the work was not pushed: src/a.ts:3: a secret: a GitHub token (nothing of it has left this machine)',
      },
    })
  })

  const asked = attempt({
    purpose: 'fix-integrity',
    subject: HEAD,
    startHead: HEAD,
    sessionHead: HEAD,
    lastKind: 'fix-integrity',
  })
  const during: [string, Partial<GroupState>, Partial<GroupObservation>, string][] = [
    [
      'undone by a commit: its attempt ends after the gate',
      { attempt: asked },
      { workspace: present({ head: OTHER }) },
      'gate',
    ],
    ['justified without a commit: its attempt ends', { attempt: asked }, {}, 'end_attempt'],
    ['interrupted: asked again', { attempt: { ...asked, last: null } }, {}, 'fix-integrity (interrupted)'],
    [
      'cut off: asked again',
      { attempt: { ...asked, last: { kind: 'cut_off', by: 'turns' } } },
      {},
      'fix-integrity (cut_off)',
    ],
    ['left dirty: to be finished', { attempt: asked }, { workspace: present({ tree: 'dirty' }) }, 'finish (leftovers)'],
    [
      'only a person can go on',
      { attempt: { ...asked, last: report({ outcome: 'blocked', blockedReason: 'which?' }) } },
      {},
      'block, claudetm resume "<what you decided>"',
    ],
  ]
  it.each(during)('%s', (_, state, changes, expected) =>
    expect(answer(unpushed({ guard: looked([DELETED], judged([DELETED, 'refuted'])), ...state }, changes))).toBe(
      expected,
    ),
  )
})

describe('whatever is found, asked and answered', () => {
  const findings = fc.uniqueArray(
    fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), name: fc.constantFrom(...INTEGRITY_CLASSES) }),
    { selector: ({ id }) => id },
  )
  const subset = fc.subarray(['a', 'b', 'c', 'd'])
  const world = fc.record({
    findings,
    through: subset,
    asked: subset,
    verdictsOn: fc.constantFrom(HEAD, OTHER, null),
    lookOn: fc.constantFrom(HEAD, OTHER),
    since: fc.constantFrom(BASE, OTHER, null),
    failures: fc.integer({ min: 0, max: 25 }),
    fixes: fc.integer({ min: 0, max: 4 }),
    rules: fc.tuple(...INTEGRITY_CLASSES.map(() => fc.constantFrom(...INTEGRITY_RULES))),
    gated: fc.boolean(),
  })

  it('only a commit that was looked at, with nothing open, is pushed', () => {
    fc.assert(
      fc.property(world, (w) => {
        const integrity = Object.fromEntries(
          INTEGRITY_CLASSES.map((name, index) => [name, w.rules[index]]),
        ) as IntegrityPolicy
        const all = w.findings.map(({ id, name }) => finding({ id, class: name }))
        const state = groupState({
          gate: w.gated ? gate() : null,
          ...fixes(w.fixes),
          guard: {
            ...FRESH_GUARD,
            since: w.since,
            look: { since: BASE, commit: w.lookOn, findings: all, at: NOW },
            letThrough: all.filter(({ id }) => w.through.includes(id)).map(through),
            verdicts: w.verdictsOn === null ? null : { commit: w.verdictsOn, given: [] },
            asked: w.asked,
            failures: w.failures,
            lastEndedAt: NOW,
          },
        })
        const { action } = decide(unpushed(state, { policy: { ...DEFAULT_POLICY, integrity } }))
        const clear =
          w.lookOn === HEAD && (w.since ?? BASE) === BASE && openFindings(state.guard, integrity).length === 0
        expect(['push', 'gate'].includes(action.kind)).toBe(clear)
      }),
      { numRuns: 2_000 },
    )
  })
})

const plan: PrGroup = {
  ...group(),
  title: 'Speed up the pipeline',
  tasks: [
    {
      ...group().tasks[0],
      title: 'Run jobs side by side',
      details: 'Split the job in ci.yml. Keep Node 22.',
    } as PrGroup['tasks'][number],
  ],
}

describe('what the plan asks for', () => {
  const cases: [string, IntegrityFinding, Partial<PrGroup>, string | null][] = [
    ['a file by its name', CI, {}, 'Split the job in ci.yml.'],
    [
      'a file by its path',
      CI,
      { title: 'x', tasks: [task('Change .github/workflows/ci.yml')] },
      'Change .github/workflows/ci.yml',
    ],
    ['a kind by its words', CI, { title: 'Add a workflow', tasks: [] }, 'Add a workflow'],
    [
      'tests to be deleted',
      DELETED,
      { title: 'x', tasks: [task('Remove the obsolete tests of the parser')] },
      'Remove the obsolete tests of the parser',
    ],
    ['another file of a like name', CI, { title: 'x', tasks: [task('Write my-ci.yml.md')] }, null],
    ['nothing of the kind', CI, { title: 'Add factorial', tasks: [task('Write it')] }, null],
    ['a secret, whatever is said', SECRET, { title: 'x', tasks: [task('Commit the token')] }, null],
  ]
  it.each(cases)('%s', (_, found, changes, expected) =>
    expect(findRequest(found, { ...plan, why: '', ...changes }, 'goal')).toBe(expected),
  )

  it('is let through at the look where the rule is "reason", and only there', () => {
    const at = { since: BASE, commit: HEAD, findings: [CI, DELETED], at: NOW }
    const guarded = withLook(FRESH_GUARD, at, { group: plan, goal: '', policy: DEFAULT_POLICY.integrity })
    expect(guarded.letThrough).toEqual([
      {
        ...through(CI),
        how: 'asked_for',
        by: 'the plan',
        why: 'Split the job in ci.yml.',
      },
    ])
    expect(openFindings(guarded).map(({ id }) => id)).toEqual([DELETED.id])
    const strict = { ...DEFAULT_POLICY.integrity, ci_changed: 'review' as const }
    expect(withLook(FRESH_GUARD, at, { group: plan, goal: '', policy: strict }).letThrough).toEqual([])
  })
})

function task(title: string): PrGroup['tasks'][number] {
  return { ...(group().tasks[0] as PrGroup['tasks'][number]), title }
}

describe('a second look', () => {
  const both = looked([DELETED, SECRET, CI])
  const verdict = (
    criterion: number,
    word: 'confirmed' | 'refuted' | 'inconclusive',
    evidence = 'a.ts has no add() any more',
  ) => ({
    criterion,
    verdict: word,
    evidence,
  })

  it('lets through what it confirms, by number, and leaves everything else open; a block is none of its business', () => {
    const after = withVerdicts(both, [verdict(0, 'confirmed'), verdict(1, 'refuted')], DEFAULT_POLICY.integrity, NOW)
    expect(after.letThrough).toEqual([{ ...through(DELETED), why: 'a.ts has no add() any more' }])
    expect(openFindings(after).map(({ id }) => id)).toEqual([SECRET.id, CI.id])
  })

  it.each([
    ['no verdict', [] as ReturnType<typeof verdict>[]],
    ['a confirmation without evidence', [verdict(0, 'confirmed', ' ')]],
    ['a verdict on something that was not asked', [verdict(7, 'confirmed')]],
  ])('confirms nothing by: %s', (_, verdicts) => {
    const after = withVerdicts(both, verdicts, DEFAULT_POLICY.integrity, NOW)
    expect([after.letThrough, after.verdicts?.given.map((given) => given.verdict)]).toEqual([
      [],
      ['inconclusive', 'inconclusive'],
    ])
  })

  it('hears what sessions said about a file last, in bounds', () => {
    const said = withExplanations(withExplanations(FRESH_GUARD, [{ path: 'a', why: 'x'.repeat(9_000) }]), [
      { path: 'b', why: 'new' },
      { path: 'a', why: 'newer' },
    ])
    expect(said.explanations).toEqual([
      { path: 'b', why: 'new' },
      { path: 'a', why: 'newer' },
    ])
    const many = Array.from({ length: 100 }, (_, index) => ({ path: `f${index}`, why: 'x'.repeat(9_000) }))
    const { explanations } = withExplanations(FRESH_GUARD, many)
    expect([explanations.length, explanations.at(-1)?.why.length]).toEqual([40, 500])
  })
})

describe('a person', () => {
  const person = { by: 'Ann <ann@example.com>', at: NOW }

  it('waives what they name', () => {
    const after = waive(looked([DELETED, CI]), new Set([CI.id]), { ...person, why: 'agreed' })
    expect(after.letThrough).toEqual([{ ...through(CI), how: 'waived', ...person, why: 'agreed' }])
  })

  const block = { cause: 'x', tried: null, command: 'claudetm waive', at: NOW }

  it('waives what blocks by force, and what they were never shown stays open', () => {
    const blocked = groupState({
      block,
      guard: looked([DELETED], { asked: [DELETED.id], ...judged([DELETED, 'refuted']) }),
    })
    expect(liftBlock(blocked, true, person).guard).toMatchObject({
      letThrough: [{ id: DELETED.id, how: 'waived', by: person.by, why: 'claudetm resume --force' }],
      asked: [],
      verdicts: null,
    })
    expect(liftBlock({ ...blocked, block: null }, true, person).guard.letThrough).toEqual([])
    expect(liftBlock(blocked, false, person).guard.letThrough).toEqual([])
  })
})
