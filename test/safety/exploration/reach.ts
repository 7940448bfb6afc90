/** All that can be reached from a start: breadth first, so that what is found wrong is shown by a shortest history. */
import type { SafetyRule } from '../safety-rules.ts'
import { forEveryChoice } from './choices.ts'
import { type Move, moveOf, type PeopleMove, promised } from './moves.ts'
import type { Faults } from './small-ports.ts'
import type { SmallWorld } from './small-world.ts'
import { forget, keyOf } from './state-key.ts'
import { type TurnEnd, takeTurn } from './turn.ts'

export type Rest = 'finished' | 'blocked' | 'paused' | 'waiting'

export type Node<W = SmallWorld> = {
  readonly world: W
  readonly phase: 'turn' | 'wait' | Rest
  readonly until: number | null
  /** How it was first reached. */
  readonly from: { readonly node: Node<W>; readonly by: string } | null
  readonly out: Edge<W>[]
}

/** `quiet`: it needs nobody else and no crash. `progress`: an unfinished session left a commit. */
export type Edge<W = SmallWorld> = {
  readonly to: Node<W>
  readonly by: string
  readonly quiet: boolean
  readonly progress: boolean
}

export type Wrong = { readonly rule: SafetyRule; readonly what: string; readonly history: string }

export type Reached = {
  readonly nodes: readonly Node[]
  readonly transitions: number
  readonly wrong: readonly Wrong[]
}

export type Check = (
  before: SmallWorld,
  after: SmallWorld,
  end: TurnEnd | null,
) => readonly { rule: SafetyRule; what: string }[]

export type Exploration = {
  readonly start: SmallWorld
  readonly faults: Faults
  readonly people: readonly PeopleMove[]
  readonly check: Check
  /** More states than this are a mistake of the model. */
  readonly most: number
}

export async function reach({ start, faults, people, check, most }: Exploration): Promise<Reached> {
  const known = new Map<string, Node>()
  const queue: Node[] = []
  const wrong: Wrong[] = []
  let transitions = 0

  const enter = (world: SmallWorld, phase: Node['phase'], until: number | null, from: Node['from']): Node => {
    const forgotten = forget(world)
    const key = `${phase}${until === null ? '' : until - world.now} ${keyOf(forgotten)}`
    const before = known.get(key)
    if (before !== undefined) return before
    if (known.size >= most) throw new Error(`more than ${most} states`)
    const node: Node = { world: forgotten, phase, until, from, out: [] }
    known.set(key, node)
    queue.push(node)
    return node
  }

  const go = (
    node: Node,
    by: string,
    move: { world: SmallWorld; phase: Node['phase']; until?: number | null; quiet: boolean; progress?: boolean },
    end: TurnEnd | null,
  ) => {
    transitions += 1
    const to = enter(move.world, move.phase, move.until ?? null, { node, by })
    node.out.push({ to, by, quiet: move.quiet, progress: move.progress === true })
    for (const { rule, what } of [...(end?.broken ?? []), ...check(node.world, move.world, end)])
      wrong.push({ rule, what, history: `${historyOf(node)} > ${by}` })
  }

  enter(start, 'turn', null, null)
  for (let index = 0; index < queue.length; index += 1) {
    const node = queue[index]
    if (node === undefined) break
    if (node.phase === 'turn') {
      await forEveryChoice(
        (choose) => takeTurn(node.world, choose, faults),
        ({ path, result }) => {
          const by = path.join(', ') || 'goes on'
          go(
            node,
            by,
            {
              world: result.world,
              ...phaseOf(result),
              quiet: result.end !== 'killed' && !path.some((word) => word.endsWith('aborted')),
              progress: result.progressed,
            },
            result,
          )
        },
      )
    }
    if (node.phase === 'wait') {
      if (node.until !== null)
        go(
          node,
          'time passes',
          { world: { ...node.world, now: Math.max(node.world.now, node.until) }, phase: 'turn', quiet: true },
          null,
        )
      for (const { name, world } of promised(node.world, faults))
        go(node, name, { world, phase: 'turn', quiet: true }, null)
    }
    if (node.phase !== 'finished') {
      for (const { name, world } of others(node, people)) go(node, name, { world, phase: 'turn', quiet: false }, null)
    }
  }
  return { nodes: queue, transitions, wrong }
}

const GOES_ON = /^(?:resume|let go)/

/** Who blocked or paused goes on by `resume` alone. */
function others({ world, phase }: Node, people: readonly PeopleMove[]): readonly Move[] {
  if (world.movesLeft <= 0) return []
  const rests = phase === 'blocked' || phase === 'paused'
  const possible = rests ? people.filter((move) => GOES_ON.test(move)) : people
  return possible.flatMap((name) => {
    const moved = moveOf(world, name)
    return moved === null ? [] : [{ name: `people: ${name}`, world: moved }]
  })
}

function phaseOf({ end, until, world }: TurnEnd): { phase: Node['phase']; until: number | null } {
  switch (end) {
    case 'wait':
      return { phase: 'wait', until: until === null ? null : Math.max(until, world.now + (until > world.now ? 0 : 0)) }
    case 'finished':
    case 'blocked':
    case 'paused':
      return { phase: end, until: null }
    default:
      return { phase: 'turn', until: null }
  }
}

export function historyOf<W>(node: Node<W>): string {
  const words: string[] = []
  for (let at: Node<W> | null = node; at !== null; at = at.from?.node ?? null)
    if (at.from !== null) words.unshift(at.from.by)
  return words.filter((word) => word !== 'goes on').join(' > ')
}
