/** The variable text of planning sessions. */
import type { Plan } from '../../domain/plan.ts'
import { joinSections, noted, quote, section } from './quoting.ts'

export type PlanningPrompt = {
  readonly goal: string
  readonly maxPrs: number | null
  readonly userCriteria: readonly string[]
  readonly learnings: string
  /** What was wrong with the previous answer. */
  readonly problem: string | null
}

export function planPrompt(request: PlanningPrompt): string {
  return joinSections([
    'Plan how to reach the goal below in this repository.',
    section('Goal', request.goal),
    limits(request),
    section('Known about this code base', noted(request.learnings)),
    problem(request.problem),
  ])
}

export type PlanUpdatePrompt = PlanningPrompt & {
  readonly plan: Plan
  readonly done: ReadonlySet<string>
  readonly closedGroups: ReadonlySet<string>
  readonly change:
    | { readonly kind: 'messages'; readonly messages: readonly string[] }
    | {
        readonly kind: 'refuted'
        readonly findings: readonly { readonly criterion: string; readonly evidence: string }[]
      }
}

export function planUpdatePrompt(request: PlanUpdatePrompt): string {
  const { change } = request
  return joinSections([
    'Change the plan below. Answer with the complete new plan. Keep what the change does not touch; give every task you keep its id, also finished ones. New work that belongs to a finished group goes into a new group.',
    section('Goal', request.goal),
    change.kind === 'messages'
      ? section('What the user asks for now', change.messages.join('\n\n'))
      : section(
          'Not true of the merged code yet; plan the work that makes it true',
          change.findings
            .map((finding) => `### ${finding.criterion}\n${quote('evidence', finding.evidence, 4_000)}`)
            .join('\n'),
        ),
    limits(request),
    section('Plan so far', describePlan(request)),
    section('Known about this code base', noted(request.learnings)),
    problem(request.problem),
  ])
}

function describePlan(request: PlanUpdatePrompt): string {
  const groups = request.plan.groups.map((group, index) => {
    const state = request.closedGroups.has(group.id) ? 'merged, finished' : 'open'
    const after = group.dependsOn.length > 0 ? `, depends on ${group.dependsOn.join(', ')}` : ''
    const tasks = group.tasks.map((task) => {
      const details = task.details === '' ? '' : `\n  ${task.details.replaceAll('\n', '\n  ')}`
      return `- ${task.id} (${request.done.has(task.id) ? 'done' : 'open'}, ${task.complexity}): ${task.title}${details}`
    })
    return [`### Group ${index} (${group.id}, ${state}${after}): ${group.title}`, ...tasks].join('\n')
  })
  const criteria = request.plan.criteria.map(
    (criterion) => `- ${criterion.text}${criterion.command === null ? '' : ` (command: ${criterion.command})`}`,
  )
  return [...groups, '### Success criteria', ...criteria].join('\n')
}

function limits(request: PlanningPrompt): string | null {
  const lines = [
    request.maxPrs === null
      ? null
      : `At most ${request.maxPrs} group${request.maxPrs === 1 ? '' : 's'} (pull requests) in the whole plan.`,
    ...request.userCriteria.map((criterion) => `The user's own success criterion, kept as it is: ${criterion}`),
  ].filter((line) => line !== null)
  return section('Limits', lines.join('\n'))
}

function problem(text: string | null): string | null {
  return section('Your previous answer could not be used', text)
}
