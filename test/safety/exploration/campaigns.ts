/** What is explored together: each campaign lets another part of the small world misbehave, in every way it can. */
import type { RunOptions } from '../../../src/domain/run.ts'
import { addCommit } from './commit-graph.ts'
import type { PeopleMove } from './moves.ts'
import type { AgentMove, Faults } from './small-ports.ts'
import { createSmallWorld, type SmallPr, type SmallWorld } from './small-world.ts'

export type Campaign = {
  readonly name: string
  readonly start: () => SmallWorld
  readonly faults: Faults
  readonly people: readonly PeopleMove[]
}

/** How many of other people's moves, and how many crashes, one history may have. */
type Start = { tasks?: number; options?: Partial<RunOptions>; moves?: number; crashes?: number }

function from({ tasks = 1, options = {}, moves = 0, crashes = 0 }: Start): () => SmallWorld {
  return () => createSmallWorld({ tasks, options, moves, crashes })
}

/** Everything does what it promised. */
const HONEST: Faults = {
  agent: { 'fix-review': ['done'], confirm: ['confirms'] },
  gate: ['passed'],
  push: ['ok'],
  open: ['ok'],
  look: ['ok'],
  ci: ['green'],
  merge: ['merged'],
  act: ['ok'],
  rerun: ['started'],
  update: ['updated'],
  integrate: ['joined'],
  notices: ['at_once'],
}

const ENDS: readonly AgentMove[] = [
  'done',
  'claims',
  'leaves_dirt',
  'cut_off',
  'cut_off_with_commit',
  'refused',
  'fails',
  'fails_for_good',
  'wrong_shape',
  'needs_person',
]

const SOME_ENDS: readonly AgentMove[] = ['done', 'claims', 'leaves_dirt', 'refused', 'fails']

export const CAMPAIGNS: readonly Campaign[] = [
  {
    name: 'agents',
    start: from({}),
    faults: {
      ...HONEST,
      gate: ['passed', 'failed'],
      agent: {
        work: [...ENDS, 'nothing_to_do', 'leaves_operation'],
        finish: ENDS,
        'fix-gate': ENDS,
        confirm: ['confirms', 'refutes', 'wrong_shape', 'cut_off', 'refused', 'fails', 'fails_for_good'],
      },
    },
    people: [],
  },
  {
    name: 'the diff guard',
    start: from({ moves: 2 }),
    faults: {
      ...HONEST,
      agent: {
        work: ['deletes_test'],
        'second-look': ['confirms', 'refutes', 'wrong_shape', 'cut_off', 'refused', 'fails', 'fails_for_good'],
        'fix-integrity': ['done', 'claims', 'deletes_test', 'nothing_to_do', 'leaves_dirt', 'refused', 'fails'],
        finish: ['done'],
      },
    },
    people: ['push on top', 'let go what was found', 'resume by force', 'resume'],
  },
  {
    name: 'the diff guard, killed',
    start: from({ crashes: 1 }),
    faults: {
      ...HONEST,
      ci: ['green', 'red'],
      agent: {
        work: ['done', 'deletes_test'],
        'fix-ci': ['deletes_test'],
        'second-look': ['confirms', 'refutes'],
        'fix-integrity': ['done', 'claims'],
      },
    },
    people: [],
  },
  {
    name: 'budgets',
    start: from({ tasks: 2, options: { maxSessions: 2 } }),
    faults: {
      ...HONEST,
      gate: ['passed', 'failed'],
      ci: ['green', 'red'],
      agent: { work: SOME_ENDS, finish: SOME_ENDS, 'fix-gate': SOME_ENDS, 'fix-ci': SOME_ENDS },
    },
    people: [],
  },
  {
    name: 'acts on the forge',
    start: from({}),
    faults: {
      ...HONEST,
      push: ['ok', 'unreachable', 'lost_answer', 'refused'],
      open: ['ok', 'unreachable', 'lost_answer', 'refused'],
      ci: ['green', 'none_yet', 'none_configured'],
      merge: ['merged', 'scheduled', 'stale', 'refused', 'unknown', 'lost_answer'],
      act: ['ok', 'unreachable', 'refused'],
    },
    people: [],
  },
  {
    name: 'looks that fail',
    start: from({}),
    faults: { ...HONEST, look: ['ok', 'unknown'], ci: ['green', 'none_yet'], merge: ['merged', 'scheduled', 'stale'] },
    people: [],
  },
  {
    name: 'fixes of CI',
    start: from({}),
    faults: {
      ...HONEST,
      gate: ['passed', 'failed'],
      ci: ['green', 'red', 'pending'],
      notices: ['at_once', 'later'],
      agent: { 'fix-ci': ENDS, 'fix-gate': ['done', 'claims'], finish: ['done', 'claims'] },
    },
    people: [],
  },
  {
    name: 'causes of red',
    start: from({ moves: 1 }),
    faults: {
      ...HONEST,
      ci: ['green', 'red', 'red_here_too', 'infrastructure', 'none_yet'],
      rerun: ['started', 'impossible'],
      agent: { 'fix-ci': ['done', 'claims'] },
    },
    people: ['CI turns red', 'CI turns green', 'move the target'],
  },
  {
    name: 'reviews',
    start: from({ moves: 2 }),
    faults: {
      ...HONEST,
      gate: ['passed', 'failed'],
      act: ['ok', 'refused'],
      agent: {
        'fix-review': ['done', 'claims', 'leaves_dirt', 'explains', 'declines', 'silent'],
        'fix-gate': ['done'],
        finish: ['done'],
      },
    },
    people: ['comment in a thread', 'write on', 'resolve the thread', 'request changes', 'make it a draft'],
  },
  {
    name: 'people',
    start: from({ moves: 1 }),
    faults: {
      ...HONEST,
      ci: ['green', 'red'],
      integrate: ['joined', 'conflict'],
      update: ['updated', 'refused', 'conflict', 'stale'],
      agent: {
        'fix-ci': ['done'],
        'resolve-conflict': ['done', 'rewrites', 'claims', 'leaves_operation', 'refused'],
        finish: ['done', 'claims'],
      },
    },
    people: [
      'push on top',
      'merge',
      'close',
      'reopen',
      'retarget',
      'move the target',
      'move the target into a conflict',
      'delete the branch',
      'schedule the merge',
      'resume by force',
    ],
  },
  {
    name: 'other commits',
    start: from({ moves: 2 }),
    faults: {
      ...HONEST,
      integrate: ['joined', 'conflict'],
      notices: ['at_once', 'later'],
      agent: { 'fix-ci': ['done'], 'fix-review': ['done'], 'resolve-conflict': ['done', 'rewrites'] },
    },
    people: ['push on top', 'move the target into a conflict', 'delete the branch', 'comment in a thread', 'merge'],
  },
  {
    name: 'decisions of people',
    start: from({ moves: 2 }),
    faults: { ...HONEST, ci: ['green', 'none_yet'], merge: ['merged', 'scheduled'], agent: { 'fix-ci': ['done'] } },
    people: ['merge', 'close', 'reopen', 'retarget', 'schedule the merge', 'CI turns red', 'resume by force', 'resume'],
  },
  {
    name: 'drafts and pauses',
    start: from({ options: { draft: true, pauseOnPr: true, autoMerge: false }, moves: 2 }),
    faults: {
      ...HONEST,
      ci: ['green', 'red'],
      act: ['ok', 'refused', 'unreachable'],
      agent: { 'fix-ci': ['done', 'claims'] },
    },
    people: ['resume', 'make it a draft', 'request changes', 'CI turns red', 'merge'],
  },
  {
    name: 'no CI, and a branch whose name was used before',
    start: () => usedBefore(from({ moves: 1 })()),
    faults: {
      ...HONEST,
      ci: ['none_configured'],
      gate: ['passed', 'failed'],
      open: ['ok', 'lost_answer'],
      agent: { 'fix-gate': SOME_ENDS, finish: ['done'] },
    },
    people: ['push on top', 'close', 'merge', 'resume by force'],
  },
  {
    name: 'crashes',
    start: from({ moves: 1, crashes: 1 }),
    faults: {
      ...HONEST,
      gate: ['passed', 'failed'],
      push: ['ok', 'lost_answer'],
      open: ['ok', 'lost_answer'],
      merge: ['merged', 'scheduled', 'lost_answer'],
      agent: {
        work: ['done', 'claims', 'leaves_dirt'],
        'fix-ci': ['done'],
        'fix-review': ['done', 'declines'],
        'resolve-conflict': ['rewrites'],
      },
    },
    people: ['comment in a thread', 'push on top', 'move the target into a conflict', 'close'],
  },
]

/** Years ago somebody merged a pull request from a branch of this name. */
function usedBefore(world: SmallWorld): SmallWorld {
  const old = addCommit(world.commits, { parents: [0], work: 0 })
  const merged: SmallPr = {
    number: 1,
    state: 'merged',
    base: 'main',
    draft: false,
    head: old.commit,
    headSince: 0,
    ci: 'green',
    conflicts: false,
    behind: false,
    scheduled: false,
    mergeCommit: old.commit,
    threads: [],
    changeRequests: [],
  }
  return { ...world, commits: old.graph, prs: [merged], givenUp: [merged.number] }
}
