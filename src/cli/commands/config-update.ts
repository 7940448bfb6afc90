/** `claudetm config-update` */
import { Failure } from '../../domain/failure.ts'
import type { OptionChanges } from '../../domain/option-changes.ts'
import { type ChangeOutcome, changeOptions } from '../../operations/change-options.ts'
import type { ChangeFlags } from '../flags.ts'
import type { CliParts } from '../parts.ts'
import { printJson, printLines } from '../print.ts'

/** `offered`: what can be said, for who says nothing. */
export async function updateConfig(parts: CliParts, flags: ChangeFlags, offered: readonly string[]): Promise<number> {
  const changes = toChanges(flags)
  if (Object.keys(changes).length === 0) {
    throw new Failure('input_invalid', `no option is given to change; there are ${offered.join(', ')}`)
  }
  const [store, mailbox] = await Promise.all([parts.openStore(), parts.openMailbox()])
  const outcome = await changeOptions({ store, mailbox, runId: null, changes, by: await parts.person() })
  if (flags.json === true) printJson(parts, outcome)
  else printLines(parts, outcomeWords(outcome))
  return 0
}

function toChanges(flags: ChangeFlags): OptionChanges {
  const { json: _, maxSessions, prs: maxPrs, budget: sessionBudgetUsd, maxCost: maxCostUsd, ...others } = flags
  const limits = { maxSessions, maxPrs, sessionBudgetUsd, maxCostUsd }
  return {
    ...others,
    ...Object.fromEntries(
      Object.entries(limits).flatMap(([name, limit]) =>
        limit === undefined ? [] : [[name, limit === 'none' ? null : limit]],
      ),
    ),
  }
}

function outcomeWords({ kind, runId, status, owner, changes }: ChangeOutcome): readonly string[] {
  const wanted = Object.entries(changes).map(([name, value]) => `${toWords(name)}: ${toValue(value)}`)
  if (kind === 'in_force') {
    return [
      `In force for run ${runId} (${status}): ${wanted.join(', ')}.`,
      'No process works on it. Go on with: claudetm resume',
    ]
  }
  const who =
    owner === null
      ? 'It takes this over when it goes on'
      : `Process ${owner.pid} on ${owner.host} takes this over at its next step`
  return [`Asked of run ${runId}: ${wanted.join(', ')}.`, `${who}.`]
}

/** `autoMerge` is auto merge. */
function toWords(name: string): string {
  return name.replace(/Usd$/, '').replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

function toValue(value: OptionChanges[keyof OptionChanges]): string {
  if (value === null) return 'no limit'
  return typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value)
}
