/** `claudetm sessions` and `claudetm evidence`: what was spent, and what proves that the work is done. */
import { spentUsd } from '../../domain/budget.ts'
import { allTasks } from '../../domain/plan.ts'
import type { RunState, SessionRecord } from '../../domain/run.ts'
import { count } from '../../lib/count.ts'
import { toPlainText } from '../../lib/plain-text.ts'
import { toEvidence, toSessions } from '../../operations/catalog/wire/records.ts'
import { type Records, readRecords } from '../../operations/records.ts'
import { choosePaint } from '../paint.ts'
import type { CliParts } from '../parts.ts'
import { printJson, printLines, printTable } from '../print.ts'
import { proof, section } from '../view/proof.ts'
import { dollars, duration, moment } from '../words.ts'

export async function showSessions(parts: CliParts, runId: string | null, options: { json?: true }): Promise<number> {
  const { state, isAtWork } = await readState(parts, runId)
  if (options.json === true) {
    printJson(parts, {
      run_id: state.runId,
      cost_usd: spentUsd(state.sessions),
      sessions: toSessions({ state }).sessions,
    })
    return 0
  }
  const now = parts.now()
  if (state.sessions.length > 0) {
    await printTable(parts, {
      head: SESSIONS,
      rows: state.sessions.map((session) => toSessionRow(session, { now, isAtWork })),
    })
  }
  printLines(parts, [totals(state)])
  return 0
}

const SESSIONS = ['Started', 'Session', 'PR', 'Task', 'Model', 'Turns', 'Cost', 'Took', 'Outcome']

function toSessionRow(
  session: SessionRecord,
  { now, isAtWork }: { now: number; isAtWork: boolean },
): readonly string[] {
  const { kind, groupId, taskId, model, startedAt, endedAt, turns, costUsd, outcome } = session
  // Who was killed did not write down that it ended, nor when.
  const isCutOff = outcome === 'running' && !isAtWork
  return [
    moment(startedAt, now),
    kind,
    groupId ?? '-',
    taskId ?? '-',
    model,
    String(turns),
    dollars(costUsd),
    isCutOff ? '-' : duration((endedAt ?? now) - startedAt),
    isCutOff ? 'cut off' : outcome.replaceAll('_', ' '),
  ]
}

/** Most expensive kind first. */
function totals({ runId, sessions }: RunState): string {
  const kinds = [...Map.groupBy(sessions, (session) => session.kind)]
    .map(([kind, of]) => ({ kind, of: of.length, costUsd: spentUsd(of) }))
    .toSorted((a, b) => b.costUsd - a.costUsd)
    .map(({ kind, of, costUsd }) => `${of} ${kind} ${dollars(costUsd)}`)
  const sum = `Run ${runId}: ${dollars(spentUsd(sessions))} in ${count(sessions.length, 'session')}`
  return kinds.length === 0 ? sum : `${sum} (${kinds.join(', ')})`
}

export async function showEvidence(parts: CliParts, runId: string | null, options: { json?: true }): Promise<number> {
  const { state } = await readState(parts, runId)
  if (options.json === true) {
    const { success: _, ...evidence } = toEvidence({ state })
    printJson(parts, { run_id: state.runId, ...evidence })
    return 0
  }
  const paint = choosePaint(parts.environment, parts.stdout)
  const lines = [
    ...section('Tasks that are done:', taskLines(state)),
    ...section('Checks of the project, run before a push:', gateLines(state)),
    ...section('Merged:', mergeLines(state)),
    ...section(
      'Proved on the merged code:',
      (state.verification?.results ?? []).flatMap((criterion) => proof(criterion, paint)),
    ),
  ]
  printLines(
    parts,
    lines.length === 0 ? [`Nothing is proved yet in run ${state.runId}.`] : [`Run ${state.runId}`, ...lines],
  )
  return 0
}

function taskLines({ plan, tasks }: RunState): readonly string[] {
  const titles = new Map((plan === null ? [] : allTasks(plan)).map((task) => [task.id as string, task.title]))
  return Object.entries(tasks).map(([id, { commit, how, summary }]) => {
    const said = summary === '' ? '' : `: ${oneLine(summary)}`
    return `${id} ${oneLine(titles.get(id) ?? 'not in the plan any more')} (${how.replaceAll('_', ' ')}${commit === null ? '' : `, ${commit.slice(0, 12)}`})${said}`
  })
}

function gateLines({ groups }: RunState): readonly string[] {
  return Object.entries(groups).flatMap(([id, { gate }]) => {
    if (gate === null) return []
    const names = gate.checks.map(({ name }) => oneLine(name)).join(', ')
    const which = names === '' ? '' : ` (${names})`
    return [gate.outcome === 'none' ? `${id} has none` : `${id} ${gate.outcome} on ${gate.commit.slice(0, 12)}${which}`]
  })
}

function mergeLines({ groups }: RunState): readonly string[] {
  return Object.entries(groups).flatMap(([id, { merged, pr }]) =>
    merged === null
      ? []
      : [`${pr === null ? id : `#${pr.number}`} ${merged.commit.slice(0, 12)} (head ${merged.head.slice(0, 12)})`],
  )
}

async function readState(parts: CliParts, runId: string | null): Promise<Records> {
  const [store, openArchived] = await Promise.all([parts.openStore(), parts.openArchived()])
  return readRecords({ store, openArchived }, runId)
}

function oneLine(text: string): string {
  return toPlainText(text, { singleLine: true })
}
