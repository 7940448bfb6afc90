/** The variable text of sessions that judge: criteria on the merged code, and "nothing to do". */
import type { Explanation, IntegrityFinding } from '../../domain/integrity/finding.ts'
import type { PrGroup, Task } from '../../domain/plan.ts'
import { quoteFinding } from './findings.ts'
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

/** The diff is data: it may hold anything a session was made to write. */
export function secondLookPrompt(request: {
  goal: string
  group: PrGroup
  findings: readonly IntegrityFinding[]
  explanations: readonly Explanation[]
}): string {
  const { goal, group, findings, explanations } = request
  const tasks = group.tasks.map(
    ({ title, details }) => `- ${title}${details === '' ? '' : `\n  ${details.replaceAll('\n', '\n  ')}`}`,
  )
  const claims = explanations.filter(({ path }) => findings.some((finding) => finding.path === path))
  return joinSections([
    'Sessions worked on the tasks below, and a guard stopped at parts of what they changed, before anything was pushed. Give one verdict for each finding, by its number: confirmed when the tasks need this change, or when what it takes away is no longer true of the code or is proved elsewhere, and say where you saw that; refuted when it makes the project check less than before, hides a fault, or has nothing to do with the tasks; inconclusive when you cannot tell. The code as it is now is in front of you.',
    section('Goal of the whole run', goal),
    section('Tasks', `${group.title}\n${tasks.join('\n')}`),
    section('Findings', findings.map((finding, index) => `${index}. ${quoteFinding(finding)}`).join('\n\n')),
    section(
      'What the sessions say about it (claims)',
      claims.map(({ path, why }) => quote(`session, about ${path}`, why, 1_000)).join('\n'),
    ),
  ])
}
