/** A block that was reached is lifted by the command it names, and in a world that means well it does not come back. */
import { WAIVE } from '../../../src/domain/decide/integrity.ts'
import type { Choose } from './choices.ts'
import { isAboutElsewhere } from './cures.ts'
import { promised, resume, waiveAndResume } from './moves.ts'
import { historyOf, type Node } from './reach.ts'
import type { Faults } from './small-ports.ts'
import type { SmallWorld } from './small-world.ts'
import { groupOf } from './state-key.ts'
import { takeTurn } from './turn.ts'

/** Of every cause so many are tried: the first that were reached, with the shortest histories. */
const OF_EACH = 12
/** Longer than the longest way of an honest world to its end. */
const MOST_STEPS = 120

const honest: Choose = (_, options) => {
  const [first] = options
  if (first === undefined) throw new Error('nothing to choose from')
  return first
}

export async function notLifted(
  nodes: readonly Node[],
  faults: Faults,
): Promise<{ tried: number; wrong: readonly string[] }> {
  const counts = new Map<string, number>()
  const wrong: string[] = []
  let tried = 0
  for (const node of nodes) {
    if (node.phase !== 'blocked') continue
    const { block } = groupOf(node.world.state)
    if (block === null || isAboutElsewhere(block.cause)) continue
    const count = counts.get(block.cause) ?? 0
    counts.set(block.cause, count + 1)
    if (count >= OF_EACH) continue
    tried += 1
    const cause = await goOn(lift(node.world, block.command), faults)
    if (cause === block.cause) wrong.push(`"${block.command}" does not lift: ${cause} (after: ${historyOf(node)})`)
  }
  return { tried, wrong }
}

function lift(world: SmallWorld, command: string): SmallWorld {
  if (command.startsWith(WAIVE)) return waiveAndResume(world, command)
  const more = {
    maxSessions: command.includes('--max-sessions') ? 20 : null,
    maxCostUsd: command.includes('--max-cost') ? 20 : null,
  }
  return resume(world, command.includes('--force'), more)
}

/** null = it got to another rest. */
async function goOn(start: SmallWorld, faults: Faults): Promise<string | null> {
  let world = start
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const turn = await takeTurn(world, honest, faults)
    world = turn.world
    if (turn.end === 'blocked') return groupOf(world.state).block?.cause ?? null
    if (turn.end !== 'again' && turn.end !== 'wait') return null
    if (turn.end === 'wait') {
      const [next] = promised(world, faults)
      if (next === undefined && turn.until === null) return null
      world = next?.world ?? { ...world, now: Math.max(world.now, turn.until ?? 0) }
    }
  }
  return 'never rests'
}
