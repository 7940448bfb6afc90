/** Plans, markup and edits to try the rules of plan.md with. */
import fc from 'fast-check'
import type { GroupId, TaskId } from '../../src/domain/ids.ts'
import { COMPLEXITIES, type Plan } from '../../src/domain/plan.ts'
import { toCommand, toDetails, toLine } from '../../src/domain/plan-text.ts'

/** Pieces that mean something in plan.md, and some that mean something elsewhere. */
const MARKUP = [
  '- [ ] ',
  '- [x] ',
  '[ ]',
  '\\[ ]',
  '`',
  '``',
  '```',
  '~~~',
  '(`x`)',
  ' (`npm test`)',
  '(\\`x`)',
  '`x`',
  '\\`x`',
  '\\',
  '#',
  '### PR 2: x',
  '## Success Criteria',
  '## Task List',
  '**Release checks:**',
  '**Depends on:** PR 1',
  '**Touches:** `x`',
  '**',
  '---',
  '>',
  '- ',
  '* ',
  '1. ',
  '<!--',
  '-->',
  '<\\!--',
  '<!-- t1 -->',
  '<!-- g1 -->',
  '<!-- user -->',
  '<!-- 1=g2 -->',
  '`[quick]`',
  '[coding]',
  '\n',
  '\n\n',
  '\r\n',
  '\t',
  '  ',
  ' ',
  '\u00a0',
  '\u2028',
  '\u001b[31m',
  '\u0000',
  '\ud800',
  'é日本😀',
  'PR 1',
  'word',
]

export const text = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...MARKUP) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
    ),
    {
      maxLength: 6,
    },
  )
  .map((pieces) => pieces.join(''))

export const plan: fc.Arbitrary<Plan> = fc
  .record({
    criteria: fc.array(
      fc.record({
        text,
        command: fc.option(text),
        source: fc.constantFrom('plan' as const, 'user' as const),
      }),
      { maxLength: 4 },
    ),
    groups: fc.array(
      fc.record({
        title: text,
        why: text,
        dependsOn: fc.array(fc.nat(), { maxLength: 2 }),
        touches: fc.option(fc.array(text, { maxLength: 3 })),
        releaseChecks: fc.array(text, { maxLength: 2 }),
        tasks: fc.array(fc.record({ title: text, details: text, complexity: fc.constantFrom(...COMPLEXITIES) }), {
          maxLength: 4,
        }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ criteria, groups }) => {
    let tasks = 0
    return {
      criteria,
      groups: groups.map((group, index) => ({
        ...group,
        id: `g${index + 1}` as GroupId,
        dependsOn: index === 0 ? [] : distinct(group.dependsOn.map((n) => `g${(n % index) + 1}` as GroupId)),
        tasks: group.tasks.map((task) => {
          tasks += 1
          return { id: `t${tasks}` as TaskId, ...task }
        }),
      })),
    }
  })

/** As plans are once they are in force: texts in their form, no title blank. */
export const validPlan: fc.Arbitrary<Plan> = plan.map((any) => {
  const { criteria, groups } = normalized(any)
  const titled = <T extends { readonly title: string }>(item: T): T => ({ ...item, title: item.title || 'untitled' })
  return { criteria, groups: groups.map((group) => ({ ...titled(group), tasks: group.tasks.map(titled) })) }
})

const lineEdit: fc.Arbitrary<(lines: string[]) => string[]> = fc
  .tuple(
    fc.constantFrom('delete', 'copy', 'move', 'strip', 'tick', 'untick', 'insert', 'indent', 'reword', 'cut'),
    fc.nat(),
    fc.nat(),
    text,
  )
  .map(([kind, at, other, added]) => (lines: string[]) => {
    const from = at % Math.max(1, lines.length)
    const to = other % Math.max(1, lines.length)
    const line = lines[from] ?? ''
    const replace = (...by: string[]) => lines.toSpliced(from, 1, ...by)
    switch (kind) {
      case 'delete':
        return replace()
      case 'copy':
        return lines.toSpliced(to, 0, line)
      case 'move':
        return replace().toSpliced(to, 0, line)
      case 'strip':
        return replace(line.replace(/<!--.*?-->/, ''))
      case 'tick':
        return replace(line.replace('- [ ]', '- [x]'))
      case 'untick':
        return replace(line.replace('- [x]', '- [ ]'))
      case 'insert':
        return lines.toSpliced(from, 0, `- [ ] ${added}`)
      case 'indent':
        return replace(`  ${line}`)
      case 'cut':
        return lines.toSpliced(from, other % 6)
      default:
        return replace(`${line}${added}`)
    }
  })

/** What people and editors do to a file, and what they do by mistake. */
export const edits: fc.Arbitrary<(file: string) => string> = fc
  .array(lineEdit, { maxLength: 8 })
  .map((changes) => (file) => changes.reduce((lines, change) => change(lines), file.split('\n')).join('\n'))

/** The form in which a plan's texts stand in plan.md. */
export function normalized(plan: Plan): Plan {
  return {
    criteria: plan.criteria.flatMap((criterion) => {
      const command = toCommand(criterion.command ?? '') || null
      const text = toLine(criterion.text) || toLine(command ?? '')
      return text === '' ? [] : [{ ...criterion, text, command }]
    }),
    groups: plan.groups.map((group) => ({
      ...group,
      title: toLine(group.title),
      why: toLine(group.why),
      touches: normalizedTouches(group.touches),
      releaseChecks: group.releaseChecks.map(toLine).filter((check) => check !== ''),
      tasks: group.tasks.map((task) => ({ ...task, title: toLine(task.title), details: toDetails(task.details) })),
    })),
  }
}

function normalizedTouches(touches: readonly string[] | null): readonly string[] | null {
  const named = (touches ?? []).map(toLine).filter((glob) => glob !== '')
  return named.length === 0 ? null : named
}

export function distinct<T>(items: readonly T[]): readonly T[] {
  return [...new Set(items)]
}
