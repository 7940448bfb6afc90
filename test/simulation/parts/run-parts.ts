/** What the real operations are given in the simulated world: the real store, everything else simulated. */
import type { ModelTable } from '../../../src/agent/routing.ts'
import { openFindings } from '../../../src/domain/integrity/open-findings.ts'
import { DEFAULT_POLICY } from '../../../src/domain/policy.ts'
import type { RunOptions } from '../../../src/domain/run.ts'
import type { RunParts } from '../../../src/operations/run-parts.ts'
import { createMailbox } from '../../../src/store/state-dir/mailbox-directory.ts'
import { createStateDirStore } from '../../../src/store/state-dir/state-dir-store.ts'
import type { Store } from '../../../src/store/store.ts'
import type { Setup } from '../history.ts'
import { arrive } from '../world/door.ts'
import { never } from '../world/machine.ts'
import type { Process } from '../world/process.ts'
import { DIRECTORY, type World } from '../world/world.ts'
import { createAgent } from './agent.ts'
import { createForge } from './forge.ts'
import { createWorkspaces } from './workspaces.ts'

export const MODELS: ModelTable = {
  models: { opus: 'opus', sonnet: 'sonnet', haiku: 'haiku', fable: 'fable', sonnet_1m: 'sonnet' },
  efforts: { opus: 'max', sonnet: 'medium', haiku: 'low', fable: 'max', sonnet_1m: 'high' },
  contextWindows: { opus: 1_000_000, sonnet: 200_000, haiku: 200_000, fable: 1_000_000, sonnet_1m: 1_000_000 },
}

const NOBODY_IS_TOLD: RunParts['webhooks'] = {
  target: () => null,
  add: () => {},
  open: async () => ({ onEvent: () => {}, onState: () => {}, settle: async () => {}, close: async () => {} }),
}

export function createRunParts(world: World, process: Process): RunParts {
  const store = createStore(world, process)
  const mailbox = createMailbox({ directory: DIRECTORY, now: world.time.now })
  return {
    store,
    mailbox,
    now: world.time.now,
    webhooks: NOBODY_IS_TOLD,
    person: async () => 'ann',
    preflight: async () => ({ options: optionsOf(world.history.setup), notes: [] }),
    openForge: async () => createForge(world, process),
    pushCurrentBranch: async () => {},
    describeCommits: async () => null,
    currentBranch: async () => null,
    ignoreState: async () => {},
    async endLeftovers() {
      const others = world.processes.filter((other) => other !== process && other.endSession !== null)
      for (const other of others) {
        other.endSession?.()
        other.endSession = null
      }
      return others.length
    },
    open: async (lock) => ({
      parts: {
        store,
        lock,
        mailbox,
        agent: createAgent(world, process),
        forge: createForge(world, process),
        workspaces: createWorkspaces(world, process),
        clock: {
          now: world.time.now,
          async sleepUntil(epochMs, signal) {
            if (!process.alive) return never()
            arrive(world, process, 'clock.sleep')
            await world.time.sleepUntil(epochMs, signal)
            if (!process.alive) return never()
          },
        },
        newId: createIds(world),
        policy: DEFAULT_POLICY,
        models: MODELS,
        maxTurns: null,
        concurrency: 1,
      },
      protection: 'none',
      account: 'simulated',
      forge: 'simulation',
      warnings: [],
    }),
    exitNow: () => {},
  }
}

function createIds(world: World): () => string {
  return () => {
    world.ids += 1
    return `00000000-0000-4000-8000-${String(world.ids).padStart(12, '0')}`
  }
}

function createStore(world: World, process: Process): Store {
  const { time, controlWaiters } = world
  const store = createStateDirStore({ directory: DIRECTORY, now: time.now, host: process.host, pid: process.pid })
  return {
    ...store,
    async acquire(options) {
      const lock = await store.acquire(options)
      for (const other of world.processes) if (other.fence > 0) other.superseded = true
      process.fence = lock.owner.fence
      process.owned = true
      world.highestFence = Math.max(world.highestFence, lock.owner.fence)
      return {
        ...lock,
        async release() {
          await lock.release()
          process.fence = 0
        },
      }
    },
    async save(lock, state) {
      if (process.forces && !process.saved) acceptForced(world)
      process.saved = true
      const saved = await store.save(lock, state)
      world.state = saved
      return saved
    },
    /** Who watches the directory is told by the operating system; here the world tells. */
    async controlArrived(signal) {
      while ((await store.controlRequests()).length === 0) await told(controlWaiters, signal)
    },
  }
}

/** Who goes on by force has read what every group is blocked by. */
function acceptForced({ state, acceptedWithoutChecks, waived }: World): void {
  for (const { block, lastPushed, headBranch, guard } of Object.values(state?.groups ?? {})) {
    if (block?.cause.includes('no check ran') && lastPushed !== null) acceptedWithoutChecks.add(lastPushed)
    if (block !== null && openFindings(guard).length > 0) waived.add(`refs/heads/${headBranch}`)
  }
}

function told(waiters: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const wake = () => {
      waiters.delete(wake)
      resolve()
    }
    waiters.add(wake)
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function optionsOf(setup: Setup): RunOptions {
  return {
    model: 'opus',
    autoMerge: setup.autoMerge,
    maxSessions: setup.maxSessions,
    maxPrs: null,
    pauseOnPr: setup.pauseOnPr,
    prPerTask: false,
    branch: null,
    targetBranch: 'main',
    sessionBudgetUsd: null,
    maxCostUsd: setup.maxCostUsd,
    criteria: [],
    verify: true,
    logLevel: 'normal',
    sandbox: 'off',
    forge: 'github',
    mergeMethod: null,
    admin: false,
    syncBeforeMerge: setup.syncBeforeMerge,
    draft: setup.draft,
  }
}
