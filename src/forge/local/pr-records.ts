/**
 * The pull requests of one directory. Written by one process (the owner of the run's lock); changes to records wait for
 * one another, so that a check that ends and an observation never overwrite each other.
 */
import { join } from 'node:path'
import { Failure } from '../../domain/failure.ts'
import type { PrNumber } from '../../domain/ids.ts'
import { listIfPresent, readIfPresent } from '../../store/disk.ts'
import { createLimit } from './limit.ts'
import { type PrRecord, parsePrRecord } from './pr-record.ts'
import { claimRecord, writeRecord } from './record-file.ts'

export type PrRecords = {
  /** null = no such PR. Throws `state_corrupt`, `disk`. */
  find(number: PrNumber): Promise<PrRecord | null>
  /** Throws `forge_refused` when there is no such PR. */
  get(number: PrNumber): Promise<PrRecord>
  /** In no particular order. */
  all(): Promise<readonly PrRecord[]>
  /** The PR opened last for a head branch. */
  newest(headBranch: string): Promise<PrRecord | null>
  /** Numbers are never used twice, not even one whose owner was killed before it wrote the record. */
  create(toRecord: (number: PrNumber) => PrRecord): Promise<PrRecord>
  /** The same object back = nothing is written and nobody is told. */
  update(number: PrNumber, change: (record: PrRecord) => PrRecord): Promise<PrRecord>
}

export function createPrRecords(directory: string, onChange: (number: PrNumber) => void): PrRecords {
  const prs = join(directory, 'prs')
  const oneAtATime = createLimit(1)
  const pathOf = (number: PrNumber) => join(prs, `${number}.json`)

  async function numbers(): Promise<readonly PrNumber[]> {
    const names = await listIfPresent(prs)
    return names.flatMap((name) => (/^[1-9]\d*\.json$/.test(name) ? [Number.parseInt(name, 10) as PrNumber] : []))
  }

  async function find(number: PrNumber): Promise<PrRecord | null> {
    const path = pathOf(number)
    const text = await readIfPresent(path)
    if (text === null || text === '') return null // '' = claimed by a process that was killed before it wrote
    try {
      return parsePrRecord(text)
    } catch (cause) {
      throw new Failure('state_corrupt', `${path} is not a pull request record`, { facts: { file: path }, cause })
    }
  }

  async function get(number: PrNumber): Promise<PrRecord> {
    const record = await find(number)
    if (record !== null) return record
    throw new Failure('forge_refused', `there is no pull request #${number}`, { facts: { status: 404 } })
  }

  async function all(): Promise<readonly PrRecord[]> {
    return (await Promise.all((await numbers()).map(find))).filter((record) => record !== null)
  }

  async function write(record: PrRecord): Promise<PrRecord> {
    await writeRecord(pathOf(record.number), `${JSON.stringify(record, null, 2)}\n`)
    onChange(record.number)
    return record
  }

  async function claimNumber(): Promise<PrNumber> {
    for (let next = Math.max(0, ...(await numbers())) + 1; ; next += 1) {
      if (await claimRecord(pathOf(next as PrNumber))) return next as PrNumber
    }
  }

  return {
    find,
    get,
    all,
    async newest(headBranch) {
      const own = (await all()).filter((record) => record.headBranch === headBranch)
      return own.sort((a, b) => b.number - a.number)[0] ?? null
    },
    create: (toRecord) => oneAtATime(async () => write(toRecord(await claimNumber()))),
    update: (number, change) =>
      oneAtATime(async () => {
        const record = await get(number)
        const changed = change(record)
        return changed === record ? record : write(changed)
      }),
  }
}
