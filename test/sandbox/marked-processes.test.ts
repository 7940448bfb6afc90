import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { endMarkedProcesses } from '../../src/lib/marked-processes.ts'

const NAME = 'CLAUDETM_TEST_MARK'
const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

/** Runs a script and resolves when it has printed `ready`. */
async function start(script: string, value: string): Promise<ChildProcess> {
  const env = { PATH: process.env.PATH ?? '', [NAME]: value }
  const child = spawn('sh', ['-c', script], { env, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  started.push(child)
  await once(child.stdout, 'data')
  return child
}

async function signalOf(child: ChildProcess): Promise<NodeJS.Signals | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.signalCode
}

describe.skipIf(process.platform !== 'linux')('processes with a mark (Linux)', () => {
  test('all are ended: children, daemons in their own session, and nobody else', async () => {
    const [mine, other] = [randomUUID(), randomUUID()]
    const first = await start('setsid sleep 300 & sleep 300 & echo ready; wait', mine)
    const second = await start('echo ready; exec sleep 300', `${mine}-longer`)
    const third = await start('echo ready; exec sleep 300', other)
    expect(await endMarkedProcesses({ name: NAME, value: mine })).toBe(3)
    expect(await signalOf(first)).toBe('SIGKILL')
    expect([second.signalCode, third.signalCode]).toEqual([null, null])
    expect(await endMarkedProcesses({ name: NAME, value: mine })).toBe(0)
  })

  test('a child that cleared its environment goes with its parent', async () => {
    const value = randomUUID()
    await start('env -i /bin/sleep 300 & echo ready; wait', value)
    expect(await endMarkedProcesses({ name: NAME, value })).toBe(2)
  })

  test('one that keeps forking is caught', async () => {
    const value = randomUUID()
    const child = await start('echo ready; while :; do sleep 300 & /bin/true; done', value)
    expect(await endMarkedProcesses({ name: NAME, value })).toBeGreaterThan(1)
    expect(await signalOf(child)).toBe('SIGKILL')
    expect(await endMarkedProcesses({ name: NAME, value })).toBe(0)
  })

  test('excepted processes live, and so does this one with what it started', async () => {
    const value = randomUUID()
    const spared = await start('echo ready; exec sleep 300', value)
    const unmarked = await start('echo ready; exec sleep 300', randomUUID())
    const exceptPids = [spared.pid ?? 0]
    expect(await endMarkedProcesses({ name: NAME, value, exceptPids })).toBe(0)
    expect([spared.signalCode, unmarked.signalCode]).toEqual([null, null])
  })

  test('the caller and its ancestors are never ended, whatever their mark', async () => {
    const value = randomUUID()
    const source = `
      import { endMarkedProcesses } from ${JSON.stringify(new URL('../../src/lib/marked-processes.ts', import.meta.url).href)}
      console.log(await endMarkedProcesses({ name: '${NAME}', value: '${value}' }))`
    const child = await start(
      `sleep 300 & "${process.execPath}" --input-type=module -e '${source.replaceAll("'", `'\\''`)}'`,
      value,
    )
    child.stdout?.resume()
    await once(child, 'exit')
    expect({ code: child.exitCode, signal: child.signalCode }).toEqual({ code: 0, signal: null })
  })

  test('with a grace period SIGTERM comes first, SIGKILL for those that ignore it', async () => {
    const value = randomUUID()
    const polite = await start('echo ready; exec sleep 300', value)
    const stubborn = await start('trap "" TERM; echo ready; while :; do /bin/true; done', value)
    await endMarkedProcesses({ name: NAME, value, graceMs: 100 })
    expect([await signalOf(polite), await signalOf(stubborn)]).toEqual(['SIGTERM', 'SIGKILL'])
  })
})

test.skipIf(process.platform === 'linux')('elsewhere nothing is ended', async () => {
  expect(await endMarkedProcesses({ name: NAME, value: randomUUID() })).toBe(0)
})
