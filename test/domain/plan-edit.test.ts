import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GroupId, TaskId } from '../../src/domain/ids.ts'
import { allTasks, type Plan } from '../../src/domain/plan.ts'
import { applyPlanEdit, type PlanEdit } from '../../src/domain/plan-edit.ts'
import { parsePlanMarkdown, renderPlan } from '../../src/domain/plan-markdown.ts'
import { toLine } from '../../src/domain/plan-text.ts'
import { edits, validPlan } from './plan-arbitraries.ts'

const g = (n: number) => `g${n}` as GroupId
const t = (n: number) => `t${n}` as TaskId

/** Three PRs of two tasks; the second and third wait for the one before. */
function threePrs(): Plan {
  const task = (n: number) => ({ id: t(n), title: `Task ${n}`, details: '', complexity: 'coding' as const })
  const group = (n: number, dependsOn: readonly GroupId[]) => ({
    id: g(n),
    title: `Group ${n}`,
    why: '',
    dependsOn,
    touches: [`src/${n}/**`],
    releaseChecks: [],
    tasks: [task(2 * n - 1), task(2 * n)],
  })
  return {
    criteria: [
      { text: 'all is well', command: null, source: 'user' },
      { text: 'npm test passes', command: 'npm test', source: 'plan' },
    ],
    groups: [group(1, []), group(2, [g(1)]), group(3, [g(2)])],
  }
}

type Situation = { readonly plan: Plan; readonly done: readonly number[]; readonly closed: readonly number[] }
const SITUATION: Situation = { plan: threePrs(), done: [1, 2, 3], closed: [1] }

/** Edits the file of a run: PR 1 is merged, the first task of PR 2 is done. */
function edit(change: (text: string) => string, situation: Situation = SITUATION): PlanEdit {
  const { plan } = situation
  const done = new Set(situation.done.map(t))
  return applyPlanEdit({
    plan,
    done,
    closedGroups: new Set(situation.closed.map(g)),
    parsed: parsePlanMarkdown(change(renderPlan(plan, done))),
    nextTaskNumber: 7,
    nextGroupNumber: 4,
  })
}

const UNCHANGED = {
  kind: 'applied',
  plan: threePrs(),
  ticked: [],
  reopened: [],
  added: [],
  changed: [],
  removed: [],
  nextTaskNumber: 7,
  nextGroupNumber: 4,
  notes: [],
} as const

function applied(result: PlanEdit): Extract<PlanEdit, { kind: 'applied' }> {
  if (result.kind === 'rejected') throw new Error(result.problem)
  return result
}

/** The plan in short: PRs with their dependencies, tasks with their titles. */
function outline(result: PlanEdit) {
  return applied(result).plan.groups.map(
    (group) => `${group.id} ${group.title} <${group.dependsOn.join()}>: ${group.tasks.map((task) => task.id).join()}`,
  )
}

const replaced = (from: string | RegExp, to: string) => (text: string) => {
  const result = text.replace(from, to)
  expect(result).not.toBe(text)
  return result
}
const line = (part: string) => new RegExp(`^.*${part}.*\\n`, 'm')
const block = (n: number) => new RegExp(`^### PR ${n}:[\\s\\S]*?(?=^##)`, 'm')
const insertBefore = (part: string, added: string) => replaced(new RegExp(`^.*${part}`, 'm'), `${added}\n$&`)

describe('an edit of plan.md', () => {
  it('that changes nothing changes nothing', () => {
    expect(edit((text) => text)).toEqual(UNCHANGED)
  })

  it('survives an editor that strips comments', () => {
    expect(edit((text) => text.replace(/ ?<!--.*?-->/g, ''))).toEqual(UNCHANGED)
  })

  it('survives PRs that are moved and renumbered', () => {
    const swapped = (text: string) => {
      const [two, three] = [block(2).exec(text)?.[0] ?? '', block(3).exec(text)?.[0] ?? '']
      const moved = text
        .replace(two, '')
        .replace(three, `${three.replace('PR 3', 'PR 2')}${two.replace('PR 2', 'PR 3')}`)
      return moved
    }
    expect(outline(edit(swapped))).toEqual(['g1 Group 1 <>: t1,t2', 'g3 Group 3 <g2>: t5,t6', 'g2 Group 2 <g1>: t3,t4'])
  })

  it('rewords, tags and details a task without giving it another id', () => {
    const result = applied(
      edit(replaced('`[coding]` Task 5 <!-- t5 -->', '`[quick]` Task five <!-- t5 -->\n  - in src/')),
    )
    expect(result).toEqual({ ...UNCHANGED, changed: [t(5)], plan: result.plan })
    expect(allTasks(result.plan).find((task) => task.id === t(5))).toEqual({
      id: t(5),
      title: 'Task five',
      details: 'in src/',
      complexity: 'quick',
    })
  })

  it('moves an open task to another open PR', () => {
    const result = edit((text) => insertBefore('t5', '- [ ] Task 4 <!-- t4 -->')(replaced(line('t4'), '')(text)))
    expect(outline(result)[2]).toBe('g3 Group 3 <g2>: t4,t5,t6')
    expect(applied(result)).toMatchObject({ changed: [t(4)], removed: [], added: [] })
  })

  it('leaves a done task in its PR', () => {
    const result = edit((text) => insertBefore('t5', '- [x] Task 3 <!-- t3 -->')(replaced(line('t3'), '')(text)))
    expect(applied(result)).toEqual({ ...UNCHANGED, notes: ['t3 "Task 3" is done and stays in "Group 2"'] })
  })

  it('ticks and reopens, but not what has shipped', () => {
    const result = edit((text) =>
      text
        .replace(/\[x\](.*t1 )/, '[ ]$1')
        .replace(/\[x\](.*t3 )/, '[ ]$1')
        .replace(/\[ \](.*t6 )/, '[x]$1'),
    )
    expect(result).toEqual({
      ...UNCHANGED,
      ticked: [t(6)],
      reopened: [t(3)],
      notes: ['t1 "Task 1" has shipped and stays done; add a new task instead'],
    })
  })

  it('gives new tasks and PRs fresh ids', () => {
    const result = edit(
      insertBefore('## Success', '- [ ] New\n\n### PR 4: More\n\nDepends on: PR 3\n\n- [x] By hand\n- [ ] Later\n'),
    )
    expect(outline(result).slice(2)).toEqual(['g3 Group 3 <g2>: t5,t6,t7', 'g4 More <g3>: t8,t9'])
    expect(applied(result)).toMatchObject({
      added: [t(7), t(8), t(9)],
      ticked: [t(8)],
      nextTaskNumber: 10,
      nextGroupNumber: 5,
    })
  })

  it('reads a task whose comment was lost as the same task, also when its title is there twice', () => {
    const plan = threePrs()
    const twice: Plan = {
      ...plan,
      groups: plan.groups.map((group) => ({
        ...group,
        tasks: group.tasks.map((task, index) => (index === 0 ? { ...task, title: 'Docs' } : task)),
      })),
    }
    const result = edit((text) => replaced(block(1), '')(text.replace(/ <!-- t\d -->/g, '')), {
      plan: twice,
      done: [1, 2],
      closed: [],
    })
    expect(result).toEqual({ ...UNCHANGED, plan: twice })
  })

  it('gives the second of two tasks with one id a fresh id', () => {
    const result = edit(insertBefore('t6', '- [ ] Task 5 <!-- t5 -->'))
    expect(outline(result)[2]).toBe('g3 Group 3 <g2>: t5,t7,t6')
  })

  it('takes the line with the old title for the task when a copy of it was reworded', () => {
    const result = edit(insertBefore('t3', '- [ ] Something else <!-- t3 -->'))
    expect(outline(result)[1]).toBe('g2 Group 2 <g1>: t7,t3,t4')
    expect(applied(result)).toMatchObject({ added: [t(7)], reopened: [], changed: [] })
  })

  it('never uses an id again that is not in the plan any more', () => {
    const result = edit(insertBefore('t6', '- [ ] From an old copy <!-- t99 -->'))
    expect(outline(result)[2]).toBe('g3 Group 3 <g2>: t5,t7,t6')
  })

  it('removes open tasks that are missing and keeps done ones in their place', () => {
    const result = edit((text) => replaced(line('t6'), '')(replaced(line('t3'), '')(text)))
    expect(outline(result)).toEqual(['g1 Group 1 <>: t1,t2', 'g2 Group 2 <g1>: t3,t4', 'g3 Group 3 <g2>: t5'])
    expect(applied(result)).toMatchObject({ removed: [t(6)], notes: [] })
  })

  it('removes a missing PR, and who waited for it waits for what it waited for', () => {
    const result = edit(replaced(block(2), ''), { ...SITUATION, done: [1, 2] })
    expect(outline(result)).toEqual(['g1 Group 1 <>: t1,t2', 'g3 Group 3 <g1>: t5,t6'])
  })

  it('keeps what is done of a missing PR, and the PRs that are closed', () => {
    const result = edit((text) => replaced(block(2), '')(replaced(block(1), '')(text)))
    expect(outline(result)).toEqual(['g1 Group 1 <>: t1,t2', 'g2 Group 2 <g1>: t3', 'g3 Group 3 <g2>: t5,t6'])
    expect(applied(result)).toMatchObject({ removed: [t(4)] })
  })

  it('puts an open task of a merged PR into a follow-up', () => {
    const result = edit((text) =>
      insertBefore(
        't2 ',
        '- [ ] One more thing',
      )(insertBefore('t1 ', '- [ ] Task 6 <!-- t6 -->')(replaced(line('t6'), '')(text))),
    )
    expect(outline(result)).toEqual([
      'g1 Group 1 <>: t1,t2',
      'g4 Group 1 (follow-up) <g1>: t6,t7',
      'g2 Group 2 <g1>: t3,t4',
      'g3 Group 3 <g2>: t5',
    ])
    expect(applied(result).notes).toEqual([
      '"Group 1" is finished; its open tasks go into a new PR "Group 1 (follow-up)"',
    ])
  })

  it('leaves the text of what has shipped as it was', () => {
    expect(edit((text) => text.replace('Group 1', 'Other').replace('Task 1', 'Else'))).toEqual(UNCHANGED)
  })

  it('leaves out PRs without tasks', () => {
    const result = edit(insertBefore('### PR 3', '### PR 9: Nothing yet\n'))
    expect(applied(result)).toEqual({
      ...UNCHANGED,
      nextGroupNumber: 5,
      notes: ['the PR "Nothing yet" has no task and was left out'],
    })
  })

  it('keeps the title of a PR whose heading lost it', () => {
    expect(edit(replaced('### PR 3: Group 3 <!-- g3 -->', '### PR 3'))).toEqual(UNCHANGED)
  })

  it('names an unknown dependency', () => {
    expect(edit(replaced('PR 2 <!-- 2=g2 -->', 'PR 2, PR 7'))).toEqual({
      kind: 'rejected',
      problem: 'PR 3 "Group 3" depends on PR 7, which is not in the plan',
    })
  })

  it('names PRs that wait for each other', () => {
    expect(edit(replaced('**Depends on:** PR 1', '**Depends on:** PR 1, PR 3'))).toEqual({
      kind: 'rejected',
      problem: 'these PRs wait for each other: "Group 2" -> "Group 3" -> "Group 2"',
    })
  })

  it.each(['', '# Plan\n\n## Task List\n\n### PR 1: Group 1\n', '## Task List\n\n- Task 1\n1. Task 2\n'])(
    'without any task is rejected: %j',
    (text) => {
      expect(edit(() => text)).toEqual({
        kind: 'rejected',
        problem: 'there is no task in it (a task looks like `- [ ] text`)',
      })
    },
  )

  it('takes new criteria for the person’s own and keeps the origin of the others', () => {
    const result = applied(edit((text) => `${text.replace(' <!-- user -->', '')}- \`npm run lint\`\n`))
    expect(result.plan.criteria).toEqual([
      ...threePrs().criteria,
      { text: 'npm run lint', command: 'npm run lint', source: 'user' },
    ])
  })

  it('keeps the criteria when their section is gone', () => {
    expect(edit(replaced(/## Success[\s\S]*/, ''))).toEqual(UNCHANGED)
  })

  it('passes on what was hard to read', () => {
    const result = applied(edit(insertBefore('t6', '- [] Sloppy')))
    expect(result.notes).toEqual([expect.stringMatching(/^line \d+: `\[\]` was read as `\[ \]`$/)])
  })
})

describe('any edit', () => {
  it('leaves every open task in exactly one open PR, loses nothing done and uses no id twice', () => {
    fc.assert(
      fc.property(validPlan, fc.array(fc.boolean()), fc.array(fc.boolean()), edits, (plan, ticks, closings, change) => {
        const done = new Set(allTasks(plan).flatMap((task, index) => (ticks[index] ? [task.id] : [])))
        const closedGroups = new Set(plan.groups.flatMap((group, index) => (closings[index] ? [group.id] : [])))
        const parsed = parsePlanMarkdown(change(renderPlan(plan, done)))
        const request = {
          plan,
          done,
          closedGroups,
          parsed,
          nextTaskNumber: allTasks(plan).length + 1,
          nextGroupNumber: 1,
        }
        const result = applyPlanEdit(request)
        if (result.kind === 'rejected') return
        expectSound(request, result)
        expectNothingSkipped(request, result)
        expectAtRest(request, result)
      }),
      { numRuns: Number(process.env.FC_RUNS ?? 150) },
    )
  })
})

type Request = Parameters<typeof applyPlanEdit>[0]
type Applied = Extract<PlanEdit, { kind: 'applied' }>

function doneAfter({ done }: Request, { ticked, reopened }: Applied): ReadonlySet<TaskId> {
  return new Set([...done, ...ticked].filter((id) => !reopened.includes(id)))
}

function expectSound(request: Request, result: Applied): void {
  const ids = allTasks(result.plan).map((task) => task.id)
  const groupIds = result.plan.groups.map((group) => group.id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(new Set(groupIds).size).toBe(groupIds.length)
  const done = doneAfter(request, result)
  const openInClosed = result.plan.groups
    .filter((group) => request.closedGroups.has(group.id))
    .flatMap((group) => group.tasks.filter((task) => !done.has(task.id)))
  expect(openInClosed).toEqual([])
  expect(result.plan.groups.filter((group) => group.tasks.length === 0 && !request.closedGroups.has(group.id))).toEqual(
    [],
  )
  expect(result.plan.groups.flatMap((group) => group.dependsOn).filter((id) => !groupIds.includes(id))).toEqual([])
  expect([...request.closedGroups].filter((id) => !groupIds.includes(id))).toEqual([])
  for (const group of request.plan.groups) {
    const after = result.plan.groups.find((other) => other.id === group.id)?.tasks.map((task) => task.id) ?? []
    expect(group.tasks.filter((task) => request.done.has(task.id) && !after.includes(task.id))).toEqual([])
  }
}

/** Each open task that was read is an open task of the result; what has no number of the plan got a new one. */
function expectNothingSkipped(request: Request, result: Applied): void {
  const done = doneAfter(request, result)
  const written = request.parsed.groups.flatMap((group) => group.tasks).filter((task) => task.title !== '')
  expect(allTasks(result.plan).length).toBeGreaterThanOrEqual(written.length)
  const expected = written.filter((task) => task.checked === false && !(task.id !== null && request.done.has(task.id)))
  const open = new Set(
    allTasks(result.plan)
      .filter((task) => !done.has(task.id))
      .map((task) => toLine(task.title)),
  )
  expect(expected.filter((task) => !open.has(task.title) && !isShippedTitle(request, task.title))).toEqual([])
  const numbers = result.added.map((id) => Number(id.slice(1)))
  expect(numbers.every((number) => number >= request.nextTaskNumber && number < result.nextTaskNumber)).toBe(true)
}

/** A line without an id may be a shipped task whose comment was lost. */
function isShippedTitle({ plan, done }: Request, title: string): boolean {
  return allTasks(plan).some((task) => done.has(task.id) && toLine(task.title) === title)
}

/** Written out and read again, the result is what it is. */
function expectAtRest(request: Request, result: Applied): void {
  const done = doneAfter(request, result)
  const again = applyPlanEdit({
    ...request,
    plan: result.plan,
    done,
    parsed: parsePlanMarkdown(renderPlan(result.plan, done)),
    nextTaskNumber: result.nextTaskNumber,
    nextGroupNumber: result.nextGroupNumber,
  })
  expect(again).toEqual({
    kind: 'applied',
    plan: result.plan,
    ticked: [],
    reopened: [],
    added: [],
    changed: [],
    removed: [],
    nextTaskNumber: result.nextTaskNumber,
    nextGroupNumber: result.nextGroupNumber,
    notes: [],
  })
}
