/** What a person at the terminal can do while a run works, and following a log. */
import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { listenForInterrupts } from '../../src/cli/live/interrupts.ts'
import { followLog, readLog } from '../../src/operations/logs.ts'

/** A keyboard of which the terminal's mode is of no interest. */
function createKeyboard() {
  const modes: boolean[] = []
  const stream = Object.assign(new PassThrough(), {
    setRawMode: (isRaw: boolean) => modes.push(isRaw),
    unref: () => {},
  })
  return { stream: stream as unknown as NodeJS.ReadStream, modes, type: (keys: string) => stream.write(keys) }
}

function listen() {
  const asked: string[] = []
  const keyboard = createKeyboard()
  const waiting: (() => void)[] = []
  const say = (what: string) => {
    asked.push(what)
    waiting.shift()?.()
  }
  const interrupts = listenForInterrupts({
    keyboard: keyboard.stream,
    onEnding: (ending) => say(`shown ${ending}`),
    exitNow: () => say('exit'),
  })
  const control = {
    requestStop: () => say('stop'),
    requestPause: () => say('pause'),
    forceStop: () => say('force'),
  }
  return { asked, keyboard, interrupts, control, next: () => new Promise<void>((resolve) => waiting.push(resolve)) }
}

test('Ctrl+C stops and a second one ends at once, in the raw mode of the keyboard too', async () => {
  const { asked, keyboard, interrupts, control, next } = listen()
  interrupts.attach(control)
  const first = next()
  keyboard.type('\u0003')
  await first
  const second = next()
  keyboard.type('\u0003')
  await second
  interrupts.close()
  expect([asked, keyboard.modes]).toEqual([
    ['shown stop', 'stop', 'force'],
    [true, false],
  ])
})

test('a lone Escape pauses; arrow keys and Alt combinations do not', async () => {
  const { asked, keyboard, interrupts, control, next } = listen()
  interrupts.attach(control)
  const paused = next()
  for (const keys of ['\u001b[A', '\u001bOB', '\u001b[1;5C', '\u001bx', '\u001b[', 'D', 'q']) keyboard.type(keys)
  keyboard.type('\u001b')
  await paused
  interrupts.close()
  expect(asked).toEqual(['shown pause', 'pause'])
})

test('what was asked before the run can be controlled is passed on, and twice before that ends the process', () => {
  const early = listen()
  process.emit('SIGTERM')
  early.interrupts.attach(early.control)
  early.interrupts.close()
  const impatient = listen()
  process.emit('SIGINT')
  process.emit('SIGINT')
  impatient.interrupts.close()
  expect([early.asked, impatient.asked]).toEqual([
    ['shown stop', 'stop'],
    ['shown stop', 'exit'],
  ])
})

test('signals are the process’s own again afterwards', () => {
  const before = process.listenerCount('SIGINT')
  listen().interrupts.close()
  expect(process.listenerCount('SIGINT')).toBe(before)
})

test('a log is followed from where it was read, in whole lines, also characters that arrive in halves', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'claudetm-log-'))
  const file = join(directory, 'run-1.txt')
  await appendFile(file, 'one\ntwo\nthree\n')
  const { lines, end } = await readLog(file, 2)
  const stop = new AbortController()
  const seen: string[] = []
  const crab = Buffer.from('🦀\n')
  await appendFile(file, Buffer.concat([Buffer.from('four\nfi'), crab.subarray(0, 2)]))
  for await (const added of followLog(file, end, stop.signal)) {
    seen.push(...added)
    if (seen.length === 1) await appendFile(file, crab.subarray(2))
    else stop.abort()
  }
  await rm(directory, { recursive: true })
  expect({ lines, seen }).toEqual({ lines: ['two', 'three'], seen: ['four', 'fi🦀'] })
})

test('the tail of a log longer than what is read at once', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'claudetm-log-'))
  const file = join(directory, 'run-1.txt')
  const all = Array.from({ length: 20_000 }, (_, index) => `line ${index} é`)
  await appendFile(file, `${all.join('\n')}\n`)
  const { lines } = await readLog(file, 15_000)
  const missing = await readLog(join(directory, 'none'), 5)
  await rm(directory, { recursive: true })
  expect([lines, missing]).toEqual([all.slice(-15_000), { lines: [], end: 0 }])
})
