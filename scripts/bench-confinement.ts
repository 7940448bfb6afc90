/**
 * What confinement and process hygiene cost, measured: node scripts/bench-confinement.ts
 * Confined and plain commands alternate, so that a busy machine slows both alike; medians are printed.
 */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '../src/lib/command.ts'
import { endMarkedProcesses } from '../src/lib/marked-processes.ts'
import { createSandbox } from '../src/workspace/confinement/create-sandbox.ts'

const ROUNDS = 40
const PROCESSES = 300
const PATH = process.env.PATH ?? '/usr/bin:/bin'

const cwd = await mkdtemp(join(tmpdir(), 'claudetm-bench-'))
try {
  await measureSandbox()
  await measureMarkedProcesses()
} finally {
  await rm(cwd, { recursive: true, force: true })
}

async function measureSandbox(): Promise<void> {
  const request = { mode: 'auto', home: homedir(), environmentPath: PATH, platform: process.platform } as const
  const [createMs, sandbox] = await timed(() => createSandbox(request))
  print('create the sandbox', createMs)
  console.log(sandbox.description)

  const confinement = { cwd, writable: [], readable: [] }
  const plain: number[] = []
  const confined: number[] = []
  const planned: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    plain.push((await timed(() => run('true', [])))[0])
    const [planMs, wrapped] = await timed(async () => sandbox.wrap('true', [], confinement))
    planned.push(planMs)
    confined.push((await timed(() => run(wrapped.file, wrapped.args)))[0])
  }
  print('plan the mounts of one command', median(planned))
  print('run `true`', median(plain))
  print('run `true` confined', median(confined))
}

async function measureMarkedProcesses(): Promise<void> {
  const value = randomUUID()
  const script = `for i in $(seq ${PROCESSES}); do sleep 600 & done; echo ready; wait`
  const child = spawn('sh', ['-c', script], {
    env: { PATH, CLAUDETM_BENCH: value },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  const looks: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    looks.push((await timed(() => endMarkedProcesses({ name: 'CLAUDETM_BENCH', value: 'nobody' })))[0])
  }
  print(`find no marked process beside ${PROCESSES}`, median(looks))
  const [endMs, ended] = await timed(() => endMarkedProcesses({ name: 'CLAUDETM_BENCH', value }))
  print(`end ${ended} marked processes`, endMs)
}

async function run(file: string, args: readonly string[]): Promise<void> {
  const result = await runCommand(file, args, { cwd, env: { PATH }, timeoutMs: 60_000 })
  if (result.exitCode !== 0) throw new Error(result.output)
}

async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const startedAt = performance.now()
  const result = await work()
  return [performance.now() - startedAt, result]
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function print(what: string, durationMs: number): void {
  console.log(`${what.padEnd(48)} ${durationMs.toFixed(1).padStart(8)} ms`)
}
