/** `claudetm plan`, `progress`, `context`: files for people. */
import { Failure } from '../../domain/failure.ts'
import { toPlainText } from '../../lib/plain-text.ts'
import { readContext } from '../../operations/context.ts'
import { readPlan } from '../../operations/plan.ts'
import { readProgress } from '../../operations/progress.ts'
import type { Store } from '../../store/store.ts'
import type { CliParts } from '../parts.ts'
import { printJson } from '../print.ts'

type Json = { json?: true }

export async function showPlan(parts: CliParts, options: Json): Promise<number> {
  const plan = await readPlan(await parts.openStore())
  if (options.json === true) printJson(parts, plan)
  else printText(parts, plan.markdown ?? 'There is no plan yet: the run is still planning.')
  return 0
}

const DOCUMENTS: Readonly<Record<'progress' | 'context', (store: Store) => Promise<string | null>>> = {
  progress: readProgress,
  context: readContext,
}

export async function showDocument(parts: CliParts, name: keyof typeof DOCUMENTS, options: Json): Promise<number> {
  const text = await DOCUMENTS[name](await parts.openStore())
  if (text === null) throw new Failure('run_missing', `there is no ${name} of a run in this repository`)
  if (options.json === true) printJson(parts, { name, text })
  else printText(parts, text)
  return 0
}

function printText({ stdout }: CliParts, text: string): void {
  stdout.write(`${toPlainText(text).trimEnd()}\n`)
}
