/** A state directory of its own, with a clock that grows by one with every look. */
import { mkdtemp, rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createStateDirStore, type StateDirOptions } from '../../src/store/state-dir/state-dir-store.ts'
import type { Store } from '../../src/store/store.ts'

export type StateDirectory = {
  readonly path: string
  /** Paths inside the state directory. */
  file(...names: string[]): string
  open(options?: Partial<StateDirOptions>): Store
  cleanup(): Promise<void>
}

export async function createStateDirectory(): Promise<StateDirectory> {
  const parent = await mkdtemp(join(tmpdir(), 'claudetm-store-'))
  const path = join(parent, '.claude-task-master')
  let clock = 1_767_322_000_000
  return {
    path,
    file: (...names) => join(path, ...names),
    open: (options = {}) =>
      createStateDirStore({ directory: path, now: () => clock++, host: hostname(), pid: process.pid, ...options }),
    cleanup: () => rm(parent, { recursive: true, force: true }),
  }
}
