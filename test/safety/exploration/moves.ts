/** What happens in a small world without us: what the forge had promised anyway, and what other people do. */
import { WAIVE } from '../../../src/domain/decide/integrity.ts'
import { openFindings } from '../../../src/domain/integrity/open-findings.ts'
import { resumed } from '../../../src/operations/resume.ts'
import { remark, thread } from '../../support/observations.ts'
import type { Choose } from './choices.ts'
import { addCommit, commitOf } from './commit-graph.ts'
import { letGo } from './cures.ts'
import { type Faults, inherit, mergeNow, nextPiece, showHead } from './small-ports.ts'
import { GROUP, newestPr, type SmallPr, type SmallWorld, withPr } from './small-world.ts'
import { groupOf } from './state-key.ts'

export type Move = { readonly name: string; readonly world: SmallWorld }

/** CI ends, a queue merges or drops, a push is noticed: each once for what began it, so that a quiet world comes to rest. */
export function promised(world: SmallWorld, faults: Faults): readonly Move[] {
  const pr = newestPr(world)
  if (pr === null || pr.state !== 'open') return []
  const moves: Move[] = []
  if (pr.ci === 'pending') {
    for (const ci of faults.ci)
      if (ci !== 'pending' && ci !== 'none_yet') moves.push({ name: `CI ends ${ci}`, world: withPr(world, { ci }) })
  }
  if (pr.ci === 'none_yet') moves.push({ name: 'CI begins', world: withPr(world, { ci: 'pending' }) })
  if (pr.scheduled) {
    const box = { world }
    mergeNow(box)
    moves.push({ name: 'the queue merges', world: box.world })
    moves.push({ name: 'the queue drops it', world: withPr(world, { scheduled: false }) })
  }
  if (world.pushed !== null && world.pushed !== pr.head) {
    for (const ci of faults.ci)
      moves.push({ name: `the push is noticed, CI ${ci}`, world: showHead(world, world.pushed, only(ci), faults) })
  }
  return moves
}

const only =
  (ci: string): Choose =>
  (_, options) =>
    options.find((option) => option === ci) ?? firstOf(options)

function firstOf<T>(options: readonly T[]): T {
  const [first] = options
  if (first === undefined) throw new Error('nothing to choose from')
  return first
}

export type PeopleMove =
  | 'push on top'
  | 'merge'
  | 'close'
  | 'reopen'
  | 'retarget'
  | 'comment in a thread'
  | 'write on'
  | 'resolve the thread'
  | 'request changes'
  | 'move the target'
  | 'move the target into a conflict'
  | 'delete the branch'
  | 'CI turns red'
  | 'CI turns green'
  | 'make it a draft'
  | 'schedule the merge'
  | 'resume'
  | 'resume by force'
  | 'let go what was found'

/** One of other people's moves; null = there is nothing to move. */
export function moveOf(world: SmallWorld, move: PeopleMove): SmallWorld | null {
  const pr = newestPr(world)
  const open = pr?.state === 'open' ? pr : null
  const moved = movedBy(world, open, pr, move)
  return moved === null ? null : { ...moved, movesLeft: world.movesLeft - 1 }
}

function movedBy(world: SmallWorld, open: SmallPr | null, pr: SmallPr | null, move: PeopleMove): SmallWorld | null {
  switch (move) {
    case 'resume':
    case 'resume by force':
      return resume(world, move === 'resume by force')
    case 'let go what was found': {
      const command = groupOf(world.state).block?.command ?? ''
      return command.startsWith(WAIVE) ? waiveAndResume(world, command) : null
    }
    case 'push on top':
      return world.pushed === null || open === null ? null : pushOnTop(world, open, world.pushed)
    case 'move the target':
    case 'move the target into a conflict': {
      const piece = nextPiece(world.work)
      const made = addCommit(world.commits, { parents: [world.target], work: piece })
      const changes = move === 'move the target' ? { behind: true } : { conflicts: true, behind: false }
      return {
        ...(open === null ? world : withPr(world, changes)),
        commits: made.graph,
        work: world.work | piece,
        target: made.commit,
      }
    }
    case 'delete the branch':
      return world.pushed === null ? null : deleteBranch(world, world.pushed)
    case 'reopen':
      return pr?.state === 'closed' ? withPr(world, { state: 'open' }) : null
    default:
      return open === null ? null : onOpenPr(world, open, move)
  }
}

/** As the person understands it: what is accepted is what the block said. */
export function resume(
  world: SmallWorld,
  force: boolean,
  changes: Partial<Parameters<typeof resumed>[1]> = {},
): SmallWorld {
  const group = groupOf(world.state)
  const cause = group.block?.cause ?? ''
  const pr = newestPr(world)
  const without =
    force && cause.startsWith('no check ran and passed') ? (pr?.head ?? null) : world.acceptedWithoutChecks
  const closed = force && cause.includes('was closed without being merged') && pr !== null ? [pr.number] : []
  return {
    ...world,
    acceptedWithoutChecks: without,
    givenUp: [...world.givenUp, ...closed],
    letGo: world.letGo || (force && group.block !== null && openFindings(group.guard).length > 0),
    state: resumed(
      world.state,
      {
        message: null,
        force,
        maxCostUsd: null,
        maxSessions: null,
        autoMerge: null,
        admin: null,
        webhook: null,
        ...changes,
      },
      { by: 'ann', at: world.now },
    ),
  }
}

/** `claudetm waive`, and then `resume`. */
export function waiveAndResume(world: SmallWorld, command: string): SmallWorld {
  const group = letGo(groupOf(world.state), command)
  const waived = { ...world.state, groups: { [GROUP]: group } }
  return resume({ ...world, state: waived, letGo: openFindings(group.guard).length === 0 }, false)
}

/** What only they had there is theirs to throw away. */
function deleteBranch(world: SmallWorld, pushed: number): SmallWorld {
  const { commits, local, target } = world
  const elsewhere = [local?.head ?? null, target].reduce<number>(
    (work, place) => (place === null ? work : work | commitOf(commits, place).work),
    0,
  )
  const thrownAway = commitOf(commits, pushed).work & ~elsewhere
  return { ...world, pushed: null, work: world.work & ~thrownAway }
}

function onOpenPr(world: SmallWorld, pr: SmallPr, move: PeopleMove): SmallWorld | null {
  switch (move) {
    case 'merge': {
      const box = { world }
      mergeNow(box)
      return box.world
    }
    case 'close':
      return withPr(world, { state: 'closed', scheduled: false })
    case 'retarget':
      return withPr(world, { base: pr.base === 'main' ? 'other' : 'main' })
    case 'comment in a thread':
      return withPr(world, { threads: [...pr.threads, thread({ id: `T${pr.threads.length + 1}` })] })
    case 'write on': {
      const [first, ...others] = pr.threads
      if (first === undefined) return null
      const again = remark({ id: `R${first.remarks.length + 1}` })
      return withPr(world, { threads: [{ ...first, resolved: false, remarks: [...first.remarks, again] }, ...others] })
    }
    case 'resolve the thread':
      return pr.threads.some(({ resolved }) => !resolved)
        ? withPr(world, { threads: pr.threads.map((open) => ({ ...open, resolved: true })) })
        : null
    case 'request changes':
      return withPr(world, { changeRequests: [remark({ id: 'C1', author: 'bob' })] })
    case 'CI turns red':
    case 'CI turns green':
      return withPr(world, { ci: move === 'CI turns red' ? 'red' : 'green' })
    case 'make it a draft':
      return withPr(world, { draft: true })
    case 'schedule the merge':
      return pr.scheduled ? null : withPr(world, { scheduled: true })
    default:
      return null
  }
}

function pushOnTop(world: SmallWorld, pr: SmallPr, pushed: number): SmallWorld {
  const piece = nextPiece(world.work)
  const made = addCommit(world.commits, { parents: [pushed], work: piece })
  const lackTest = inherit(world, made.commit, pushed)
  const next = { ...world, commits: made.graph, work: world.work | piece, pushed: made.commit, lackTest }
  return withPr(next, {
    head: made.commit,
    headSince: world.now,
    ci: pr.ci === 'none_configured' ? pr.ci : 'green',
    scheduled: false,
  })
}
