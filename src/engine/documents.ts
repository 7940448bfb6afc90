/** progress.md, criteria.txt and context.md: the run as people read it. Pure. */
import { spentUsd } from '../domain/budget.ts'
import { allTasks, type Plan } from '../domain/plan.ts'
import type { RunState } from '../domain/run.ts'

/** What is sent along with a prompt of the facts that sessions reported: the newest, within this many characters. */
const LEARNINGS_CHARS = 8_000

export function renderProgress(state: RunState): string {
  const tasks = state.plan === null ? [] : allTasks(state.plan)
  const done = tasks.filter((task) => state.tasks[task.id] !== undefined)
  const lines = [
    '# Progress',
    '',
    `**Goal:** ${state.goal}`,
    `**Status:** ${state.status}${state.reason === null ? '' : ` (${state.reason})`}`,
    `**Tasks:** ${done.length} of ${tasks.length} done`,
    `**Sessions:** ${state.sessions.length}, $${spentUsd(state.sessions).toFixed(2)}`,
    '',
    ...(state.plan?.groups ?? []).flatMap((group) => {
      const memory = state.groups[group.id]
      const pr = memory?.pr === null || memory?.pr === undefined ? '' : ` (PR #${memory.pr.number})`
      return [
        `## ${group.title}: ${memory?.stage ?? 'pending'}${pr}`,
        ...group.tasks.map((task) => {
          const evidence = state.tasks[task.id]
          return `- [${evidence === undefined ? ' ' : 'x'}] ${task.title}${evidence === undefined || evidence.summary === '' ? '' : `: ${oneLine(evidence.summary)}`}`
        }),
        '',
      ]
    }),
  ]
  return `${lines.join('\n').trimEnd()}\n`
}

export function renderCriteria(plan: Plan): string {
  return plan.criteria
    .map(
      (criterion) =>
        `- ${criterion.text}${criterion.command === null || criterion.command === criterion.text ? '' : ` (\`${criterion.command}\`)`}\n`,
    )
    .join('')
}

export function renderContext(state: RunState): string {
  return `# Learned about this code base\n\n${state.learnings.map((text) => `- ${text}\n`).join('')}`
}

/** Capped where it is read, newest first kept. */
export function learningsForPrompt(state: RunState): string {
  const kept: string[] = []
  let size = 0
  for (const text of [...state.learnings].reverse()) {
    size += text.length + 3
    if (size > LEARNINGS_CHARS) break
    kept.unshift(`- ${text}`)
  }
  return kept.join('\n')
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, 200)
}
