/** `claudetm pr`, `comments`, `ci-status`, `ci-logs`: they look, and change nothing. */
import { Failure } from '../../domain/failure.ts'
import type { Check, PrSnapshot } from '../../domain/observation.ts'
import type { CiRun, Forge } from '../../forge/forge.ts'
import { count } from '../../lib/count.ts'
import { withoutHiddenComments } from '../../lib/hidden-comments.ts'
import { toPlainText } from '../../lib/plain-text.ts'
import { readCiLogs } from '../../operations/ci-logs.ts'
import { type Conversation, toComments } from '../../operations/comments.ts'
import { findPr, findPrs, groupOf, type Looking, type PrReport, toPrReport } from '../../operations/pull-request.ts'
import type { CiLogFlags, CiStatusFlags, CommentFlags, PrFlags } from '../flags.ts'
import { choosePaint, type Paint, type Style } from '../paint.ts'
import type { CliParts } from '../parts.ts'
import { printJson, printLines, printTable } from '../print.ts'
import { duration, moment } from '../words.ts'

export async function showPr(parts: CliParts, options: PrFlags): Promise<number> {
  return looking(parts, async (at) => {
    const prs = await findPrs(at, options.pr ?? null)
    const reports = prs.map((pr) => toPrReport(pr, at.state, parts.now()))
    const [only, ...others] = reports
    if (options.json === true) printJson(parts, others.length === 0 ? only : reports)
    else if (only !== undefined && others.length === 0) await printPr(parts, only)
    else await printTable(parts, { head: ['PR', 'State', 'Checks', 'Misses', 'Title'], rows: reports.map(toRow) })
  })
}

export async function showComments(parts: CliParts, options: CommentFlags): Promise<number> {
  return looking(parts, async (at) => {
    const pr = await findPr(at, options.pr ?? null)
    const report = toComments(pr, groupOf(pr, at.state)?.findings ?? [], options.all)
    if (options.json === true) return printJson(parts, report)
    const paint = choosePaint(parts.environment, parts.stdout)
    printLines(parts, [`${headline(pr)}`])
    for (const conversation of report.conversations) printLines(parts, toLines(conversation, parts, paint))
    const hidden = report.hidden === 0 ? '' : ` (${report.hidden} resolved or ignored: --all)`
    if (report.conversations.length === 0) printLines(parts, [`Nothing is open${hidden}.`])
    else if (hidden !== '') printLines(parts, ['', `Left out${hidden}.`])
    if (!report.complete) printLines(parts, [paint('yellow', 'The list is incomplete: there may be more.')])
  })
}

export async function showCiStatus(parts: CliParts, options: CiStatusFlags): Promise<number> {
  return looking(parts, async (at) => {
    const { forge } = at
    if (options.runId !== undefined) {
      const run = await findRun(forge, options.runId)
      return options.json === true ? printJson(parts, run) : printRun(parts, run)
    }
    const pr = await findPr(at, options.pr ?? null)
    const runs = (await forge.ciRuns?.({ runId: null, branch: pr.headBranch, limit: options.limit })) ?? []
    if (options.json === true) return printJson(parts, { number: pr.number, head: pr.head, checks: pr.checks, runs })
    printLines(parts, [headline(pr), `Checks of ${pr.head.slice(0, 12)}:`])
    await printChecks(parts, pr)
    if (runs.length === 0) return
    printLines(parts, ['', `Runs on ${oneLine(pr.headBranch)}:`])
    await printTable(parts, { head: RUN_HEAD, rows: runs.map((run) => toRunRow(run, parts.now())) })
  })
}

export async function showCiLogs(parts: CliParts, options: CiLogFlags): Promise<number> {
  return looking(parts, async (at) => {
    const pr = await findPr(at, options.pr ?? null)
    const logs = await readCiLogs(at.forge, pr, { check: options.check ?? null, lines: options.lines })
    if (options.json === true) return printJson(parts, logs)
    const paint = choosePaint(parts.environment, parts.stdout)
    if (logs.length === 0) printLines(parts, [`No check of PR #${pr.number} failed for ${pr.head.slice(0, 12)}.`])
    for (const [at, { check, tail, file }] of logs.entries()) {
      if (at > 0) printLines(parts, [''])
      printLines(parts, [paint('bold', `== ${oneLine(check)}`), tail === '' ? '(there is no log)' : toPlainText(tail)])
      if (file !== null) printLines(parts, [paint('dim', `The whole log: ${oneLine(file)}`)])
    }
  })
}

async function findRun(forge: Forge, runId: number): Promise<CiRun> {
  if (forge.ciRuns === null)
    throw new Failure('usage', `the ${forge.name} forge keeps no runs: ci-status shows its checks`)
  const [run] = await forge.ciRuns({ runId, branch: null, limit: 1 })
  if (run === undefined) throw new Failure('usage', `there is no run ${runId} here: ci-status lists those of a branch`)
  return run
}

async function looking(parts: CliParts, show: (at: Looking) => Promise<void>): Promise<number> {
  const [opened, store] = await Promise.all([parts.openForge(), parts.openStore()])
  try {
    await show({ ...opened, state: await store.load() })
    return 0
  } finally {
    await opened.forge.close()
  }
}

async function printPr(parts: CliParts, report: PrReport): Promise<void> {
  const { pr, clauses } = report
  const paint = choosePaint(parts.environment, parts.stdout)
  const facts: readonly (readonly [string, string])[] = [
    ['State', `${pr.state}${pr.draft ? ', draft' : ''}, by ${oneLine(pr.author)}`],
    ['Branch', `${oneLine(pr.headBranch)} -> ${oneLine(pr.baseBranch)}, at ${pr.head.slice(0, 12)}`],
    ['Checks', checkWords(report)],
    ['Reviews', reviewWords(pr)],
    ...(pr.awaits.length === 0 ? [] : [['Needs', oneLine(pr.awaits.join(', '))] as const]),
    ...(pr.mergeScheduled === null ? [] : [['Merge', `scheduled (${pr.mergeScheduled}), not merged yet`] as const]),
  ]
  printLines(parts, [headline(pr), ...facts.map(([name, text]) => `${paint('dim', `${name}:`.padEnd(9))}${text}`)])
  if (pr.state !== 'open') return
  printLines(
    parts,
    clauses.map(({ clause, why }) =>
      why === null ? `  ${paint('green', '✔')} ${WORDS[clause] ?? clause}` : `  ${paint('red', '✖')} ${oneLine(why)}`,
    ),
  )
  const stateOf = ({ name }: Check) =>
    report.tolerated.includes(name) ? paint('yellow', 'tolerated') : paint('red', 'failed')
  printLines(
    parts,
    report.failing.map((check) => `  ${stateOf(check)} ${failureWords(check)}`),
  )
}

const WORDS: Readonly<Record<string, string>> = {
  open: 'it is open',
  checks: 'the checks ended well',
  not_draft: 'it is no draft',
  mergeable: 'it can be merged',
  threads: 'no thread is open',
  change_requests: 'nobody requests changes',
  quiet: 'review bots have spoken',
  not_scheduled: 'no merge is scheduled',
}

function headline({ number, title, url }: PrSnapshot): string {
  return `#${number} ${oneLine(title)}  ${oneLine(url)}`
}

function toRow({ pr, checks, clauses }: PrReport): readonly string[] {
  const missing = clauses.filter(({ why }) => why !== null).map(({ clause }) => clause)
  const states = Object.entries(checks).flatMap(([state, number]) => (number === 0 ? [] : [`${number} ${state}`]))
  return [`#${pr.number}`, pr.state, states.join(', ') || pr.checks.kind, missing.join(', ') || '-', pr.title]
}

function checkWords({ pr, checks }: PrReport): string {
  if (pr.checks.kind === 'unknown') return `unknown: ${oneLine(pr.checks.why)}`
  if (pr.checks.kind === 'none_configured') return 'none configured'
  const states = Object.entries(checks).flatMap(([state, number]) => (number === 0 ? [] : [`${number} ${state}`]))
  return `${states.join(', ') || 'none reported yet'}${pr.checks.complete ? '' : ' (the list is incomplete)'}`
}

function failureWords({ name, required, description, cause, url }: Check): string {
  const facts = [required === true ? 'required' : null, cause === 'code' ? null : cause, description || null, url]
  return `${oneLine(name)}: ${facts
    .filter((fact) => fact !== null)
    .map(oneLine)
    .join('; ')}`
}

function reviewWords({ reviews }: PrSnapshot): string {
  if (reviews.kind === 'unknown') return `unknown: ${oneLine(reviews.why)}`
  const open = reviews.threads.filter((thread) => !thread.resolved).length
  const asking = reviews.changeRequests.map((request) => oneLine(request.author))
  const requests = asking.length === 0 ? '' : `; changes requested by ${asking.join(', ')}`
  return `${count(open, 'open thread')}, ${reviews.threads.length - open} resolved${requests}`
}

function toLines(conversation: Conversation, parts: CliParts, paint: Paint): readonly string[] {
  const { kind, path, line, resolved, ignored, answer, remarks } = conversation
  const place = path === null ? '' : ` ${oneLine(path)}${line === null ? '' : `:${line}`}`
  const marks = [resolved ? 'resolved' : null, ignored ? 'ignored: not trusted' : null, answer]
  const state = marks.filter((mark) => mark !== null).join(', ')
  const head = `${KINDS[kind]}${place}${state === '' ? '' : ` (${state})`}`
  const said = remarks.flatMap((remark) => [
    `  ${paint('cyan', `${oneLine(remark.author)}${remark.isBot ? ' (bot)' : ''}${remark.ours ? ' (this program)' : ''}`)} ${paint('dim', moment(remark.at, parts.now()))}`,
    ...toPlainText(withoutHiddenComments(remark.body))
      .trim()
      .split('\n')
      .map((text) => (text === '' ? '' : `    ${text}`)),
  ])
  return ['', paint('bold', head), ...said]
}

const KINDS: Readonly<Record<Conversation['kind'], string>> = {
  thread: 'Thread',
  change_request: 'Changes requested',
  comment: 'Comment',
}

const CHECK_STYLES: Readonly<Record<Check['status'], Style>> = {
  passed: 'green',
  failed: 'red',
  pending: 'yellow',
  skipped: 'dim',
}

async function printChecks(parts: CliParts, { checks }: PrSnapshot): Promise<void> {
  const paint = choosePaint(parts.environment, parts.stdout)
  if (checks.kind === 'unknown') return printLines(parts, [`unknown: ${oneLine(checks.why)}`])
  if (checks.kind === 'none_configured') return printLines(parts, ['none are configured here'])
  if (checks.items.length === 0) return printLines(parts, ['none reported yet'])
  const rows = checks.items.map(({ name, status, required, cause, url }) => [
    status,
    required === true ? 'required' : required === 'unknown' ? '?' : '',
    status === 'failed' ? cause : '',
    name,
    url ?? '',
  ])
  await printTable(parts, { head: ['State', 'Required', 'Cause', 'Check', 'Where'], rows })
  if (!checks.complete) printLines(parts, [paint(CHECK_STYLES.pending, 'The list is incomplete.')])
}

const RUN_HEAD = ['Run', 'State', 'Event', 'Began', 'Took', 'Name']

function toRunRow(run: CiRun, now: number): readonly string[] {
  const took = run.durationMs === null ? '' : duration(run.durationMs)
  return [String(run.id), run.conclusion ?? run.status, run.event, moment(run.startedAt, now), took, run.name]
}

async function printRun(parts: CliParts, run: CiRun): Promise<void> {
  const where = run.branch === null ? '' : ` on ${oneLine(run.branch)}`
  printLines(parts, [
    `${oneLine(run.name)}${where} at ${run.head.slice(0, 12)}, attempt ${run.attempt}  ${oneLine(run.url)}`,
  ])
  await printTable(parts, {
    head: ['State', 'Job', 'Where'],
    rows: run.jobs.map(({ name, status, conclusion, url }) => [conclusion ?? status, name, url ?? '']),
  })
}

function oneLine(text: string): string {
  return toPlainText(text, { singleLine: true })
}
