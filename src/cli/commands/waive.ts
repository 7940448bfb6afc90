/** `claudetm waive`: lists what the diff guard holds back, or lets it through in a person's name. */
import { Failure } from '../../domain/failure.ts'
import { describeFinding } from '../../domain/integrity/open-findings.ts'
import { count } from '../../lib/count.ts'
import { toPlainText } from '../../lib/plain-text.ts'
import type { OpenFinding } from '../../operations/findings.ts'
import { readOpenFindings, type WaiveOutcome, waiveFindings } from '../../operations/waive.ts'
import type { WaiveFlags } from '../flags.ts'
import type { CliParts } from '../parts.ts'
import { printJson, printLines } from '../print.ts'

export async function waive(parts: CliParts, findings: readonly string[], options: WaiveFlags): Promise<number> {
  if (findings.length === 0 && !options.all) return list(parts, options)
  if (findings.length > 0 && options.all) throw new Failure('usage', 'name findings or say --all, not both')
  if (options.why === undefined) {
    throw new Failure('usage', 'say why it may stay, for the record and the pull request: --why "…"')
  }
  const outcome = await waiveFindings({
    store: await parts.openStore(),
    findings: options.all ? 'all' : findings,
    why: options.why,
    by: await parts.person(),
    now: parts.now,
  })
  if (options.json === true) printJson(parts, outcome)
  else printLines(parts, outcomeWords(outcome))
  return 0
}

async function list(parts: CliParts, options: WaiveFlags): Promise<number> {
  const open = await readOpenFindings(await parts.openStore())
  if (options.json === true) printJson(parts, open)
  else printLines(parts, open.length === 0 ? ['Nothing that was changed is held back.'] : openWords(open))
  return 0
}

function openWords(open: readonly OpenFinding[]): readonly string[] {
  return [
    'Held back: nothing of it has been pushed.',
    ...open.flatMap(describe),
    '',
    'To let something through: claudetm waive <id> --why "<why it may stay>"',
    'To take it out instead: change the commits of the branch, then: claudetm resume',
  ]
}

function describe(finding: OpenFinding): readonly string[] {
  const excerpt = finding.excerpt === '' ? [] : toPlainText(finding.excerpt).split('\n').slice(0, 12)
  return [
    '',
    `${finding.id}  ${finding.groupId}  ${finding.class}  ${oneLine(describeFinding(finding))}`,
    ...(finding.verdict === null ? [] : [`    second look: ${oneLine(finding.verdict)}`]),
    ...excerpt.map((line) => `    ${line}`),
  ]
}

function outcomeWords({ waived, open, next }: WaiveOutcome): readonly string[] {
  if (waived.length === 0) return ['Nothing that was changed is held back.']
  return [
    ...waived.map(
      (finding) =>
        `Let through: ${oneLine(describeFinding(finding))} (${oneLine(finding.by)}: ${oneLine(finding.why)})`,
    ),
    ...(open.length === 0 ? [] : [`${count(open.length, 'finding')} still held back: claudetm waive`]),
    ...(next === null ? [] : [`Go on with: ${next}`]),
  ]
}

function oneLine(text: string): string {
  return toPlainText(text, { singleLine: true })
}
