/**
 * The success criteria on the merged code: commands are run by us on the merged commit, the rest is judged by a fresh
 * read-only session that did not write the code. The evidence is kept with the commit it was true for.
 */
import { parseVerdicts } from '../agent/outputs.ts'
import { verifyPrompt } from '../agent/prompts/judging.ts'
import type { RunDecision } from '../domain/decide/run.ts'
import type { CommitSha } from '../domain/ids.ts'
import type { Criterion } from '../domain/plan.ts'
import type { CheckRun, CriterionEvidence, RunState } from '../domain/run.ts'
import { beginRound, judgeVerdict, matchVerdicts } from '../domain/verdicts.ts'
import type { Slot } from '../workspace/workspace.ts'
import { installDependencies } from './actions/workspace.ts'
import type { Context } from './context.ts'
import { runRunSession } from './run-sessions.ts'

/** A new round: the commands. */
export async function verifyCommands(context: Context): Promise<void> {
  const { memory, forge, workspaces, halt } = context
  const commit = await forge.targetHead()
  const criteria = memory.state().plan?.criteria ?? []
  const begun = beginRound(memory.state().verification, commit)
  const { round } = begun
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
    verification: { ...begun, results },
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
      exitCode: run.exitCode,
      looks: 1,
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
  const { memory, clock, workspaces } = context
  const { attempt, verification } = memory.state()
  if (attempt === null || verification === null) return
  const parsed = parseVerdicts(attempt.output)
  const open = openCriteria(memory.state())
  const given = matchVerdicts(
    open.map(({ index }) => index),
    parsed.ok ? parsed.value : [],
  )
  const citable = {
    files: await workspaces.files(verification.commit),
    commands: verification.results.flatMap(({ command }) => command ?? []),
  }
  const results = open.map(
    ({ index, criterion, looks }): CriterionEvidence => ({
      criterion: criterion.text,
      command: null,
      ...judgeVerdict(given.get(index), citable, looks),
      exitCode: null,
      durationMs: null,
      commit: verification.commit,
      at: clock.now(),
    }),
  )
  const judged = new Set(results.map(({ criterion }) => criterion))
  const others = verification.results.filter(({ command, criterion }) => command !== null || !judged.has(criterion))
  await memory.update((state) => ({
    ...state,
    attempt: null,
    verification: { ...verification, results: [...others, ...results] },
  }))
  for (const result of results) await memory.emit({ type: 'verification.result', round: verification.round, result })
}

type OpenCriterion = { readonly index: number; readonly criterion: Criterion; readonly looks: number }

/** Those a session has to judge: without a command, and not answered for on this commit. */
function openCriteria({ plan, verification }: RunState): readonly OpenCriterion[] {
  return (plan?.criteria ?? []).flatMap((criterion, index) => {
    if (criterion.command !== null) return []
    const known = verification?.results.find((result) => result.command === null && result.criterion === criterion.text)
    if (known !== undefined && known.verdict !== 'inconclusive') return []
    return [{ index, criterion, looks: known?.looks ?? 0 }]
  })
}
