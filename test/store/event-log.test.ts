import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RunEvent, RunEventBody } from '../../src/domain/events.ts'
import { createEventReader, openEventLog, readLastEvent } from '../../src/store/state-dir/event-log.ts'
import { RUN } from '../contracts/samples.ts'
import { collect } from '../contracts/store.contract.ts'

let directory: string
let path: string
let files = 0
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'claudetm-events-'))
  path = join(directory, 'events.jsonl')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const anyText = fc.string({ unit: 'binary', maxLength: 40 })
const anyNumber = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
)
const anyBody = fc.oneof(
  fc.record({ type: fc.constant('warning'), message: anyText }),
  fc.record({
    type: fc.constant('agent.activity'),
    sessionId: anyText,
    tool: fc.option(anyText),
    text: anyText,
    subagent: fc.option(anyText),
  }),
  fc.record({
    type: fc.constant('ci.failed'),
    groupId: anyText,
    head: anyText,
    checks: fc.array(anyText, { maxLength: 4 }),
  }),
  fc.record({ type: fc.constant('waiting'), groupId: fc.option(anyText), for: anyText, until: fc.option(anyNumber) }),
) as fc.Arbitrary<RunEventBody>

function write(bodies: readonly RunEventBody[], file = path): RunEvent[] {
  const log = openEventLog(file)
  const events = bodies.map((body, index) => log.append(RUN, index, body))
  log.close()
  return events
}

const readAll = (file = path) => collect(createEventReader(file).after(0))
const warnings = (count: number): RunEventBody[] =>
  Array.from({ length: count }, (_, index) => ({ type: 'warning', message: `message ${index}` }))

test('any event comes back as it was, and any torn or foreign bytes behind it heal', async () => {
  const scenario = fc.tuple(
    fc.array(anyBody, { maxLength: 5 }),
    fc.uint8Array({ maxLength: 60 }),
    fc.array(anyBody, { maxLength: 3 }),
  )
  await fc.assert(
    fc.asyncProperty(scenario, async ([bodies, garbage, more]) => {
      const file = join(directory, `${files++}.jsonl`)
      const before = write(bodies, file)
      await appendFile(file, garbage)
      expect(await readAll(file)).toEqual(before)
      expect(readLastEvent(file)).toEqual(before.at(-1) ?? null)
      const after = write(more, file)
      expect(await readAll(file)).toEqual([...before, ...after])
      expect([...before, ...after].map(({ seq }) => seq)).toEqual([...before, ...after].map((_, index) => index + 1))
    }),
    { numRuns: 150 },
  )
})

test('an event torn at any byte is left out, and the next append puts a whole one in its place', async () => {
  const [first] = write(warnings(2)) as [RunEvent, RunEvent]
  const bytes = await readFile(path)
  const end = bytes.indexOf('\n') + 1
  for (let kept = end; kept < bytes.length; kept++) {
    await writeFile(path, bytes.subarray(0, kept))
    expect(await readAll()).toEqual([first])
    const [second] = write([{ type: 'warning', message: 'whole' }])
    expect(await readAll()).toEqual([first, second])
    expect(second?.seq).toBe(2)
  }
})

test('a lot of garbage, longer than one look from the end, does not hide the last number', async () => {
  const events = write(warnings(3))
  await appendFile(path, `${'x'.repeat(300_000)}\n${'y'.repeat(300_000)}`)
  expect(readLastEvent(path)).toEqual(events[2])
  expect(write(warnings(1))[0]?.seq).toBe(4)
  expect(await readAll()).toHaveLength(4)
})

test('events longer than one chunk of reading are whole', async () => {
  const events = write([{ type: 'warning', message: '🦀'.repeat(200_000) }, ...warnings(2)])
  expect(await readAll()).toEqual(events)
})

test('a follower reads only what is new, and notices that the file is another one', async () => {
  const reader = createEventReader(path)
  const events = write(warnings(3))
  expect(await collect(reader.after(0))).toEqual(events)
  // What was read is not looked at again: it may be anything by now.
  const { size } = await stat(path)
  const [fourth] = write([{ type: 'warning', message: 'fourth' }])
  const bytes = await readFile(path)
  await writeFile(path, Buffer.concat([Buffer.alloc(size, '\n'), bytes.subarray(size)]))
  expect(await collect(reader.after(3))).toEqual([fourth])
  await rm(path)
  const others = write(warnings(6))
  expect(await collect(reader.after(4))).toEqual(others.slice(4))
})

test('a line that is still being written is seen once it is whole', async () => {
  const reader = createEventReader(path)
  const [first] = write(warnings(1))
  const line = JSON.stringify({ ...first, seq: 2 })
  await appendFile(path, line.slice(0, 20))
  expect(await collect(reader.after(0))).toEqual([first])
  await appendFile(path, `${line.slice(20)}\n`)
  expect(await collect(reader.after(1))).toEqual([{ ...first, seq: 2 }])
})
