import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GroupId, TaskId } from '../../src/domain/ids.ts'
import { allTasks, type Plan } from '../../src/domain/plan.ts'
import type { PlanEdit } from '../../src/domain/plan-edit.ts'
import { replanTasks } from '../../src/domain/plan-update.ts'
import { buildPlan, type PlanOutput } from '../../src/domain/plan-validate.ts'
import { validPlan } from './plan-arbitraries.ts'

const LIMITS = { maxPrs: null, prPerTask: false }

/** PR 1 is merged; in PR 2 the first task is done. */
const PLAN: Plan = planOf({
  criteria: [{ text: 'It is fast' }],
  groups: [
    { title: 'One', tasks: [{ title: 'a' }, { title: 'b' }] },
    { title: 'Two', dependsOn: [0], tasks: [{ title: 'c' }, { title: 'd' }] },
    { title: 'Three', dependsOn: [1], tasks: [{ title: 'e' }] },
  ],
})

function planOf(output: PlanOutput): Plan {
  const built = buildPlan(output, { ...LIMITS, userCriteria: ['`npm test`'] })
  if (built.kind === 'invalid') throw new Error(built.problem)
  return built.plan
}

const DONE = new Set(['t1', 't2', 't3'] as TaskId[])

function replan(
  groups: PlanOutput['groups'],
  options: { criteria?: PlanOutput['criteria']; maxPrs?: number; prPerTask?: boolean; closed?: string[] } = {},
): PlanEdit {
  return replanTasks({
    plan: PLAN,
    done: DONE,
    closedGroups: new Set((options.closed ?? ['g1']) as GroupId[]),
    output: { criteria: options.criteria ?? [], groups },
    nextTaskNumber: 6,
    nextGroupNumber: 4,
    ...LIMITS,
    ...options,
  })
}

function outline(edit: PlanEdit): readonly string[] {
  if (edit.kind === 'rejected') return [edit.problem]
  return edit.plan.groups.map(
    (group) =>
      `${group.id} ${group.title} <${group.dependsOn.join()}>: ${group.tasks.map(({ id, title }) => `${id} ${title}`).join()}`,
  )
}

const keep = (id: string, title: string) => ({ id, title })

/** The whole plan, as the planner is told to answer. */
const ALL: PlanOutput['groups'] = [
  { title: 'One', tasks: [keep('t1', 'a'), keep('t2', 'b')] },
  { title: 'Two', dependsOn: [0], tasks: [keep('t3', 'c'), keep('t4', 'd')] },
  { title: 'Three', dependsOn: [1], tasks: [keep('t5', 'e')] },
]

describe('a plan update', () => {
  it('that repeats the plan changes nothing and unticks nothing', () => {
    expect(replan(ALL)).toEqual({
      kind: 'applied',
      plan: PLAN,
      ticked: [],
      reopened: [],
      added: [],
      changed: [],
      removed: [],
      nextTaskNumber: 6,
      nextGroupNumber: 4,
      notes: [],
    })
  })

  it('adds, rewords, moves and removes open work', () => {
    const edit = replan([
      ...ALL.slice(0, 2).map((group) => ({ ...group, tasks: group.tasks.filter((task) => task.id !== 't4') })),
      { title: 'Four', dependsOn: [0], tasks: [{ title: 'new' }, keep('t5', 'e, but better')] },
    ])
    expect(outline(edit)).toEqual([
      'g1 One <>: t1 a,t2 b',
      'g2 Two <g1>: t3 c',
      'g3 Four <g1>: t6 new,t5 e, but better',
    ])
    expect(edit).toMatchObject({ added: ['t6'], changed: ['t5'], removed: ['t4'], reopened: [] })
  })

  it('that lists only what is left keeps what is done, and what waits for it', () => {
    expect(outline(replan([{ title: 'Three', tasks: [keep('t5', 'e')] }]))).toEqual([
      'g1 One <>: t1 a,t2 b',
      'g2 Two <g1>: t3 c',
      'g3 Three <g2>: t5 e',
    ])
  })

  it('puts new work for a merged PR into a follow-up', () => {
    const [one, ...others] = ALL
    const edit = replan([{ ...one, title: 'One', tasks: [...(one?.tasks ?? []), { title: 'repair it' }] }, ...others])
    expect(outline(edit)).toEqual([
      'g1 One <>: t1 a,t2 b',
      'g4 One (follow-up) <g1>: t6 repair it',
      'g2 Two <g1>: t3 c,t4 d',
      'g3 Three <g2>: t5 e',
    ])
  })

  it('does again what was done when it is asked for as new', () => {
    const edit = replan([...ALL, { title: 'Repair', tasks: [{ title: 'a' }] }])
    expect(outline(edit).at(-1)).toBe('g4 Repair <>: t6 a')
  })

  it('knows an open task that lost its id by its title', () => {
    const edit = replan([...ALL.slice(0, 2), { title: 'Later', tasks: [{ title: 'e' }] }])
    expect(outline(edit).at(-1)).toBe('g3 Later <>: t5 e')
  })

  it('keeps the user’s criteria and takes the planner’s new ones', () => {
    const edit = replan(ALL, { criteria: [{ text: 'Tests', command: 'npm test' }, { text: 'It is small' }] })
    expect(edit.kind === 'applied' && edit.plan.criteria).toEqual([
      { text: 'npm test', command: 'npm test', source: 'user' },
      { text: 'It is small', command: null, source: 'plan' },
    ])
  })

  it.each<[string, PlanOutput['groups'], string]>([
    ['nothing', [], 'the plan has no task; it needs at least one'],
    [
      'an unknown dependency',
      [{ title: 'A', dependsOn: [3], tasks: [{ title: 'x' }] }],
      'group 0 "A" depends on group 3; only earlier groups (counted from 0) can be named',
    ],
    [
      'a task twice',
      [{ title: 'A', tasks: [{ title: 'x' }, { title: 'x' }] }],
      'the task "x" is in the plan twice; list every task once',
    ],
  ])('is rejected for %s', (_, groups, problem) => {
    expect(replan(groups)).toEqual({ kind: 'rejected', problem })
  })

  it('keeps to the number of PRs, but follow-up work may always have one', () => {
    const more = [...ALL, { title: 'Four', tasks: [{ title: 'new' }] }]
    expect(outline(replan(more, { maxPrs: 3 }))).toEqual([
      'the plan has 3 open groups (pull requests); at most 2 are allowed now: put tasks together',
    ])
    const repair = [{ title: 'Repair', tasks: [{ title: 'new' }] }]
    expect(outline(replan(repair, { maxPrs: 3, closed: ['g1', 'g2', 'g3'] })).at(-1)).toBe('g4 Repair <>: t6 new')
  })

  it('gives new tasks their own PRs when asked to, and leaves the others where they are', () => {
    const [one, two, three] = ALL
    const edit = replan(
      [
        one,
        { title: 'Two', dependsOn: [0], tasks: [...(two?.tasks ?? []), { title: 'x' }, { title: 'y' }] },
        three,
      ].filter((group) => group !== undefined),
      { prPerTask: true },
    )
    expect(outline(edit)).toEqual([
      'g1 One <>: t1 a,t2 b',
      'g2 Two <g1>: t3 c,t4 d',
      'g4 x <g2>: t6 x',
      'g5 y <g4>: t7 y',
      'g3 Three <g5>: t5 e',
    ])
  })

  it('never skips an open task it keeps, loses what is done, or works in a closed PR', () => {
    const answer = fc.array(
      fc.record({ title: fc.constantFrom('untitled', 'B', 'C'), picks: fc.array(fc.nat(), { maxLength: 4 }) }),
      {
        maxLength: 4,
      },
    )
    fc.assert(
      fc.property(
        validPlan,
        fc.array(fc.boolean()),
        fc.array(fc.boolean()),
        answer,
        (plan, ticks, closings, groups) => {
          const tasks = allTasks(plan)
          const done = new Set(tasks.flatMap((task, index) => (ticks[index] ? [task.id] : [])))
          const closedGroups = new Set(plan.groups.flatMap((group, index) => (closings[index] ? [group.id] : [])))
          const output = {
            criteria: [],
            groups: groups.map(({ title, picks }, group) => ({
              title,
              tasks: picks.map((pick, index) => ({
                title: `new ${group} ${index}`,
                id: tasks[pick % (tasks.length + 2)]?.id,
              })),
            })),
          }
          const next = { nextTaskNumber: tasks.length + 1, nextGroupNumber: plan.groups.length + 1 }
          const edit = replanTasks({ plan, done, closedGroups, output, ...next, ...LIMITS })
          if (edit.kind === 'rejected') return
          const homes = new Map(
            edit.plan.groups.flatMap((group) => group.tasks.map((task) => [task.id, group.id] as const)),
          )
          expect(homes.size).toBe(allTasks(edit.plan).length)
          expect([...homes].filter(([id, home]) => !done.has(id) && closedGroups.has(home))).toEqual([])
          expect([...done].filter((id) => !homes.has(id))).toEqual([])
          const kept = output.groups.flatMap((group) => group.tasks.flatMap((task) => task.id ?? []))
          expect(kept.filter((id) => !homes.has(id))).toEqual([])
          expect({ ticked: edit.ticked, reopened: edit.reopened }).toEqual({ ticked: [], reopened: [] })
        },
      ),
      { numRuns: 150 },
    )
  })
})
