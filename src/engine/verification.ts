/**
 * The success criteria on the merged code: commands are run by us on the merged commit, the rest is judged by a fresh
 * read-only session that did not write the code. The evidence is kept with the commit it was true for.
 */
import { parseVerdicts } from '../agent/outputs.ts'
import { verifyPrompt } from '../agent/prompts/judging.ts'
import type { RunDecision } from '../domain/decide/run.ts'
import type { CommitSha } from '../domain/ids.ts'
import type { Criterion } from '../domain/plan.ts'
import type { CheckRun, CriterionEvidence, RunState, Verdict, VerdictWord } from '../domain/run.ts'
import type { Slot } from '../workspace/workspace.ts'
import { installDependencies } from './actions/workspace.ts'
import type { Context } from './context.ts'
import { runRunSession } from './run-sessions.ts'

/** A new round: the commands. */
export async function verifyCommands(context: Context): Promise<void> {
  const { memory, forge, workspaces, halt } = context
  const commit = await forge.targetHead()
  const criteria = memory.state().plan?.criteria ?? []
  const round = (memory.state().verification?.round ?? 0) + 1
  await memory.emit({ type: 'verification.started', round, commit, criteria: criteria.length })
  const withCommand = criteria.filter((criterion) => criterion.command !== null)
  const results =
    withCommand.length === 0
      ? []
      : await workspaces.withCheckout(commit, halt, (slot) => runCommands(context, slot, commit, withCommand))
  if (halt.aborted) return
  await memory.update((state) => ({
    ...state,
    attempt: null,
    verification: { round, commit, followedUp: false, results },
  }))
  for (const result of results) await memory.emit({ type: 'verification.result', round, result })
}

async function runCommands(
  context: Context,
  slot: Slot,
  commit: CommitSha,
  criteria: readonly Criterion[],
): Promise<CriterionEvidence[]> {
  await installDependencies(context, slot, null)
  const results: CriterionEvidence[] = []
  for (const criterion of criteria) {
    const command = criterion.command ?? ''
    const run = await context.workspaces.runCommand(slot, command, context.halt)
    results.push({
      criterion: criterion.text,
      command,
      verdict: run.exitCode === 0 ? 'confirmed' : 'refuted',
      evidence: describeRun(run),
      durationMs: run.durationMs,
      commit,
      at: context.clock.now(),
    })
  }
  return results
}

function describeRun(run: CheckRun): string {
  const end = run.timedOut ? 'timed out' : `exit code ${run.exitCode}`
  return `$ ${run.command}\n${end}\n${run.tail.slice(-2_000)}`.trim()
}

type SessionDecision = Extract<RunDecision, { kind: 'session' }>

/** The criteria without a command. */
export async function judgeCriteria(context: Context, decision: SessionDecision): Promise<void> {
  const state = context.memory.state()
  const prompt = verifyPrompt({
    goal: state.goal,
    criteria: openCriteria(state).map(({ index, criterion }) => ({ index, text: criterion.text })),
    commandEvidence: (state.verification?.results ?? []).map((result) => result.evidence),
  })
  await context.workspaces.withCheckout(decision.subject as CommitSha, context.halt, (slot) =>
    runRunSession(context, slot, decision, prompt),
  )
}

export async function acceptVerdicts(context: Context): Promise<void> {
  const { memory, clock } = context
  const { attempt, verification } = memory.state()
  if (attempt === null || verification === null) return
  const parsed = parseVerdicts(attempt.output)
  const open = openCriteria(memory.state())
  const given = matchVerdicts(
    open.map(({ index }) => index),
    parsed.ok ? parsed.value : [],
  )
  const results = open.map(({ index, criterion }): CriterionEvidence => {
    const answer = given.get(index)
    const verdict: VerdictWord = answer?.verdict ?? 'inconclusive'
    return {
      criterion: criterion.text,
      command: null,
      verdict,
      evidence: answer?.evidence ?? 'the session gave no verdict',
      durationMs: null,
      commit: verification.commit,
      at: clock.now(),
    }
  })
  await memory.update((state) => ({
    ...state,
    attempt: null,
    verification: { ...verification, results: [...verification.results, ...results] },
  }))
  for (const result of results) await memory.emit({ type: 'verification.result', round: verification.round, result })
}

const DOUBT: Readonly<Record<VerdictWord, number>> = { confirmed: 0, inconclusive: 1, refuted: 2 }

/** By the numbers that were given; an answer that counted from nought instead is taken in its order. */
function matchVerdicts(asked: readonly number[], verdicts: readonly Verdict[]): ReadonlyMap<number, Verdict> {
  // Of several about one criterion the worst counts.
  const worstLast = [...verdicts].sort((one, other) => DOUBT[one.verdict] - DOUBT[other.verdict])
  const byNumber = new Map(worstLast.map((verdict) => [verdict.criterion, verdict]))
  if (verdicts.length !== asked.length || asked.every((index) => byNumber.has(index))) return byNumber
  const countsFromNought = verdicts.every((verdict, position) => verdict.criterion === position)
  return countsFromNought
    ? new Map(verdicts.map((verdict, position) => [asked[position] ?? position, verdict]))
    : byNumber
}

function openCriteria(state: RunState): readonly { index: number; criterion: Criterion }[] {
  return (state.plan?.criteria ?? [])
    .map((criterion, index) => ({ index, criterion }))
    .filter(({ criterion }) => criterion.command === null)
}
