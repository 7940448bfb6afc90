/** `claudetm mailbox`, `mailbox send`, `mailbox clear` */

import { count } from '../../lib/count.ts'
import {
  clearMailbox,
  type MailboxReport,
  type MailPlace,
  previewOf,
  type Reached,
  readMailbox,
  sendMessage,
} from '../../operations/mailbox.ts'
import { isConfirmed } from '../confirmation.ts'
import type { MessageFlags } from '../flags.ts'
import type { CliParts } from '../parts.ts'
import { printJson, printLines, printTable } from '../print.ts'
import { moment } from '../words.ts'

export async function list(parts: CliParts, options: { json?: true }): Promise<number> {
  const report = await readMailbox(await placeOf(parts))
  if (options.json === true) {
    printJson(parts, report)
    return 0
  }
  const { waiting } = report
  if (waiting.length === 0) printLines(parts, [`No message waits for run ${report.runId}.`])
  else await printTable(parts, { head: HEAD, rows: waiting.map((letter) => toRow(letter, parts.now())) })
  printLines(parts, [...takenUpWords(report), ...(waiting.length === 0 ? [] : [whenRead(report)])])
  return 0
}

const HEAD = ['From', 'Priority', 'When', 'Message']

function toRow(letter: MailboxReport['waiting'][number], now: number): readonly string[] {
  const { sender, priority, at } = letter
  return [sender, String(priority), moment(at, now), previewOf(letter)]
}

function takenUpWords({ takenUp }: MailboxReport): readonly string[] {
  if (takenUp.length === 0) return []
  return [`${count(takenUp.length, 'message')} taken up already, and not worked into the plan yet.`]
}

export async function send(parts: CliParts, text: string, options: MessageFlags): Promise<number> {
  const { sender, priority } = options
  const sent = await sendMessage(await placeOf(parts), { text, sender, priority })
  if (options.json === true) printJson(parts, sent)
  else printLines(parts, [`The message waits for run ${sent.runId}.`, whenRead(sent)])
  return 0
}

function whenRead({ owner, status }: Reached): string {
  return owner === null
    ? `No process works on it (${status}): it is read when the run goes on, with: claudetm resume`
    : `Process ${owner.pid} on ${owner.host} works on it, and reads at its next step.`
}

export async function clear(parts: CliParts, options: { force: boolean; json?: true }): Promise<number> {
  const place = await placeOf(parts)
  const { waiting } = await readMailbox(place)
  if (waiting.length > 0 && !options.force && !(await isConfirmed(parts, questionOf(waiting.length)))) {
    printLines(parts, ['Nothing was changed.'])
    return 1
  }
  const outcome = await clearMailbox(place)
  if (options.json === true) printJson(parts, outcome)
  else
    printLines(parts, [outcome.cleared === 0 ? 'No message waits.' : `Took back ${count(outcome.cleared, 'message')}.`])
  return 0
}

function questionOf(waiting: number): { question: string; otherwise: string } {
  return {
    question: `Take back ${count(waiting, 'message')} that the run has not read?`,
    otherwise: 'claudetm mailbox clear --force takes messages back without asking',
  }
}

async function placeOf(parts: CliParts): Promise<MailPlace> {
  const [store, mailbox] = await Promise.all([parts.openStore(), parts.openMailbox()])
  return { store, mailbox }
}
