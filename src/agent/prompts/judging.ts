/** The variable text of sessions that judge: criteria on the merged code, and "nothing to do". */
import type { Task } from '../../domain/plan.ts'
import { joinSections, quote, section } from './quoting.ts'

export function verifyPrompt(request: {
  goal: string
  criteria: readonly { index: number; text: string }[]
  commandEvidence: readonly string[]
}): string {
  return joinSections([
    'The work towards the goal below is merged; this is the merged code. Give a verdict for each criterion.',
    section('Goal', request.goal),
    section('Criteria', request.criteria.map((criterion) => `${criterion.index}. ${criterion.text}`).join('\n')),
    section(
      'Commands run on this commit',
      request.commandEvidence.map((text) => quote('command', text, 3_000)).join('\n'),
    ),
  ])
}

export function confirmPrompt(request: { goal: string; task: Task; reason: string }): string {
  return joinSections([
    'A session was given the task below and says that nothing needs to change. Is that so? Give one verdict: confirmed when the code already is as the task asks.',
    section('Goal of the whole run', request.goal),
    section('Criteria', `0. ${request.task.title}\n${request.task.details}`),
    section('What the session said', quote('session', request.reason, 2_000)),
  ])
}
