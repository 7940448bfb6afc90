/** Tries every attack from inside: in the sandbox, and without it behind the guard alone. */
import type { SafetyRule } from '../safety-rules.ts'
import type { Attack } from './attack-report.ts'
import { INSIDE_ATTACKS, type InsideAttack, type Possible } from './inside-attacks.ts'
import { createInsideWorld, type InsideWorld, LOOT } from './inside-world.ts'

export type InsideResult = {
  readonly attack: InsideAttack
  readonly sandbox: Possible
  readonly off: Possible | 'denied'
}

export async function tryFromInside(
  attacks: readonly InsideAttack[] = INSIDE_ATTACKS,
): Promise<readonly InsideResult[]> {
  const [confined, open] = [createWorlds(), createWorlds()]
  try {
    const results: InsideResult[] = []
    for (const attack of attacks) {
      const isDenied = (await open.present()).judge(attack.script) !== null
      const sandbox = await attempt(confined, attack, 'sandbox')
      results.push({ attack, sandbox, off: isDenied ? 'denied' : await attempt(open, attack, 'none') })
    }
    return results
  } finally {
    await Promise.all([confined.close(), open.close()])
  }
}

type Worlds = { present(): Promise<InsideWorld>; close(): Promise<void> }

/** One world until it is damaged. */
function createWorlds(): Worlds {
  let world: Promise<InsideWorld> | null = null
  return {
    present: () => (world ??= createInsideWorld()),
    async close() {
      await (await world)?.cleanup()
      world = null
    },
  }
}

/** What the sandbox is said to prevent; what it is known to let happen is no success of a bench. */
export function toAttacks(results: readonly InsideResult[]): readonly Attack[] {
  return results
    .filter(({ attack }) => attack.sandbox === 'no')
    .map(({ attack, sandbox }) => ({
      rule: attack.rule,
      name: attack.what,
      violation: sandbox === 'yes' ? 'it is possible in the sandbox' : null,
    }))
}

/** Possible in the sandbox, and said to be: with the rule it would break. */
export const ADMITTED: readonly { readonly what: string; readonly rule: SafetyRule }[] = INSIDE_ATTACKS.filter(
  ({ sandbox }) => sandbox === 'yes',
)

/** As it stands in docs/security.md. */
export function toTable(results: readonly InsideResult[]): string {
  const words = { yes: '**possible**', no: 'prevented', denied: 'denied by the guard' }
  const rows = results.map(({ attack, sandbox, off }) => {
    const without = typeof attack.off === 'object' ? attack.off.words : words[off]
    return `| ${attack.what} | ${words[sandbox]} | ${without} |`
  })
  return [
    '| A script of the agent tries to | in the sandbox | with `--sandbox off` |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n')
}

async function attempt(worlds: Worlds, attack: InsideAttack, protection: 'sandbox' | 'none'): Promise<Possible> {
  const world = await worlds.present()
  const output = await world.run(attack.script, protection)
  await world.lookAfterwards()
  const isDone = attack.damage === undefined ? output.includes(LOOT) : await attack.damage(world)
  if (isDone && attack.damage !== undefined) await worlds.close()
  return isDone ? 'yes' : 'no'
}
