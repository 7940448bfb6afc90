/** The simulated world: machine, repository, forge, people. What our processes do to it goes through `door.ts`. */
import type { CommitSha } from '../../../src/domain/ids.ts'
import type { Attempt, RunState } from '../../../src/domain/run.ts'
import type { Behaviour, Call, History, Move, Suite } from '../history.ts'
import { createCommits } from './commits.ts'
import { createDisk, type Disk } from './disk.ts'
import { createJournal, type Journal } from './journal.ts'
import type { Process } from './process.ts'
import { createPulls, type Pulls } from './pulls.ts'
import { createRepository, type Repository } from './repository.ts'
import { createSuites, type Suites } from './suites.ts'
import { createTime, type Time } from './time.ts'

export type World = {
  readonly history: History
  readonly time: Time
  readonly repository: Repository
  readonly suites: Suites
  readonly pulls: Pulls
  readonly journal: Journal
  readonly disk: Disk
  readonly processes: Process[]
  readonly behaviours: Behaviour[]
  /** Whom a control request wakes. */
  readonly controlWaiters: Set<() => void>
  /** Nothing bad happens any more, and people are helpful. */
  calm: boolean
  /** Changes to disk and world so far, made by processes of ours. */
  changes: number
  /** Writes that the disk still refuses. */
  fullFor: number
  /** How often each call was made. */
  readonly calls: Map<Call, number>
  readonly moves: Map<string, Move[]>
  /** The newest state that any process saved. */
  state: RunState | null
  highestFence: number
  /** A person was told that no check ran for these heads, and said "go on". */
  readonly acceptedWithoutChecks: Set<CommitSha>
  /** Refs for whose branch a person let through what the diff guard had found. */
  readonly waived: Set<string>
  /** Starts another process while the others go on. */
  launch: (how: 'second_process' | 'taken_over') => void
  /** Titles of tasks that really need no change. */
  readonly needless: Set<string>
  /** What a conversation was asked to answer. */
  readonly remembered: Map<string, readonly string[]>
  /** Attempts as they were when a session began. */
  readonly begun: Map<string, Attempt | null>
  /** Drawn so far. */
  ids: number
  /** Said by others so far. */
  remarks: number
  /** plan.md as a person has it in an editor. */
  opened: string | null
  /** Ids of all tasks that ever were in the plan. */
  readonly planned: Set<string>
  /** Exit code of the criteria's command. */
  commandFails: boolean
}

/** The state directory. */
export const DIRECTORY = '/repo/.claude-task-master'

const START = Date.UTC(2026, 0, 1)

export function createWorld(history: History): World {
  const time = createTime(START)
  const commits = createCommits()
  const repository = createRepository(commits)
  const suitesComing: Suite[] = [...history.suites]
  const suites = createSuites({ time, commits }, history.setup.ci === 'checks', suitesComing)
  const pulls = createPulls({ repository, suites, time, setup: history.setup })
  const moves = new Map<string, Move[]>()
  for (const move of history.moves) {
    const key = keyOf(move.call, move.nth)
    moves.set(key, [...(moves.get(key) ?? []), move])
  }
  return {
    history,
    time,
    repository,
    suites,
    pulls,
    journal: createJournal(),
    disk: createDisk(),
    processes: [],
    behaviours: [...history.behaviours],
    controlWaiters: new Set(),
    calm: false,
    changes: 0,
    fullFor: 0,
    calls: new Map(),
    moves,
    state: null,
    highestFence: 0,
    acceptedWithoutChecks: new Set(),
    waived: new Set(),
    launch: () => {},
    needless: new Set(),
    remembered: new Map(),
    begun: new Map(),
    ids: 0,
    remarks: 0,
    opened: null,
    planned: new Set(),
    commandFails: false,
  }
}

export function keyOf(call: Call, nth: number): string {
  return `${call}#${nth}`
}

export function calmDown(world: World): void {
  world.calm = true
  world.behaviours.length = 0
  world.fullFor = 0
  world.commandFails = false
  world.suites.calm()
  for (const pull of world.pulls.all) if (pull.state === 'open') pull.base = 'main'
}
