import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildPlan, type PlanOutput } from '../../src/domain/plan-validate.ts'

const REQUEST = { maxPrs: null, prPerTask: false, userCriteria: [] }

type GroupOutput = PlanOutput['groups'][number]

function group(title: string, tasks: readonly string[], rest: Partial<GroupOutput> = {}): GroupOutput {
  return { title, tasks: tasks.map((task) => ({ title: task })), ...rest }
}

function build(groups: readonly GroupOutput[], request: Partial<typeof REQUEST> | { maxPrs: number } = {}) {
  return buildPlan({ criteria: [], groups }, { ...REQUEST, ...request })
}

describe('a planner’s answer', () => {
  it('becomes a plan with ids, clean texts and every field', () => {
    const output: PlanOutput = {
      criteria: [
        { text: ' npm test\npasses ', command: '`npm test`' },
        { text: 'It works' },
        { text: '', command: ' ' },
      ],
      groups: [
        {
          title: 'Add \u001b[31mfactorial\u001b[0m\n',
          why: 'It is\nneeded',
          touches: ['src/**', ' '],
          releaseChecks: ['GET /healthz'],
          tasks: [
            { title: ' Write  it ', details: '\n- in src\n- with tests\n', complexity: 'quick', id: 't9' },
            { title: 'Describe it', details: 'First:\n  - this\u0007' },
          ],
        },
        { title: 'CLI', dependsOn: [0, 0], touches: [], tasks: [{ title: 'Parse arguments' }] },
      ],
    }
    expect(buildPlan(output, REQUEST)).toEqual({
      kind: 'plan',
      nextTaskNumber: 4,
      nextGroupNumber: 3,
      plan: {
        criteria: [
          { text: 'npm test passes', command: 'npm test', source: 'plan' },
          { text: 'It works', command: null, source: 'plan' },
        ],
        groups: [
          {
            id: 'g1',
            title: 'Add factorial',
            why: 'It is needed',
            dependsOn: [],
            touches: ['src/**'],
            releaseChecks: ['GET /healthz'],
            tasks: [
              { id: 't1', title: 'Write it', details: 'in src\nwith tests', complexity: 'quick' },
              { id: 't2', title: 'Describe it', details: 'First:\n  - this', complexity: 'coding' },
            ],
          },
          {
            id: 'g2',
            title: 'CLI',
            why: '',
            dependsOn: ['g1'],
            touches: null,
            releaseChecks: [],
            tasks: [{ id: 't3', title: 'Parse arguments', details: '', complexity: 'coding' }],
          },
        ],
      },
    })
  })

  it.each<[string, readonly GroupOutput[], string]>([
    ['no group', [], 'the plan has no task; it needs at least one'],
    ['no task', [group('A', [])], 'the plan has no task; it needs at least one'],
    [
      'a group without tasks',
      [group('A', ['x']), group('B', [])],
      'group 1 "B" has no task; leave it out or give it one',
    ],
    ['a group without title', [group(' \n', ['x'])], 'group 0 has no title'],
    ['a task without title', [group('A', ['x', '\u0000 '])], 'task 1 of group 0 "A" has no title'],
    [
      'a restated list',
      [group('A', ['x', 'y']), group('B', ['x'])],
      'the task "x" is in the plan twice; list every task once',
    ],
    [
      'a dependency on a later group',
      [group('A', ['x'], { dependsOn: [1] }), group('B', ['y'])],
      'group 0 "A" depends on group 1; only earlier groups (counted from 0) can be named',
    ],
    [
      'a dependency on itself',
      [group('A', ['x'], { dependsOn: [0] })],
      'group 0 "A" depends on group 0; only earlier groups (counted from 0) can be named',
    ],
    [
      'a dependency on nothing',
      [group('A', ['x']), group('B', ['y'], { dependsOn: [-1] })],
      'group 1 "B" depends on group -1; only earlier groups (counted from 0) can be named',
    ],
    [
      'far too many groups',
      Array.from({ length: 101 }, (_, index) => group(`A${index}`, [`x${index}`])),
      'the plan has 101 groups; at most 100 are allowed',
    ],
    [
      'far too many tasks',
      [
        group(
          'A',
          Array.from({ length: 501 }, (_, index) => `x${index}`),
        ),
      ],
      'the plan has 501 tasks; at most 500 are allowed',
    ],
  ])('is refused with a sentence for %s', (_, groups, problem) => {
    expect(build(groups)).toEqual({ kind: 'invalid', problem })
  })

  it('is refused when a restated list comes with ids', () => {
    const tasks = [
      { id: 't1', title: 'x' },
      { id: 't2', title: 'x' },
    ]
    expect(build([{ title: 'A', tasks }])).toEqual({
      kind: 'invalid',
      problem: 'the task "x" is in the plan twice; list every task once',
    })
  })

  it('may have tasks of one title with different details', () => {
    const tasks = [
      { title: 'x', details: 'here' },
      { title: 'x', details: 'there' },
    ]
    expect(build([{ title: 'A', tasks }]).kind).toBe('plan')
  })

  it('is refused for a command of several lines', () => {
    const criteria = [{ text: 'It works', command: 'npm ci\nnpm test' }]
    expect(buildPlan({ criteria, groups: [group('A', ['x'])] }, REQUEST)).toEqual({
      kind: 'invalid',
      problem: 'the command of the criterion "It works" must be one line',
    })
  })

  it('is refused beyond the number of PRs that are allowed', () => {
    const groups = [group('A', ['x']), group('B', ['y'])]
    expect(build(groups, { maxPrs: 2 }).kind).toBe('plan')
    expect(build(groups, { maxPrs: 1 })).toEqual({
      kind: 'invalid',
      problem: 'the plan has 2 groups (pull requests); at most 1 are allowed: put tasks together into fewer groups',
    })
    expect(
      buildPlan({ criteria: [], groups: [group('A', ['x', 'y'])] }, { maxPrs: 1, prPerTask: true, userCriteria: [] }),
    ).toEqual({
      kind: 'invalid',
      problem:
        'the plan has 2 groups (pull requests); at most 1 are allowed: every task is its own group here, so plan fewer tasks',
    })
  })

  it('gives every task its own PR when asked to', () => {
    const built = build(
      [group('A', ['x', 'y'], { releaseChecks: ['ok'] }), group('B', ['z', 'w'], { dependsOn: [0] })],
      { prPerTask: true },
    )
    expect(
      built.kind === 'plan' &&
        built.plan.groups.map(({ id, title, dependsOn, releaseChecks, tasks }) => [
          id,
          title,
          dependsOn,
          releaseChecks,
          tasks.map((task) => task.id),
        ]),
    ).toEqual([
      ['g1', 'x', [], [], ['t1']],
      ['g2', 'y', ['g1'], ['ok'], ['t2']],
      ['g3', 'z', ['g2'], [], ['t3']],
      ['g4', 'w', ['g3'], [], ['t4']],
    ])
  })

  it('comes behind the user’s own criteria, without repeating them', () => {
    const output: PlanOutput = {
      criteria: [
        { text: 'The tests pass', command: 'npm test' },
        { text: 'The README explains it', command: 'grep x README.md' },
        { text: 'Fast' },
        { text: 'Fast' },
      ],
      groups: [group('A', ['x'])],
    }
    const userCriteria = [
      '`npm test`',
      ' The README\nexplains it ',
      '`a` and `b`',
      '',
      '``echo `date` ``',
      'It starts (`npm start -- --help`)',
      'The help says `start`',
    ]
    const built = buildPlan(output, { ...REQUEST, userCriteria })
    expect(built.kind === 'plan' && built.plan.criteria).toEqual([
      { text: 'npm test', command: 'npm test', source: 'user' },
      { text: 'The README explains it', command: null, source: 'user' },
      { text: '`a` and `b`', command: null, source: 'user' },
      { text: 'echo `date`', command: 'echo `date`', source: 'user' },
      { text: 'It starts', command: 'npm start -- --help', source: 'user' },
      { text: 'The help says `start`', command: null, source: 'user' },
      { text: 'Fast', command: null, source: 'plan' },
    ])
  })

  it('never becomes a plan whose dependencies cannot be met', () => {
    const groups = fc.array(
      fc.record({
        title: fc.constantFrom('A', 'B'),
        dependsOn: fc.array(fc.nat(5), { maxLength: 3 }),
        tasks: fc.array(fc.record({ title: fc.string() }), { maxLength: 4 }),
      }),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(groups, fc.boolean(), (any, prPerTask) => {
        const built = buildPlan({ criteria: [], groups: any }, { ...REQUEST, prPerTask })
        if (built.kind === 'invalid') return
        const ids = built.plan.groups.map((group) => group.id)
        for (const [index, group] of built.plan.groups.entries()) {
          expect(ids.slice(0, index)).toEqual(expect.arrayContaining([...group.dependsOn]))
        }
      }),
    )
  })
})
