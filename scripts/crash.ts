/** Kills runs at random moments: `npm run crash -- --runs N --kills K --seed S`. Prints what was counted. */
import { parseArgs } from 'node:util'
import { runKilled } from '../test/crash/killed-run.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1' },
    kills: { type: 'string', default: '24' },
    seed: { type: 'string', default: '1' },
  },
})

let wrong = 0
for (let run = 0; run < Number(values.runs); run += 1) {
  const seed = Number(values.seed) + run
  const { lastOutput, ...counted } = await runKilled({ seed, kills: Number(values.kills), minMs: 250, maxMs: 1_600 })
  const good =
    counted.exitCode === 0 &&
    counted.merges.length === 2 &&
    counted.prs === 2 &&
    new Set(counted.tasksCompleted).size === counted.tasksCompleted.length
  console.log(`seed ${seed}: ${good ? 'ok' : 'WRONG'}`, JSON.stringify(counted))
  if (!good) {
    wrong += 1
    console.log(lastOutput)
  }
}
process.exitCode = wrong === 0 ? 0 : 1
