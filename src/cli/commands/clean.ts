/** `claudetm clean` */
import { toPlainText } from '../../lib/plain-text.ts'
import { type CleanOutcome, cleanRun } from '../../operations/clean.ts'
import { isConfirmed } from '../confirmation.ts'
import type { CliParts } from '../parts.ts'
import { printJson, printLines } from '../print.ts'

export async function clean(parts: CliParts, options: { force: boolean; json?: true }): Promise<number> {
  const store = await parts.openStore()
  if (!options.force && !(await isConfirmed(parts, QUESTION))) {
    printLines(parts, ['Nothing was changed.'])
    return 1
  }
  const outcome = await cleanRun({ store, now: parts.now, removeWorkspaces: parts.removeWorkspaces })
  if (options.json === true) printJson(parts, outcome)
  else printLines(parts, cleanWords(outcome))
  return 0
}

export function cleanWords(outcome: CleanOutcome): readonly string[] {
  if (outcome.kind === 'nothing') return ['Nothing to clean.']
  const { runId, branches } = outcome
  const kept = branches.map((branch) => `  ${toPlainText(branch, { singleLine: true })}`)
  return [
    `Run ${runId} was put away; claudetm history still lists it.`,
    ...(kept.length === 0 ? [] : ['These branches hold work that was not merged:', ...kept]),
  ]
}

const QUESTION = {
  question: 'Put the run of this repository away? It cannot be resumed then.',
  otherwise: 'claudetm clean --force puts the run away without asking',
}
