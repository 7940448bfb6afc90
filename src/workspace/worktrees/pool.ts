/**
 * The slots `<pool>/1`, `<pool>/2`, ... and who has them. The pool belongs to one process at a time (the owner of the
 * run's lock); what is handed out within this process is kept in memory, so a crash gives every checkout back.
 */
import { mkdir, readdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { absentAsNull } from './disk.ts'
import { readSlotRecord, removeSlotRecord, type SlotRecord, type SlotUse, writeSlotRecord } from './slot-record.ts'

export type PoolSlot = { readonly number: number; readonly path: string; readonly record: SlotRecord }

export type Pool = {
  /** Real path of the pool's directory; not created by looking. */
  directory(): Promise<string>
  /** By number. */
  slots(): Promise<readonly PoolSlot[]>
  findBranch(branch: string): Promise<PoolSlot | null>
  findPath(path: string): Promise<PoolSlot | null>
  /** A free slot, preferably one with dependencies, else a new one; bound to `branch`. Not handed out twice. */
  claim(use: SlotUse, branch: string | null): Promise<PoolSlot>
  /** Ends a claim made without a branch. */
  giveBack(slot: PoolSlot): void
  isClaimed(slot: PoolSlot): boolean
  save(slot: PoolSlot, change: Partial<SlotRecord>): Promise<PoolSlot>
  forget(slot: PoolSlot): Promise<void>
}

/** `branchAt` reads the branch that is checked out in a slot whose record is lost. */
export function createPool(root: string, branchAt: (path: string) => Promise<string | null>): Pool {
  const claimed = new Set<number>()

  async function directory(): Promise<string> {
    return (await absentAsNull(realpath(root))) ?? root
  }

  async function read(home: string, number: number): Promise<PoolSlot> {
    const path = join(home, String(number))
    return { number, path, record: (await readSlotRecord(`${path}.json`)) ?? (await deriveRecord(path)) }
  }

  async function deriveRecord(path: string): Promise<SlotRecord> {
    const branch = await branchAt(path)
    return { use: 'group', branch, ready: branch !== null, installed: null }
  }

  async function slots(): Promise<readonly PoolSlot[]> {
    const home = await directory()
    const names = (await absentAsNull(readdir(home))) ?? []
    const numbers = names.map(toSlotNumber).filter((number) => number !== null)
    return Promise.all([...new Set(numbers)].sort((a, b) => a - b).map((number) => read(home, number)))
  }

  async function save(slot: PoolSlot, change: Partial<SlotRecord>): Promise<PoolSlot> {
    const record = { ...slot.record, ...change }
    await writeSlotRecord(`${slot.path}.json`, record)
    return { ...slot, record }
  }

  return {
    directory,
    slots,
    save,
    findBranch: async (branch) => (await slots()).find((slot) => slot.record.branch === branch) ?? null,
    findPath: async (path) => (await slots()).find((slot) => slot.path === path) ?? null,
    async claim(use, branch) {
      await mkdir(root, { recursive: true, mode: 0o700 })
      const all = await slots()
      const free = all.filter(
        ({ number, record }) => record.use === use && record.branch === null && !claimed.has(number),
      )
      const number = all.reduce((highest, slot) => Math.max(highest, slot.number), 0) + 1
      const fresh = { number, path: join(await directory(), String(number)), record: emptyRecord(use) }
      const slot = free.find(({ record }) => record.installed !== null) ?? free[0] ?? fresh
      if (branch === null) claimed.add(slot.number)
      return save(slot, { branch, ready: false })
    },
    giveBack: (slot) => {
      claimed.delete(slot.number)
    },
    isClaimed: (slot) => claimed.has(slot.number),
    forget: (slot) => removeSlotRecord(`${slot.path}.json`),
  }
}

function emptyRecord(use: SlotUse): SlotRecord {
  return { use, branch: null, ready: false, installed: null }
}

/** `3` and `3.json` are slot 3; anything else in the pool is not a slot. */
function toSlotNumber(name: string): number | null {
  const match = /^([1-9]\d{0,5})(\.json)?$/.exec(name)
  return match === null ? null : Number(match[1])
}
