/** One real turn of the real reconciler (or the recovery after a crash) in a small world. */
import { Failure } from '../../../src/domain/failure.ts'
import type { Context } from '../../../src/engine/context.ts'
import { createMemory } from '../../../src/engine/memory.ts'
import type { PlanFile } from '../../../src/engine/plan-file.ts'
import { type GroupEnd, reconcile } from '../../../src/engine/reconciler.ts'
import { recover } from '../../../src/engine/recovery.ts'
import type { RunLock, Store } from '../../../src/store/store.ts'
import { NO_MAILBOX } from '../../support/no-mailbox.ts'
import type { Choose } from './choices.ts'
import {
  type Box,
  createSmallAgent,
  createSmallForge,
  createSmallWorkspaces,
  type Faults,
  SMALL_MODELS,
} from './small-ports.ts'
import { GROUP, SMALL_POLICY, type SmallWorld } from './small-world.ts'
import { groupOf } from './state-key.ts'
import { untilAborted } from './until-aborted.ts'

export type TurnEnd = {
  readonly world: SmallWorld
  readonly end: 'again' | 'wait' | 'killed' | GroupEnd
  /** Only of a wait: null = something else has to happen. */
  readonly until: number | null
  readonly broken: Box['broken']
  /** A session that did not end made a commit: that may go on for ever, and is progress all the same. */
  readonly progressed: boolean
}

/** Made once: thousands are thrown, and nobody looks at where. */
const TURN_IS_OVER = new Error('the turn is over')
const KILLED = new Error('killed')

export async function takeTurn(world: SmallWorld, choose: Choose, faults: Faults): Promise<TurnEnd> {
  const box: Box = { world, broken: [], progressed: false, recalled: null }
  let saved = world.state
  let wait: { until: number | null } | null = null
  let isDead = false
  const crash = () => {
    isDead = true
    throw KILLED
  }
  const store: Pick<Store, 'save' | 'append' | 'events'> = {
    async *events() {},
    async save(_, state) {
      if (isDead) throw KILLED
      if (box.world.crashesLeft > 0 && choose('save', ['saved', 'killed before']) !== 'saved') crash()
      saved = state
      return state
    },
    async append(_, runId, body) {
      if (isDead) throw KILLED
      if (body.type === 'waiting') wait = { until: body.until }
      return { ...body, seq: 0, at: 0, runId }
    },
  }
  const parts = { box, choose, faults }
  const halt = new AbortController()
  const observer = {
    onEvent: () => {},
    onState: (state: SmallWorld['state']) => {
      box.world = { ...box.world, state }
    },
  }
  const memory = createMemory({ store: store as Store, lock: LOCK, observer, initial: world.state })
  let ids = 0
  const context: Context = {
    store: store as Store,
    lock: LOCK,
    agent: createSmallAgent(parts, crash),
    forge: createSmallForge(parts),
    workspaces: createSmallWorkspaces(parts),
    clock: {
      now: () => box.world.now,
      async sleepUntil(at, signal) {
        if (wait !== null) return untilAborted(signal)
        box.world = { ...box.world, now: Math.max(box.world.now, at) }
      },
    },
    newId: () => `id-${++ids}`,
    policy: SMALL_POLICY,
    models: SMALL_MODELS,
    maxTurns: null,
    concurrency: 1,
    mailbox: NO_MAILBOX,
    observer,
    memory,
    planFile: createPlanFile(),
    slots: new Map(),
    said: new Set(),
    waits: new Map(),
    halt: halt.signal,
  }
  const end = await runOnce(context)
  const next = end === 'killed' ? { ...box.world, state: saved, crashesLeft: box.world.crashesLeft - 1 } : box.world
  if (end !== 'killed' && box.recalled === 'finished' && groupOf(next.state).attempt?.last?.kind === 'interrupted')
    box.broken.push({ rule: 'spend_is_capped', what: 'a session that had answered is asked again' })
  const waited = wait as { until: number | null } | null
  return {
    world: next,
    end: end === 'again' && waited !== null ? 'wait' : end,
    until: waited?.until ?? null,
    broken: box.broken,
    progressed: box.progressed,
  }
}

async function runOnce(context: Context): Promise<GroupEnd | 'again' | 'killed'> {
  const isOpen = context.memory.state().sessions.some((session) => session.outcome === 'running')
  try {
    if (isOpen) {
      await recover(context)
      return 'again'
    }
    return await reconcile(context, GROUP)
  } catch (error) {
    if (error === TURN_IS_OVER) return 'again'
    if (isKill(error)) return 'killed'
    throw error
  }
}

/** What the engine made a Failure of on its way. */
function isKill(error: unknown): boolean {
  return error === KILLED || (error instanceof Failure && error.cause === KILLED)
}

const LOCK: RunLock = {
  owner: { pid: 1, host: 'here', processStart: '0', fence: 1, acquiredAt: 0 },
  holds: async () => true,
  release: async () => {},
}

/** The reconciler looks at plan.md before each turn: the second time, one turn is over. Waiting for an edit ends at once. */
function createPlanFile(): PlanFile {
  let turns = 0
  return {
    async sync() {
      turns += 1
      if (turns > 1) throw TURN_IS_OVER
      return false
    },
    write: async () => {},
    isEdited: async () => true,
  }
}
