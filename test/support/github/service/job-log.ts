/** The text of a job's log, as GitHub's runner writes it: a time before each line, groups, and the error at the end. */
import type { ScriptedStep } from '../ci-script.ts'
import type { CheckConclusion } from '../model.ts'

export type LoggedStep = {
  readonly name: string
  readonly conclusion: CheckConclusion
  readonly log: string | undefined
}

export function toJobLog(steps: readonly LoggedStep[], at: Date): string {
  const time = at.toISOString().replace('Z', '0000Z')
  return steps
    .flatMap(stepLines)
    .map((line) => `${time} ${line}\n`)
    .join('')
}

function stepLines(step: LoggedStep): string[] {
  if (step.conclusion === 'skipped') return []
  const text = step.log ?? ''
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n')
  const failed = step.conclusion === 'failure' || step.conclusion === 'timed_out'
  const end = failed && !text.includes('##[error]') ? ['##[error]Process completed with exit code 1.'] : []
  return [`##[group]Run ${step.name}`, '##[endgroup]', ...lines, ...end]
}

/** All steps succeed but the last, which ends as the job does; what comes after a failed one is skipped. */
export function concludeSteps(steps: readonly ScriptedStep[], conclusion: CheckConclusion): LoggedStep[] {
  let broken = false
  return steps.map((step, index) => {
    const natural = index === steps.length - 1 ? conclusion : 'success'
    const end = step.conclusion ?? (broken ? 'skipped' : natural)
    broken ||= end === 'failure' || end === 'cancelled' || end === 'timed_out'
    return { name: step.name, conclusion: end, log: step.log }
  })
}
