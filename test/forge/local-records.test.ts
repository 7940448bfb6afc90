/** Pull request records on disk: numbers, half-written files, and files that are not ours. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CommitSha, PrNumber } from '../../src/domain/ids.ts'
import { createPrRecord, type PrRecord } from '../../src/forge/local/pr-record.ts'
import { createPrRecords, type PrRecords } from '../../src/forge/local/pr-records.ts'

let directory: string
let records: PrRecords
let told: PrNumber[]
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'claudetm-test-'))
  told = []
  records = createPrRecords(directory, (number) => told.push(number))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const toRecord =
  (headBranch: string) =>
  (number: PrNumber): PrRecord =>
    createPrRecord({
      number,
      headBranch,
      baseBranch: 'main',
      title: 'A title',
      body: '',
      head: 'a'.repeat(40) as CommitSha,
      now: 1_000,
    })

test('numbers count up, also when asked side by side, and never repeat', async () => {
  const created = await Promise.all(['a', 'b', 'c'].map((branch) => records.create(toRecord(branch))))
  const other = createPrRecords(directory, () => {})
  const [fourth, fifth] = await Promise.all([other.create(toRecord('d')), records.create(toRecord('e'))])
  expect([...created, fourth, fifth].map((record) => record.number).sort()).toEqual([1, 2, 3, 4, 5])
  expect(new Set([...created, fourth, fifth].map((record) => record.key)).size).toBe(5)
})

test('a number claimed by a killed process is no PR and is not used again', async () => {
  await mkdir(join(directory, 'prs'))
  await writeFile(join(directory, 'prs/1.json'), '')
  await writeFile(join(directory, 'prs/.2.json.left-over.tmp'), '{"half')
  expect([await records.find(1 as PrNumber), await records.newest('a')]).toEqual([null, null])
  expect((await records.create(toRecord('a'))).number).toBe(2)
})

test('records are private, replaced as a whole, and read back as they were written', async () => {
  const record = await records.create(toRecord('a'))
  const changed = await records.update(record.number, (old) => ({ ...old, title: 'Another' }))
  expect([await records.find(record.number), await records.newest('a')]).toEqual([changed, changed])
  expect(await readdir(join(directory, 'prs'))).toEqual(['1.json'])
  expect((await stat(join(directory, 'prs/1.json'))).mode & 0o777).toBe(0o600)
  expect(told).toEqual([1, 1])
})

test('nothing changed = nothing written and nobody told', async () => {
  const { number } = await records.create(toRecord('a'))
  const before = await stat(join(directory, 'prs/1.json'))
  await records.update(number, (record) => record)
  expect([(await stat(join(directory, 'prs/1.json'))).ino, told]).toEqual([before.ino, [1]])
})

test('changes made side by side are all kept', async () => {
  const { number } = await records.create(toRecord('a'))
  const append = (record: PrRecord) => ({ ...record, title: `${record.title}.` })
  await Promise.all(Array.from({ length: 20 }, () => records.update(number, append)))
  expect((await records.get(number)).title).toBe(`A title${'.'.repeat(20)}`)
})

test('the newest PR of a branch is the one with the highest number', async () => {
  for (const branch of ['a', 'b', 'a', ...Array.from({ length: 8 }, () => 'c'), 'a'])
    await records.create(toRecord(branch))
  expect([(await records.newest('a'))?.number, (await records.newest('b'))?.number]).toEqual([12, 2])
})

test.each([
  ['not JSON', () => '{"version":1'],
  ['an unknown field', (text: string) => JSON.stringify({ ...JSON.parse(text), extra: true })],
  ['no commit', (text: string) => JSON.stringify({ ...JSON.parse(text), head: 'main' })],
])('a record with %s is corrupt, not absent', async (_, damage) => {
  await records.create(toRecord('a'))
  const file = join(directory, 'prs/1.json')
  await writeFile(file, damage(await readFile(file, 'utf8')))
  const corrupt = { name: 'Failure', kind: 'state_corrupt', facts: { file } }
  await expect(records.find(1 as PrNumber)).rejects.toMatchObject(corrupt)
  await expect(records.newest('a')).rejects.toMatchObject(corrupt)
})

test('a directory that cannot be written is a failure of the disk that names the path', async () => {
  await writeFile(join(directory, 'prs'), 'a file')
  await expect(records.create(toRecord('a'))).rejects.toMatchObject({ name: 'Failure', kind: 'disk' })
})
