/**
 * `merge-pr`: any existing pull request is brought to its merge by the same engine as a run's own. It becomes a run with
 * one PR group whose one task is done already; what is left of a group's life is what is wanted.
 */

import { label } from '../agent/prompts/quoting.ts'
import { Failure } from '../domain/failure.ts'
import { createGroupState } from '../domain/group-state.ts'
import type { CommitSha, GroupId, PrNumber, RunId, TaskId } from '../domain/ids.ts'
import type { PrSnapshot } from '../domain/observation.ts'
import type { GroupState, RunOptions, RunState } from '../domain/run.ts'
import type { Forge } from '../forge/forge.ts'
import { initialState } from './initial-state.ts'
import { createRun, refuseExisting } from './new-run.ts'
import { resumeRun } from './resume.ts'
import { withLock } from './run-lock.ts'
import type { Preflight, RunParts } from './run-parts.ts'
import type { MergePrRequest, RunEnd, RunObserver, StartRequest } from './run-request.ts'
import { work } from './work.ts'

export async function mergePr(run: RunParts, request: MergePrRequest, observer: RunObserver): Promise<RunEnd> {
  const target = run.webhooks.target(request.webhook)
  const existing = await run.store.load()
  if (existing !== null && isOfRun(existing, request.number)) return goOn(run, request, observer)
  await refuseExisting(run)
  const first = await run.preflight(toStart(request, null))
  const pr = await findPr(run, request, first.options)
  if (pr.state === 'merged') return alreadyMerged(pr)
  refuse(pr)
  const { options, notes } = await preflightFor(run, request, first, pr)
  return withLock(run, { fromOtherHosts: false }, (lock) =>
    work(run, { lock, observer, webhookPort: request.webhookPort }, async () => {
      await refuseExisting(run)
      const state = await createRun(run, lock, (runId, now) => {
        run.webhooks.add(runId, target)
        return adopt(pr, options, { runId, now })
      })
      return { state, resumed: false, notes }
    }),
  )
}

/** The run that is here stopped before merging this very pull request: it goes on. */
function isOfRun(state: RunState, number: PrNumber | null): boolean {
  const open = Object.values(state.groups).filter((group) => group.pr !== null && group.merged === null)
  return open.some((group) => group.pr?.number === number) || (number === null && open.length > 0)
}

function goOn(run: RunParts, request: MergePrRequest, observer: RunObserver): Promise<RunEnd> {
  const { merge, admin, maxCostUsd, webhookPort, webhook } = request
  return resumeRun(
    run,
    {
      message: null,
      force: false,
      maxCostUsd,
      maxSessions: null,
      autoMerge: merge,
      admin: admin || null,
      webhookPort,
      webhook,
    },
    observer,
  )
}

function toStart(request: MergePrRequest, pr: PrSnapshot | null): StartRequest {
  const { model, maxIterations, maxCostUsd, logLevel, sandbox, forge, mergeMethod, admin, merge } = request
  return {
    goal: pr === null ? 'Bring a pull request to its merge' : goalFor(pr),
    model,
    autoMerge: merge,
    maxSessions: maxIterations,
    maxPrs: null,
    pauseOnPr: false,
    prPerTask: false,
    branch: null,
    targetBranch: pr?.baseBranch ?? null,
    sessionBudgetUsd: null,
    maxCostUsd,
    criteria: [],
    verify: false,
    logLevel,
    sandbox,
    forge,
    mergeMethod,
    admin,
    syncBeforeMerge: null,
    draft: null,
    webhookPort: request.webhookPort,
    webhook: request.webhook,
  }
}

/** Its target is its own, not the default one. */
async function preflightFor(
  run: RunParts,
  request: MergePrRequest,
  first: Preflight,
  pr: PrSnapshot,
): Promise<Preflight> {
  return pr.baseBranch === first.options.targetBranch ? first : run.preflight(toStart(request, pr))
}

async function findPr(run: RunParts, request: MergePrRequest, options: RunOptions): Promise<PrSnapshot> {
  const forge = await run.openForge(options)
  try {
    if (request.number !== null) return await byNumber(forge, request.number)
    return await ofBranch(run, forge, { createPr: request.createPr, options })
  } finally {
    await forge.close()
  }
}

async function byNumber(forge: Forge, number: PrNumber): Promise<PrSnapshot> {
  const seen = await forge.observeNumber(number)
  if (seen.kind === 'pr') return seen.pr
  if (seen.kind === 'unknown') throw seen.failure ?? new Failure('forge_unreachable', seen.why)
  throw new Failure('pr_missing', `there is no pull request #${number} here`)
}

type BranchRequest = { readonly createPr: boolean; readonly options: RunOptions }

async function ofBranch(run: RunParts, forge: Forge, { createPr, options }: BranchRequest): Promise<PrSnapshot> {
  const branch = await run.currentBranch()
  if (branch === null)
    throw new Failure('pr_missing', 'HEAD is detached: name the pull request, e.g. claudetm merge-pr 12')
  const seen = await forge.observe(branch.name)
  if (seen.kind === 'unknown') throw seen.failure ?? new Failure('forge_unreachable', seen.why)
  if (seen.kind === 'pr' && (seen.pr.state === 'open' || !createPr)) return seen.pr
  if (!createPr) {
    const way = 'name one (claudetm merge-pr 12), or open one with --create-pr'
    throw new Failure('pr_missing', `the branch ${branch.name} has no pull request: ${way}`)
  }
  return openFor(run, forge, { branch, target: options.targetBranch, draft: options.draft })
}

async function openFor(
  run: RunParts,
  forge: Forge,
  { branch, target, draft }: { branch: { name: string; head: CommitSha }; target: string; draft: boolean },
): Promise<PrSnapshot> {
  if (branch.name === target) {
    throw new Failure('pr_missing', `${target} is the target branch itself: switch to the branch that is to be merged`)
  }
  const commits = await run.describeCommits(target)
  if (commits === null) throw new Failure('pr_missing', `${branch.name} has no commit that ${target} does not have`)
  await run.pushCurrentBranch(forge.pushTarget(branch.name))
  const { subject, body } = commits
  const opened = await forge.ensureOpen({ headBranch: branch.name, head: branch.head, draft, title: subject, body })
  return byNumber(forge, opened.number)
}

function refuse(pr: PrSnapshot): void {
  if (pr.state === 'closed') throw new Failure('pr_unfit', `PR #${pr.number} is closed: reopen it first (${pr.url})`)
  if (pr.isFromFork) {
    throw new Failure(
      'pr_unfit',
      `PR #${pr.number} comes from a fork: its branch cannot be pushed to from here (${pr.url})`,
    )
  }
}

function alreadyMerged(pr: PrSnapshot): RunEnd {
  return { exitCode: 0, status: 'success', reason: `PR #${pr.number} is merged already: ${pr.url}`, command: null }
}

function goalFor(pr: PrSnapshot): string {
  return `Bring pull request #${pr.number} to its merge: ${label(pr.title)}`
}

const GROUP = 'g1' as GroupId
const TASK = 't1' as TaskId

function adopt(pr: PrSnapshot, options: RunOptions, { runId, now }: { runId: RunId; now: number }): RunState {
  const title = `Bring pull request #${pr.number} to its merge`
  return {
    ...initialState(runId, goalFor(pr), options, now),
    status: 'working',
    plan: {
      criteria: [],
      groups: [
        {
          id: GROUP,
          title: pr.title,
          why: '',
          dependsOn: [],
          touches: null,
          releaseChecks: [],
          tasks: [{ id: TASK, title, details: '', complexity: 'coding' }],
        },
      ],
    },
    nextTaskNumber: 2,
    nextGroupNumber: 2,
    tasks: { [TASK]: { at: now, commit: pr.head, how: 'adopted', summary: '' } },
    groups: { [GROUP]: adoptGroup(pr, runId) },
  }
}

function adoptGroup(pr: PrSnapshot, runId: RunId): GroupState {
  const { number, url, head, headBranch } = pr
  return {
    ...createGroupState({ runId, groupId: GROUP, headBranch }),
    pr: { number, url },
    adopted: { number, head },
    lastPushed: head,
  }
}
