import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GroupId, TaskId } from '../../src/domain/ids.ts'
import { allTasks, type Plan } from '../../src/domain/plan.ts'
import { parsePlanMarkdown, renderPlan } from '../../src/domain/plan-markdown.ts'
import type { ParsedPlan } from '../../src/domain/plan-parsed.ts'
import { plan as anyPlan, text as anyText, normalized } from './plan-arbitraries.ts'

/** A parsed plan in which every id is there, as the plan it says. */
function toPlan(parsed: ParsedPlan): Plan {
  return {
    criteria: (parsed.criteria ?? []).map((criterion) => ({ ...criterion, source: criterion.source ?? 'plan' })),
    groups: parsed.groups.map(({ number: _, ...group }) => ({
      ...group,
      id: group.id as GroupId,
      dependsOn: group.dependsOn.map(({ index }) => parsed.groups[index ?? -1]?.id as GroupId),
      tasks: group.tasks.map(({ checked: _, ...task }) => ({ ...task, id: task.id as TaskId })),
    })),
  }
}

function checkedIds(parsed: ParsedPlan): ReadonlySet<TaskId | null> {
  return new Set(parsed.groups.flatMap((group) => group.tasks.filter((task) => task.checked).map((task) => task.id)))
}

describe('plan.md round trip', () => {
  it('gives back every plan, whatever its texts contain', () => {
    fc.assert(
      fc.property(anyPlan, fc.array(fc.boolean()), fc.option(anyText, { nil: undefined }), (plan, ticks, goal) => {
        const done = new Set(allTasks(plan).flatMap((task, index) => (ticks[index] ? [task.id] : [])))
        const parsed = parsePlanMarkdown(renderPlan(plan, done, goal))
        expect(toPlan(parsed)).toEqual(normalized(plan))
        expect(checkedIds(parsed)).toEqual(done)
        expect(parsed.problems).toEqual([])
      }),
      { numRuns: Number(process.env.FC_RUNS ?? 300) },
    )
  })
})

const SAMPLE: Plan = {
  criteria: [
    { text: 'npm test passes', command: 'npm test', source: 'plan' },
    { text: 'npm run lint', command: 'npm run lint', source: 'user' },
    { text: 'The README explains it', command: null, source: 'plan' },
  ],
  groups: [
    {
      id: 'g1' as GroupId,
      title: 'Add factorial',
      why: 'The calculator needs it.',
      dependsOn: [],
      touches: ['src/math/**', 'test/math/**'],
      releaseChecks: ['GET /healthz answers 200'],
      tasks: [
        {
          id: 't1' as TaskId,
          title: 'Add factorial() with tests',
          details: 'src/math.ts: export it\nzero is one',
          complexity: 'coding',
        },
        {
          id: 't2' as TaskId,
          title: 'Document it',
          details: 'Like this:\n```\nfactorial(3)\n```',
          complexity: 'quick',
        },
      ],
    },
    {
      id: 'g4' as GroupId,
      title: 'Add a CLI',
      why: '',
      dependsOn: ['g1' as GroupId],
      touches: null,
      releaseChecks: [],
      tasks: [{ id: 't7' as TaskId, title: 'Parse arguments', details: '', complexity: 'general' }],
    },
  ],
}

describe('renderPlan', () => {
  it('writes what people know', () => {
    expect(renderPlan(SAMPLE, new Set(['t1' as TaskId]), 'Build a calculator\nwith tests')).toBe(`# Plan

> Build a calculator
> with tests

<!-- Yours to edit: reword, reorder, add, remove, tick or untick tasks. The short comments tell claudetm which is which. -->

## Task List

### PR 1: Add factorial <!-- g1 -->

> The calculator needs it.

**Touches:** \`src/math/**\`, \`test/math/**\`

- [x] \`[coding]\` Add factorial() with tests <!-- t1 -->
  - src/math.ts: export it
  - zero is one
- [ ] \`[quick]\` Document it <!-- t2 -->
  Like this:
  \`\`\`
  factorial(3)
  \`\`\`

**Release checks:**
- GET /healthz answers 200

### PR 2: Add a CLI <!-- g4 -->

**Depends on:** PR 1 <!-- 1=g1 -->

- [ ] \`[general]\` Parse arguments <!-- t7 -->

## Success Criteria

- npm test passes (\`npm test\`)
- \`npm run lint\` <!-- user -->
- The README explains it
`)
  })
})

/** What was read, in short: PRs with their tasks, criteria, and the lines that were warned about. */
function read(text: string) {
  const { groups, criteria, problems } = parsePlanMarkdown(text)
  return {
    groups: groups.map(({ number, title, tasks, releaseChecks }) => [
      number === null ? title : `${number} ${title}`,
      ...tasks.map((task) => `${task.checked ? 'x' : '-'} ${task.title}${task.details && ` | ${task.details}`}`),
      ...releaseChecks.map((check) => `release: ${check}`),
    ]),
    criteria: criteria?.map((criterion) => criterion.text) ?? null,
    problems: problems.map(({ line }) => line),
  }
}

const only = (...tasks: string[]) => ({ groups: [['1 A', ...tasks]], criteria: null, problems: [] as number[] })
const inA = (text: string) => `### PR 1: A\n${text}`

describe('a plan written by hand', () => {
  it.each<[string, string, ReturnType<typeof read>]>([
    ['bullets without a box', inA('- x\n1. y\n* z'), { ...only(), problems: [2, 3, 4] }],
    ['boxes on other bullets', inA('* [ ] x\n1. [x] y\n+ [ ] z'), only('- x', 'x y', '- z')],
    ['a box below a task', inA('- [ ] x\n  - [ ] y\n- [ ] z'), only('- x | [ ] y', '- z')],
    ['a list that is indented as a whole', inA('  - [ ] x\n    - y\n  - [ ] z'), only('- x | y', '- z')],
    ['a box in a code fence', inA('```\n- [ ] no\n```\n- [ ] x'), only('- x')],
    [
      'a box in a fence below a task',
      inA('- [ ] x\n\n  ```\n  - [ ] no\n  ```\n- [ ] y'),
      only('- x | ```\n- [ ] no\n```', '- y'),
    ],
    ['a fence that never ends', inA('```\n- [ ] x'), { ...only('- x'), problems: [2] }],
    ['a fence below a task that never ends', inA('- [ ] x\n  ```\n- [ ] y'), only('- x | ```', '- y')],
    ['a task that is commented out', inA('<!--\n- [ ] no <!-- t1 -->\n-->\n- [ ] x'), only('- x')],
    ['a comment that never ends', inA('<!-- oops\n- [ ] x <!-- t1 -->'), { ...only('- x'), problems: [2] }],
    [
      'boxes below the criteria',
      inA('- [ ] x\n## Success Criteria\n- [ ] good\n- [x] better'),
      { ...only('- x'), criteria: ['good', 'better'] },
    ],
    [
      'a PR below the criteria',
      '## Success Criteria\n- good\n### PR 1: A\n- [ ] x',
      { ...only('- x'), criteria: ['good'] },
    ],
    [
      'a heading below the criteria',
      inA('- [ ] x\n## Criteria\n- good\n## Notes\n- [ ] no'),
      { ...only('- x'), criteria: ['good'], problems: [6] },
    ],
    ['no separator', '### PR 1\n- [ ] x', { ...only('- x'), groups: [['1 ', '- x']] }],
    ['a title in brackets', '### PR 1 (A)\n- [ ] x', { ...only('- x'), groups: [['1 (A)', '- x']] }],
    ['a dash', '### PR 1 — A\n- [ ] x', only('- x')],
    ['no number', '# PR: A\n- [ ] x', { ...only('- x'), groups: [['A', '- x']] }],
    ['a top heading', '# PR 1: A\n- [ ] x', only('- x')],
    ['a deep heading', '#### PR 1: A\n- [ ] x', only('- x')],
    ['another word', '## Group 1: A\n- [ ] x', only('- x')],
    ['no space', '###PR 1:A\n- [ ] x', only('- x')],
    ['a bold heading', '### **PR 1: A**\n- [ ] x', only('- x')],
    [
      'bold instead of a heading',
      '**PR 1: A**\n- [ ] x\n**PR 2:** B\n- [ ] y',
      {
        ...only(),
        groups: [
          ['1 A', '- x'],
          ['2 B', '- y'],
        ],
      },
    ],
    [
      'a heading that does not say PR',
      inA('- [ ] x\n### B\n- [ ] y'),
      {
        ...only(),
        groups: [
          ['1 A', '- x'],
          ['B', '- y'],
        ],
      },
    ],
    ['a heading within a PR', inA('- [ ] x\n#### Backend\n- [ ] y'), { ...only('- x', '- y'), problems: [3] }],
    ['the same heading again', inA('- [ ] x\n### PR 1: A\n- [ ] y'), only('- x', '- y')],
    [
      'the same heading later',
      inA('- [ ] x\n### PR 2: B\n- [ ] y\n### PR 1: A\n- [ ] z'),
      {
        ...only(),
        groups: [
          ['1 A', '- x'],
          ['2 B', '- y'],
          ['1 A', '- z'],
        ],
      },
    ],
    ['tasks before any heading', '# Plan\n- [ ] x', { ...only(), groups: [['', '- x']] }],
    [
      'release checks behind a blank line',
      inA('- [ ] x\n**Release checks:**\n\n- [ ] c\n- d\n### PR 2: B\n- [ ] y'),
      {
        ...only(),
        groups: [
          ['1 A', '- x', 'release: c', 'release: d'],
          ['2 B', '- y'],
        ],
        problems: [5],
      },
    ],
    ['release checks as a heading', inA('- [ ] x\n#### Release checks\n- c'), only('- x', 'release: c')],
    ['release checks with a remark', inA('- [ ] x\n**Release checks (post-merge):**\n- c'), only('- x', 'release: c')],
    ['release checks with a colon outside', inA('- [ ] x\n**release check**: c'), only('- x', 'release: c')],
    [
      'tasks behind a rule behind release checks',
      inA('- [ ] x\n**Release checks:**\n- c\n---\n- [ ] y'),
      only('- x', '- y', 'release: c'),
    ],
    [
      'boxes with other blanks',
      inA('- [] x\n- [  ] y\n- [x ] z'),
      { ...only('- x', '- y', 'x z'), problems: [2, 3, 4] },
    ],
    ['boxes without blanks around', inA('-[ ] x\n- [ ]y\n- [X] z'), only('- x', '- y', 'x z')],
    ['another mark on a known task', inA('- [~] x <!-- t1 -->'), { ...only('- x'), problems: [2] }],
    [
      'a link',
      inA('- [ ] x\n- [x](https://example.org)'),
      { ...only('- x | [x](https://example.org)'), problems: [3] },
    ],
    ['a box in the text', inA('- [x] find `[ ]` and - [ ] too'), only('x find `[ ]` and - [ ] too')],
    ['a box without text', inA('- [ ] x\n- [ ]'), { ...only('- x'), problems: [3] }],
    [
      'details with more indentation',
      inA('- [ ] x\n    - one\n    - two\n\n      more'),
      only('- x | - one\n- two\n\n  more'),
    ],
    [
      'details without indentation',
      inA('- [ ] x\nsays more\n- and this'),
      { ...only('- x | says more\n- and this'), problems: [4] },
    ],
    ['windows line ends and a byte order mark', '\ufeff### PR 1: A\r\n- [ ] x\r\n  - y\r\n', only('- x | y')],
    ['tabs', inA('- [ ] x\n\t- y'), only('- x | y')],
    ['text nobody can place', inA('- [ ] x\n---\nhello'), { ...only('- x'), problems: [4] }],
    ['nothing', '', { groups: [], criteria: null, problems: [] }],
  ])('is understood: %s', (_, text, expected) => {
    expect(read(text)).toEqual(expected)
  })

  it.each([
    ['`[quick]` x', 'quick', 'x'],
    ['[quick] x', 'quick', 'x'],
    ['`[Quick]` x', 'quick', 'x'],
    ['x `[debugging-qa]`', 'debugging-qa', 'x'],
    ['`[quick]` x `[general]`', 'quick', 'x `[general]`'],
    ['explain `[quick]` tags', 'coding', 'explain `[quick]` tags'],
    ['`[urgent]` x', 'coding', '`[urgent]` x'],
    ['[quick]x', 'coding', '[quick]x'],
  ])('has its complexity at the start or the end of a task: %s', (written, complexity, title) => {
    expect(parsePlanMarkdown(`- [ ] ${written}`).groups[0]?.tasks).toEqual([
      { id: null, checked: false, title, details: '', complexity },
    ])
  })

  it('finds the id wherever it stands in the line', () => {
    expect(parsePlanMarkdown('- [ ] x <!-- t3 --> and more').groups[0]?.tasks).toEqual([
      { id: 't3', checked: false, title: 'x and more', details: '', complexity: 'coding' },
    ])
  })

  it.each([
    ['PR 1', [['PR 1', 0]]],
    [
      'PR 1, 2',
      [
        ['PR 1', 0],
        ['PR 2', 1],
      ],
    ],
    [
      'PR #1 and PR 2 (phase 3)',
      [
        ['PR 1', 0],
        ['PR 2', 1],
      ],
    ],
    ['PR 2 <!-- 2=g1 -->', [['PR 2', 0]]],
    ['PR 1 <!-- 2=g2 -->', [['PR 1', 0]]],
    ['g2', [['g2', 1]]],
    ['PR 7', [['PR 7', null]]],
    ['none', []],
    ['', []],
    ['the other one', [['"the other one"', null]]],
  ])('names what a PR depends on: %s', (written, expected) => {
    const text = `### PR 1: A <!-- g1 -->\n### PR 2: B <!-- g2 -->\n### PR 3: C\nDepends on: ${written}\n`
    const { dependsOn } = parsePlanMarkdown(text).groups[2] ?? { dependsOn: [] }
    expect(dependsOn.map(({ label, index }) => [label, index])).toEqual(expected)
  })

  it.each([
    ['src/**, test/**', ['src/**', 'test/**']],
    ['`a,b`', ['a,b']],
    ['', null],
  ])('names the files a PR touches: %s', (written, touches) => {
    expect(parsePlanMarkdown(`### PR 1: A\n**Touches:** ${written}\n`).groups[0]?.touches).toEqual(touches)
  })

  it('says why in a quote or in plain words', () => {
    expect(parsePlanMarkdown('### PR 1: A\n\n> One.\n\nTwo\nthree.\n\n- [ ] x').groups[0]?.why).toBe('One. Two three.')
  })

  it('is read without failing, whatever it is', () => {
    fc.assert(fc.property(fc.array(anyText), (lines) => void parsePlanMarkdown(lines.join('\n'))))
  })
})
