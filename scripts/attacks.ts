/** All attacks of the safety bench, by rule: `npm run attacks`. Prints what was tried and what broke a rule. */
import { createSandbox } from '../src/workspace/confinement/create-sandbox.ts'
import { runAttacks } from '../test/safety/attacks/bench.ts'
import { ADMITTED } from '../test/safety/attacks/inside.ts'

const { PATH = '', HOME = '/' } = process.env
const sandbox = await createSandbox({ mode: 'auto', home: HOME, environmentPath: PATH, platform: process.platform })
if (sandbox.kind === 'none') console.log(`nothing is tried from inside: ${sandbox.description}`)

let broken = 0
for (const { bench, rule, unit, tried, violations } of await runAttacks({ isConfinable: sandbox.kind !== 'none' })) {
  console.log(
    `${bench.padEnd(24)} ${rule.padEnd(34)} ${String(tried).padStart(5)} ${unit}, ${violations.length} violations`,
  )
  for (const violation of violations) console.log(`  ${violation}`)
  broken += violations.length
}
for (const { what, rule } of ADMITTED) console.log(`not prevented${' '.repeat(11)} ${rule.padEnd(34)} ${what}`)
process.exitCode = broken === 0 ? 0 : 1
