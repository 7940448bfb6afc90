/**
 * Kills runs at random moments: `npm run crash -- --runs N --kills K --seed S [--forge github]`. Prints what was counted.
 */
import { parseArgs } from 'node:util'
import { runKilledOnGithub } from '../test/crash/killed-github-run.ts'
import { runKilled } from '../test/crash/killed-run.ts'
import type { Killing } from '../test/crash/lives.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1' },
    kills: { type: 'string', default: '24' },
    seed: { type: 'string', default: '1' },
    forge: { type: 'string', default: 'local' },
  },
})

const kill = values.forge === 'github' ? killOnGithub : killLocally
let wrong = 0
for (let run = 0; run < Number(values.runs); run += 1) {
  const seed = Number(values.seed) + run
  const { lastOutput, good, ...counted } = await kill({ seed, kills: Number(values.kills), minMs: 250, maxMs: 1_600 })
  console.log(`seed ${seed}: ${good ? 'ok' : 'WRONG'}`, JSON.stringify(counted))
  if (!good) {
    wrong += 1
    console.log(lastOutput)
  }
}
process.exitCode = wrong === 0 ? 0 : 1

async function killLocally(killing: Killing) {
  const counted = await runKilled(killing)
  const { exitCode, merges, prs, tasksCompleted } = counted
  return { ...counted, good: exitCode === 0 && merges.length === 2 && prs === 2 && isOnce(tasksCompleted) }
}

async function killOnGithub(killing: Killing) {
  const counted = await runKilledOnGithub(killing)
  const { exitCode, merges, pulls, answers, tasksCompleted, branches } = counted
  const good =
    exitCode === 0 &&
    merges.length === 2 &&
    pulls.length === 2 &&
    pulls.every(({ merged }) => merged) &&
    Object.values(answers).every((times) => times === 1) &&
    branches.length === 1 &&
    isOnce(tasksCompleted)
  return { ...counted, good }
}

function isOnce(names: readonly string[]): boolean {
  return new Set(names).size === names.length
}
