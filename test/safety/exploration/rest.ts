/** Does everything come to rest when nobody else moves? Over the graph of what was reached. */
import { type Edge, historyOf, type Node } from './reach.ts'

export type Rests = {
  /** Longest way to a rest, in turns and waits, whatever agents and forge do. */
  readonly bound: number
  /** Round trips in which nothing changed. */
  readonly cycles: readonly string[]
  /** Without a way on, and not at rest. */
  readonly stuck: readonly string[]
}

/** Depth first with three colours: what is met again on its own way is a cycle. */
export function comesToRest<W>(nodes: readonly Node<W>[]): Rests {
  const depth = new Map<Node<W>, number | 'open'>()
  const cycles = new Map<string, string>()
  const stuck: string[] = []
  for (const start of nodes) {
    if (depth.has(start)) continue
    const way: { node: Node<W>; edges: readonly Edge<W>[]; next: number; longest: number }[] = [open(start)]
    depth.set(start, 'open')
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      const edge = top.edges[top.next]
      top.next += 1
      if (edge === undefined) {
        depth.set(top.node, top.longest)
        way.pop()
        const above = way.at(-1)
        if (above !== undefined) above.longest = Math.max(above.longest, top.longest + 1)
        if (top.edges.length === 0 && !isRest(top.node)) stuck.push(historyOf(top.node))
        continue
      }
      const known = depth.get(edge.to)
      if (known === 'open') {
        const from = way.findIndex(({ node }) => node === edge.to)
        const round = way.slice(from).map(({ edges, next }) => edges[next - 1]?.by ?? '')
        const text = round.join(' > ')
        if (!cycles.has(text)) cycles.set(text, historyOf(edge.to))
      } else if (known === undefined) {
        depth.set(edge.to, 'open')
        way.push(open(edge.to))
      } else top.longest = Math.max(top.longest, known + 1)
    }
  }
  const bound = Math.max(0, ...[...depth.values()].map((value) => (value === 'open' ? 0 : value)))
  return { bound, cycles: [...cycles].map(([round, after]) => `${round} (after: ${after})`), stuck }

  function open(node: Node<W>) {
    return { node, edges: node.out.filter(({ quiet, progress }) => quiet && !progress), next: 0, longest: 0 }
  }
}

/** Done, blocked, paused, or waiting for somebody without a deadline. */
export function isRest<W>(node: Node<W>): boolean {
  return node.phase !== 'turn' && (node.phase !== 'wait' || node.until === null)
}
