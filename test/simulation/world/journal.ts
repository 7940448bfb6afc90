/** What really happened, as the world saw it: the only thing the rules are checked against. */

import type { CommitSha } from '../../../src/domain/ids.ts'
import type { Block } from '../../../src/domain/run.ts'
import type { SessionKind } from '../../../src/domain/stage.ts'
import type { Call } from '../history.ts'

/** How a pull request stood, in the world's own words. */
export type Standing = {
  readonly head: CommitSha
  readonly open: boolean
  readonly draft: boolean
  readonly base: string
  readonly checks: 'green' | 'not_green' | 'none_configured' | 'none_yet'
  /** When the checks of this head became green, by the world's time. */
  readonly greenAt: number | null
  readonly conflicting: boolean
  /** Unresolved threads: of trusted people, and of bots alone. */
  readonly openThreads: readonly string[]
  readonly openBotThreads: readonly string[]
  /** People's requests for changes that count. */
  readonly changeRequests: readonly string[]
  readonly unapproved: boolean
}

export type Merge = {
  readonly pull: number
  readonly branch: string
  readonly head: CommitSha
  /** As our process last saw it. */
  readonly seen: Standing | null
  /** The branch in our workspace at that moment. */
  readonly local: { readonly head: CommitSha; readonly dirty: boolean } | null
  readonly acceptedWithoutChecks: boolean
  readonly at: number
  readonly scheduled: boolean
  /** How many sessions there had been. */
  readonly atSession: number
}

export type Session = {
  readonly id: string
  readonly kind: SessionKind
  /** Title of the task its prompt names. */
  readonly taskId: string | null
  readonly conversationId: string
  readonly startedAt: number
  readonly pid: number
  /** Something was sent to the service. */
  began: boolean
  /** The final answer is in the transcript. */
  answer: unknown
  answered: boolean
  costUsd: number
  turns: number
  outcome: string
  readonly commits: CommitSha[]
  /** What it answered, and what of that it says it fixed. */
  readonly disposed: string[]
  readonly fixed: string[]
  ended: boolean
  readonly prompt: string
  readonly cwd: string
  readonly model: string
  readonly continues: boolean
  readonly budgetUsd: number | null
  /** The account said so. */
  refusedUntil: number | null
  /** That it was refused is saved: also who comes after a crash can know. */
  isRefusalSaved: boolean
}

export type Act = { readonly call: Call; readonly pid: number; readonly fence: number; readonly highest: number }

export type Journal = {
  readonly lines: string[]
  readonly merges: Merge[]
  readonly opened: { readonly pull: number; readonly branch: string }[]
  readonly pushes: {
    readonly ref: string
    readonly commit: CommitSha
    readonly pid: number
    /** Without a test that was there, which no person let go. */
    readonly lacksTest: boolean
  }[]
  readonly deletedRefs: string[]
  /** Our words below what others said. */
  readonly replies: {
    readonly thread: string | null
    readonly key: string
    readonly resolve: boolean
    /** The last thing others had said there. */
    readonly after: string | null
    /** What we had pushed by then, whatever others did to it. */
    readonly pushed: readonly CommitSha[]
    readonly pull: number
    readonly body: string
    /** How many sessions there had been. */
    readonly atSession: number
  }[]
  readonly sessions: Session[]
  /** Acts of a process whose number had been passed before it began them. */
  readonly lateActs: Act[]
  readonly blocks: Omit<Block, 'at'>[]
  /** Ids of tasks that a person ticked or unticked. */
  readonly ticked: Set<string>
  readonly unticked: Set<string>
  /** Ids of tasks that a person took out of plan.md. */
  readonly takenOut: Set<string>
  /** What people were told that the run will read. */
  readonly said: string[]
  /** Titles of tasks for which a second look saw that nothing was to do. */
  readonly confirmed: Set<string>
  /** Titles that were in plan.md as a person last left it. */
  wanted: ReadonlySet<string> | null
  readonly checkoutMoves: { readonly commit: CommitSha; readonly dirty: boolean }[]
  readonly lateEnds: string[]
  readonly chargedForRefusal: string[]
  /** How often a person gave budgets back. */
  grants: number
  readonly forcedAt: number[]
  /** What is wrong with how it came to its ends. */
  readonly violations: string[]
  readonly fired: Map<string, number>
}

export function createJournal(): Journal {
  return {
    lines: [],
    merges: [],
    opened: [],
    pushes: [],
    deletedRefs: [],
    replies: [],
    sessions: [],
    lateActs: [],
    blocks: [],
    ticked: new Set(),
    unticked: new Set(),
    takenOut: new Set(),
    said: [],
    confirmed: new Set(),
    wanted: null,
    checkoutMoves: [],
    lateEnds: [],
    chargedForRefusal: [],
    grants: 0,
    forcedAt: [],
    violations: [],
    fired: new Map(),
  }
}
