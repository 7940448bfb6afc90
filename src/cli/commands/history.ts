/** `claudetm history` */
import { readHistory } from '../../operations/history.ts'
import type { CliParts } from '../parts.ts'
import { printJson, printLines, printTable } from '../print.ts'
import { dollars, duration } from '../words.ts'

const HEAD = ['Run', 'Result', 'Tasks', 'Merged', 'Sessions', 'Cost', 'Took', 'Goal']

export async function showHistory(parts: CliParts, options: { json?: true }): Promise<number> {
  const runs = await readHistory(await parts.openStore())
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
  return 0
}
