/** All attacks, counted by rule: what the reliability table is made of. */
import type { BenchResult } from '../safety-rules.ts'
import { attackActs } from './acts.ts'
import { type Attack, toBenchResults } from './attack-report.ts'
import { createForgeAnswers } from './forge-answers.ts'
import { tryFuzz } from './fuzzing.ts'
import { toAttacks, tryFromInside } from './inside.ts'
import { PARSERS } from './parsers.ts'
import { attackPosts } from './posts.ts'
import { attackAsStranger, attackPrompts, attackUnseen } from './prompts.ts'
import { attackTerminals } from './terminals.ts'

/** About a minute. `isConfinable`: whether bubblewrap works here; without it nothing is tried from inside. */
export async function runAttacks({ isConfinable }: { isConfinable: boolean }): Promise<readonly BenchResult[]> {
  const fuzzed: Attack[] = []
  const answers = await createForgeAnswers()
  for (const fuzz of [...PARSERS, ...answers.fuzzes]) fuzzed.push(...(await tryFuzz(fuzz)))
  await answers.cleanup()
  return [
    ...toBenchResults('injected instructions', [...attackPrompts(), ...attackAsStranger(), ...attackUnseen()]),
    ...toBenchResults('acts upon words', attackActs()),
    ...toBenchResults('posted words', attackPosts()),
    ...toBenchResults('terminal escapes', await attackTerminals()),
    ...toBenchResults('fuzzed parsers', fuzzed, 'inputs'),
    ...toBenchResults('from inside the sandbox', isConfinable ? toAttacks(await tryFromInside()) : []),
  ]
}
