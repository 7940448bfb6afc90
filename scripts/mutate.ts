/**
 * Breaks one rule after the other, in a copy, and looks who notices: `npm run mutate -- [--only WORDS] [--jobs N]`. Prints
 * a table, and fails when a mutation survives. The working tree is only read.
 */
import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { MUTATIONS, type Mutation } from '../test/safety/mutations.ts'

const ROOT = join(import.meta.dirname, '..')
const COPIED = ['src', 'test', 'scripts', 'docs', 'bin', 'package.json', 'tsconfig.json', 'vitest.config.ts']
/** A mutated rule may make a bench go on for ever: that is noticed too. */
const PATIENCE_MS = 240_000

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, jobs: { type: 'string', default: String(availableParallelism()) } },
})

type Verdict = { readonly mutation: Mutation; readonly caughtBy: string | null; readonly seconds: number }

async function main(): Promise<void> {
  const chosen = MUTATIONS.filter(({ name, rule, file }) => `${name} ${rule} ${file}`.includes(values.only))
  const verdicts: Verdict[] = []
  const waiting = [...chosen]
  await Promise.all(
    Array.from({ length: Math.max(1, Math.min(Number(values.jobs), chosen.length)) }, async () => {
      const copy = await createCopy()
      try {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const verdict = await tryMutation(copy, next)
          verdicts.push(verdict)
          console.log(rowOf(verdict))
        }
      } finally {
        await rm(copy, { recursive: true, force: true })
      }
    }),
  )
  const survived = verdicts.filter(({ caughtBy }) => caughtBy === null)
  console.log(`\n${verdicts.length} mutations, ${verdicts.length - survived.length} caught`)
  for (const { mutation } of survived) console.log(`SURVIVED: ${mutation.name} (${mutation.file})`)
  if (survived.length > 0) process.exitCode = 1
}

function rowOf({ mutation, caughtBy, seconds }: Verdict): string {
  return `| ${mutation.name} | ${mutation.rule} | ${caughtBy ?? '**nobody**'} | ${seconds.toFixed(1)} |`
}

async function createCopy(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'claudetm-mutate-'))
  await Promise.all(COPIED.map((name) => cp(join(ROOT, name), join(copy, name), { recursive: true })))
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

async function tryMutation(copy: string, mutation: Mutation): Promise<Verdict> {
  const file = join(copy, mutation.file)
  const original = await readFile(file, 'utf8')
  const parts = original.split(mutation.from)
  if (parts.length !== 2) throw new Error(`"${mutation.name}" fits ${parts.length - 1} places in ${mutation.file}`)
  const startedAt = performance.now()
  await writeFile(file, parts.join(mutation.to))
  try {
    const caughtBy = await findCatcher(copy, mutation)
    return { mutation, caughtBy, seconds: (performance.now() - startedAt) / 1_000 }
  } finally {
    await writeFile(file, original)
  }
}

/** Where to look, cheapest first: what is changed in the engine cannot be seen by what only asks the domain. */
function benchesFor(file: string): readonly string[] {
  if (file.startsWith('src/engine/')) return ['transitions']
  if (file.endsWith('budget.ts')) return ['budgets', 'transitions']
  if (file.endsWith('decide/run.ts') || file.endsWith('resume.ts')) return ['decide, run', 'transitions']
  if (file.startsWith('src/domain/decide/') || file.endsWith('group-state.ts')) return ['decide', 'transitions']
  return ['merge gate', 'decide', 'transitions']
}

/** null = it survived. */
async function findCatcher(copy: string, { file, tests }: Mutation): Promise<string | null> {
  if (tests === undefined) {
    const benches = benchesFor(file).flatMap((name) => ['--benches', name])
    const bench = await run(copy, ['scripts/reliability.ts', '--check', ...benches])
    return bench.exitCode === 0 ? null : wordsOf(bench.output)
  }
  const vitest = await run(copy, ['node_modules/vitest/vitest.mjs', 'run', ...tests])
  if (vitest.exitCode === 0) return null
  const failed = /FAIL\s+(?:\u001b\[\d+m)*\s*(.*)/.exec(vitest.output)?.[1] ?? tests.join(', ')
  return failed.replaceAll(/\u001b\[\d+m/g, '').trim()
}

/** The first line that a bench said, as one cell of a table. */
function wordsOf(output: string): string {
  const [first = 'it threw'] = output.split('\n').filter((line) => line.trim() !== '')
  return first.replace(/ \(.*/, '').replaceAll('|', '/').slice(0, 160)
}

function run(cwd: string, args: readonly string[]): Promise<{ exitCode: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      child.kill('SIGKILL')
    }, PATIENCE_MS)
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    child.on('error', reject)
    child.on('close', (exitCode) => {
      clearTimeout(timer)
      resolve({ exitCode, output: isLate ? `it does not end\n${output}` : output })
    })
  })
}

await main()
