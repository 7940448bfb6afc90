/** A process of ours in the simulated world: alive until it ends or dies; then it never does anything again. */
import type { PrObservation } from '../../../src/domain/observation.ts'
import type { RunControl } from '../../../src/operations/run-request.ts'
import { isFault } from '../deeds.ts'
import { arrive, crashIsDue } from './door.ts'
import type { Standing } from './journal.ts'
import { Death, FIRST_PID, type Kernel } from './machine.ts'
import type { World } from './world.ts'

export type Process = {
  readonly pid: number
  readonly host: string
  readonly kernel: Kernel
  readonly death: Promise<void>
  /** Of the lock while it holds it; 0 = it does not. */
  fence: number
  /** It has held the lock. */
  owned: boolean
  /** Somebody took over while it held the lock. */
  superseded: boolean
  /** Started with `--force`, and what that means is not saved yet. */
  readonly forces: boolean
  saved: boolean
  alive: boolean
  control: RunControl | null
  /** What it saw when it last looked at a branch's pull request. */
  readonly seen: Map<string, { readonly observation: PrObservation; readonly standing: Standing | null }>
  /** Ends the agent's session that runs in it; null = none does. */
  endSession: (() => void) | null
  die(): void
}

export function createProcess(world: World, host: string, forces: boolean): Process {
  const { promise: death, resolve } = Promise.withResolvers<void>()
  const pid = FIRST_PID + world.processes.length
  const process: Process = {
    pid,
    host,
    death,
    fence: 0,
    forces,
    saved: false,
    owned: false,
    superseded: false,
    alive: true,
    control: null,
    seen: new Map(),
    endSession: null,
    kernel: {
      isDead: () => !process.alive,
      disk: world.disk,
      processStart: (asked) =>
        world.processes.some((other) => other.pid === asked && other.alive) ? String(asked) : null,
      write: (path, effect) => writeToDisk(world, process, path, effect),
    },
    die() {
      process.alive = false
      resolve()
    },
  }
  world.processes.push(process)
  return process
}

function writeToDisk<T>(world: World, process: Process, path: string, effect: () => T): T {
  const fault = arrive(world, process, 'disk.write').find(isFault)
  if (!process.alive) throw new Death()
  if (fault === 'power_cut') {
    for (const other of world.processes) other.die()
    world.disk.powerCut()
    throw new Death()
  }
  if (fault === 'crash_before') {
    process.die()
    throw new Death()
  }
  if (world.fullFor > 0 || fault === 'fails') {
    world.fullFor = Math.max(0, world.fullFor - 1)
    throw Object.assign(new Error(`ENOSPC: no space left on device, ${path}`), { code: 'ENOSPC' })
  }
  const result = effect()
  if (crashIsDue(world) || fault === 'crash_after') {
    process.die()
    throw new Death()
  }
  return result
}
