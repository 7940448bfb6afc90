/** The variable text of sessions that change code. */
import type { SessionAsk } from '../../domain/decision.ts'
import type { Feedback } from '../../domain/feedback.ts'
import type { IntegrityFinding } from '../../domain/integrity/finding.ts'
import type { PrGroup, Task } from '../../domain/plan.ts'
import type { CheckRun } from '../../domain/run.ts'
import { withoutHiddenComments } from '../../lib/hidden-comments.ts'
import { quoteFinding } from './findings.ts'
import { joinSections, label, labels, list, noted, quote, section } from './quoting.ts'

export type WorkPrompt = {
  readonly goal: string
  readonly group: PrGroup
  readonly task: Task | null
  readonly done: ReadonlySet<string>
  readonly learnings: string
  /** True when the conversation already holds the text about goal and group. */
  readonly continues: boolean
  readonly ask: SessionAsk
  readonly evidence: WorkEvidence
}

/** What the ask refers to; only the part that belongs to it is filled. */
export type WorkEvidence = {
  readonly failedChecks: readonly CheckRun[]
  readonly ciLogs: readonly { readonly check: string; readonly tail: string; readonly file: string | null }[]
  /** The very same failure was there after that many earlier fixes. */
  readonly sameFailureBefore: number
  readonly feedback: readonly Feedback[]
  /** What the diff guard found, with what the second look said. */
  readonly findings: readonly { readonly finding: IntegrityFinding; readonly evidence: string }[]
  readonly target: { readonly branch: string; readonly commit: string } | null
}

export const NO_EVIDENCE: WorkEvidence = {
  failedChecks: [],
  ciLogs: [],
  sameFailureBefore: 0,
  feedback: [],
  findings: [],
  target: null,
}

/** How much of all CI logs together goes into one prompt, and the least of each that says anything. */
const LOGS_CHARS = 60_000
const LEAST_LOG_CHARS = 1_500

export function workPrompt(request: WorkPrompt): string {
  return joinSections([
    request.continues ? null : background(request),
    isAboutTask(request.ask) || !request.continues ? taskSection(request.task) : null,
    askSection(request.ask, request.evidence),
  ])
}

function isAboutTask(ask: SessionAsk): boolean {
  return ask.why === 'start' || ('asked' in ask && isAboutTask(ask.asked))
}

function background(request: WorkPrompt): string {
  const { group, done } = request
  const tasks = group.tasks.map((task) => `- [${done.has(task.id) ? 'x' : ' '}] ${task.title}`)
  return joinSections([
    section('Goal of the whole run', request.goal),
    section('This pull request', `${label(group.title)}\n${group.why}\n${tasks.join('\n')}`),
    section('Known about this code base', noted(request.learnings)),
  ])
}

function taskSection(task: Task | null): string | null {
  return task === null
    ? null
    : section('Your task now', `${task.title}\n${task.details}\nOnly this task; the others have their own sessions.`)
}

function askSection(ask: SessionAsk, evidence: WorkEvidence): string | null {
  switch (ask.why) {
    case 'start':
      return null
    case 'interrupted':
    case 'retry':
      return joinSections([
        askSection(ask.asked, evidence),
        section(
          'Go on',
          `The session before was interrupted. See what is there (git status, git log, git diff) and go on from it; a command that was cut off may have had effects.${leftovers(ask.leftovers)}`,
        ),
      ])
    case 'cut_off':
      return joinSections([
        askSection(ask.asked, evidence),
        section(
          'Go on',
          `The session before reached its limit of ${ask.by}. Go on from what is there and come to an end: commit what is finished.${leftovers(ask.leftovers)}`,
        ),
      ])
    case 'undelivered':
      return section(
        'Nothing was committed',
        'You ended without a new commit. If the work is done, commit it now. If nothing needs to change, answer nothing_to_do and say why. If only a human can go on, answer blocked.',
      )
    case 'refuted':
      return section(
        'There is something to do',
        `You answered that nothing needs to change. A second look disagrees:\n${quote('second look', ask.evidence, 4_000)}\nDo what is missing and commit it.`,
      )
    case 'leftovers':
      return section(
        'Uncommitted changes are left',
        `${ask.operationInProgress ? 'A git operation (rebase, merge or cherry-pick) is half-way: finish it.\n' : ''}Commit what belongs to the work; delete files that do not, or ignore them where that is right. Discard nothing you have not looked at.${leftovers(ask.leftovers)}`,
      )
    case 'gate_failed':
      return section(
        "The project's own checks fail",
        `Fix the cause and commit.\n${evidence.failedChecks.map((check) => quote(`output of ${check.command}`, check.tail)).join('\n')}`,
      )
    case 'integrity':
      return section(
        'Not pushed: undo it or justify it',
        `A guard stopped at the changes below, and a second look at them did not confirm that the task needs them. Undo each one by another commit and reach the task's aim without it: mend the code instead of the check. Only where the task cannot be done without it, leave it and say why in explanations, with what a reader can verify.\n${evidence.findings.map(describeOpen).join('\n')}`,
      )
    case 'ci_failed':
      return section('CI is red', describeCi(ask.checks, ask.alsoOnTarget, evidence))
    case 'reviews':
      return joinSections([
        section(
          'Reviewers asked for something',
          `Deal with every remark below: fix it and commit, or explain, or decline with the reason. Fix what is right; decline what would make the code worse. Answer with one disposition for each id; do not answer the reviewers yourself.\n${evidence.feedback.map(describeFeedback).join('\n')}`,
        ),
        ask.checks.length === 0 ? null : section('CI is red as well', describeCi(ask.checks, [], evidence)),
      ])
    case 'conflict':
      return section(
        'The branch conflicts with its target',
        `Rebase onto ${evidence.target === null ? 'the target branch' : label(evidence.target.branch)} at commit ${evidence.target?.commit ?? ''} (it is in this repository; do not fetch): git rebase ${evidence.target?.commit ?? ''}. Keep the intent of both sides.`,
      )
  }
}

function describeOpen({ finding, evidence }: WorkEvidence['findings'][number]): string {
  return `- ${quoteFinding(finding)}${evidence === '' ? '' : `\n${quote('second look', evidence, 2_000)}`}`
}

function leftovers(paths: readonly string[]): string {
  return paths.length === 0 ? '' : `\nUncommitted now:\n${list(paths)}`
}

function describeCi(checks: readonly string[], alsoOnTarget: readonly string[], evidence: WorkEvidence): string {
  const others =
    alsoOnTarget.length === 0 ? '' : ` (${labels(alsoOnTarget)} fail on the target branch too: not asked for here.)`
  return [
    `These checks failed on the pushed commit: ${labels(checks)}.${others} CI runs in a clean checkout of the commit: what is only in this directory (ignored or generated files, installed tools, local configuration) is not there. Find the cause, fix it and commit. If it is not caused by this change, answer nothing_to_do and say what you saw.`,
    ...(evidence.sameFailureBefore === 0 ? [] : [sameAgain(evidence.sameFailureBefore)]),
    ...describeLogs(evidence.ciLogs),
  ].join('\n')
}

/** A matrix of a hundred red jobs must not fill the conversation: each gets its share, and what has none is named above. */
function describeLogs(logs: WorkEvidence['ciLogs']): readonly string[] {
  const shown = logs.slice(0, LOGS_CHARS / LEAST_LOG_CHARS)
  const share = Math.floor(LOGS_CHARS / Math.max(1, shown.length))
  return shown.map((log) => quote(`CI log of ${log.check}`, log.tail, Math.min(share, 12_000)))
}

function sameAgain(times: number): string {
  return `${times === 1 ? 'A fix' : `${times} fixes`} before this one left exactly the same failure: look at them (git log -p) and do not try the same again. Reproduce the failure first, in a clean checkout of this commit made with git worktree or git archive under the temporary directory; then question the assumption the earlier fixes shared.`
}

function describeFeedback(feedback: Feedback): string {
  const line = feedback.line === null ? '' : `:${feedback.line}`
  const place = feedback.path === null ? '' : ` on ${label(feedback.path)}${line}`
  const said = feedback.remarks.map((remark) =>
    quote(
      remark.ours ? 'you, before' : `${remark.author}, ${remark.isBot ? 'review bot' : 'reviewer'}`,
      withoutHiddenComments(remark.body),
      REMARK_CHARS,
    ),
  )
  return `${KINDS[feedback.kind]} ${feedback.id}${place}:\n${said.join('\n')}`
}

export const REMARK_CHARS = 6_000

const KINDS: Readonly<Record<Feedback['kind'], string>> = {
  thread: 'Thread',
  change_request: 'Review that asks for changes',
  comment: 'Comment',
}
