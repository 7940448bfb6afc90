/** `claudetm history`, and one run of it with its proof */
import { Failure } from '../../domain/failure.ts'
import { describeFinding } from '../../domain/integrity/open-findings.ts'
import { toPlainText } from '../../lib/plain-text.ts'
import { readHistory } from '../../operations/history.ts'
import type { RunSummary } from '../../store/store.ts'
import { choosePaint, type Paint } from '../paint.ts'
import type { CliParts } from '../parts.ts'
import { printJson, printLines, printTable } from '../print.ts'
import { proof, section } from '../view/proof.ts'
import { dollars, duration } from '../words.ts'

const HEAD = ['Run', 'Result', 'Tasks', 'Merged', 'Sessions', 'Cost', 'Took', 'Goal']

export async function showHistory(parts: CliParts, runId: string | null, options: { json?: true }): Promise<number> {
  const all = await readHistory(await parts.openStore())
  const runs = runId === null ? all : [findRun(all, runId)]
  if (options.json === true) {
    printJson(parts, runs)
    return 0
  }
  if (runs.length === 0) {
    printLines(parts, ['No run has ended in this repository yet.'])
    return 0
  }
  await printTable(parts, {
    head: HEAD,
    rows: runs.map((run) => [
      run.runId,
      run.status,
      `${run.tasksDone}/${run.tasksTotal}`,
      String(run.merged.length),
      String(run.sessions),
      dollars(run.costUsd),
      duration(run.endedAt - run.createdAt),
      run.goal,
    ]),
  })
  if (runId !== null)
    printLines(
      parts,
      runs.flatMap((run) => details(run, choosePaint(parts.environment, parts.stdout))),
    )
  return 0
}

function findRun(runs: readonly RunSummary[], runId: string): RunSummary {
  const found = runs.find((run) => run.runId === runId)
  if (found === undefined) throw new Failure('usage', `no run ${runId} has ended here; claudetm history lists them`)
  return found
}

/** What was merged, what proves it, and what a reader should know about it. */
function details(run: RunSummary, paint: Paint): readonly string[] {
  return [
    ...section(
      'Merged:',
      run.merged.map(({ pr, commit, title }) => `#${pr} ${commit.slice(0, 12)} ${oneLine(title)}`),
    ),
    ...section(
      'Proved on the merged code:',
      run.criteria.flatMap((criterion) => proof(criterion, paint)),
    ),
    ...section(
      'Flagged before a push, and let through:',
      run.letThrough.map(
        (finding) =>
          `${finding.class} ${oneLine(describeFinding(finding))} (${finding.how.replace('_', ' ')}, ${oneLine(finding.by)}: ${oneLine(finding.why)})`,
      ),
    ),
  ]
}

function oneLine(text: string): string {
  return toPlainText(text, { singleLine: true })
}
