/** All attacks, counted by rule: what the reliability table is made of. `npx node test/safety/attacks/bench.ts` prints it. */
import type { BenchResult } from '../safety-rules.ts'
import { type Attack, toBenchResults } from './attack-report.ts'
import { tryFuzz } from './fuzzing.ts'
import { PARSERS } from './parsers.ts'
import { attackPosts } from './posts.ts'
import { attackAsStranger, attackPrompts, attackUnseen } from './prompts.ts'
import { attackTerminals } from './terminals.ts'

/** About twenty seconds; nothing outside temporary directories is touched. */
export async function runAttacks(): Promise<readonly BenchResult[]> {
  const fuzzed: Attack[] = []
  for (const fuzz of PARSERS) fuzzed.push(...(await tryFuzz(fuzz)))
  return [
    ...toBenchResults('injected instructions', [...attackPrompts(), ...attackAsStranger(), ...attackUnseen()]),
    ...toBenchResults('posted words', attackPosts()),
    ...toBenchResults('terminal escapes', await attackTerminals()),
    ...toBenchResults('fuzzed parsers', fuzzed, 'inputs'),
  ]
}

if (import.meta.main) {
  for (const { bench, rule, unit, tried, violations } of await runAttacks()) {
    console.log(`${bench}\t${rule}\t${tried} ${unit}\t${violations.length} violations`)
    for (const violation of violations) console.log(`\t${violation}`)
  }
}
