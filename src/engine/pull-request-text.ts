/** Title and body of a pull request: what, why, how verified, from the plan and the recorded evidence. Pure. */
import { createHash } from 'node:crypto'
import { CLASSES } from '../domain/integrity/classes.ts'
import { describeFinding } from '../domain/integrity/open-findings.ts'
import type { PrGroup } from '../domain/plan.ts'
import { toCodeSpan, toPostedText, toPostedTitle } from '../domain/posted-text.ts'
import type { RunState } from '../domain/run.ts'
import { cutText } from '../lib/plain-text.ts'

const TITLE_CHARS = 72

export function pullRequestText(state: RunState, group: PrGroup): { title: string; body: string } {
  const gate = state.groups[group.id]?.gate ?? null
  const tasks = group.tasks.map((task) => {
    const evidence = state.tasks[task.id]
    const summary = (evidence?.summary ?? '').trim()
    const indented = summary === '' ? '' : `\n  ${summary.replace(/\s*\n\s*/g, '\n  ')}`
    return `- ${toPostedTitle(task.title)}${toPostedText(indented)}`
  })
  const checks =
    gate === null || gate.outcome === 'none'
      ? ['No checks of the project were found to run before the push.']
      : gate.checks.map(
          (check) =>
            `- ${toCodeSpan(check.command)}: ${check.exitCode === 0 ? 'passed' : 'failed'} on ${gate.commit.slice(0, 12)}`,
        )
  const body = [
    ...(group.why === '' ? [] : [toPostedText(group.why), '']),
    '## Tasks',
    ...tasks,
    '',
    '## Verified before the push',
    ...checks,
    '',
    ...integrity(state, group),
    `Part of: ${toPostedTitle(state.goal.slice(0, 300))}`,
  ]
  return { title: toPostedTitle(cutText(group.title, TITLE_CHARS)), body: body.join('\n') }
}

const LET_THROUGH = {
  asked_for: 'the plan asks for it',
  confirmed: 'confirmed by a second, read-only session',
  waived: 'waived by',
} as const

/** What the diff guard stopped at, and why it was let through: for who reviews. */
function integrity(state: RunState, group: PrGroup): readonly string[] {
  const entries = state.groups[group.id]?.guard.letThrough ?? []
  if (entries.length === 0) return []
  const lines = entries.map((entry) => {
    const who = entry.how === 'waived' ? ` ${entry.by}, ${new Date(entry.at).toISOString().slice(0, 10)}` : ''
    const why = entry.why.replace(/\s+/g, ' ').slice(0, 300)
    return `- ${CLASSES[entry.class].words}: ${describeFinding(entry)}\n  ${LET_THROUGH[entry.how]}${who}: ${why}`
  })
  return ['## Integrity', 'Flagged before the push, and let through:', ...lines, '']
}

/** To see whether what the forge was given is what it should have now. */
export function digestText(text: { title: string; body: string }): string {
  return createHash('sha256').update(`${text.title}\n${text.body}`).digest('hex').slice(0, 16)
}
