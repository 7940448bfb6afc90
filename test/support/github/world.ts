/** The empty world: its clock, its numbers, and how work in it is put in a row. */
import type { Repository, State, Urls, World } from './model.ts'

export type WorldParts = {
  readonly now: () => Date
  readonly urls: Urls
  readonly announce: World['announce']
}

export type LiveWorld = World & {
  /** Resolves when no background work is left. */
  settled(): Promise<void>
  /** What background work threw; tests look at it when something that should have happened did not. */
  readonly failures: unknown[]
}

export function createWorld(parts: WorldParts): LiveWorld {
  const running = new Set<Promise<void>>()
  const rows = new Map<number, Promise<unknown>>()
  const memory = new Map<string, Promise<unknown>>()
  const failures: unknown[] = []

  function background(work: () => Promise<void>): void {
    const promise = work()
      .catch((error: unknown) => void failures.push(error))
      .finally(() => running.delete(promise))
    running.add(promise)
  }

  function exclusive<T>(repository: Repository, work: () => Promise<T>): Promise<T> {
    const turn = (rows.get(repository.id) ?? Promise.resolve()).then(work, work)
    rows.set(
      repository.id,
      turn.catch(() => {}),
    )
    return turn
  }

  function memo<T>(key: string, make: () => Promise<T>): Promise<T> {
    const known = memory.get(key) as Promise<T> | undefined
    if (known !== undefined) return known
    const made = make()
    memory.set(key, made)
    made.catch(() => memory.delete(key))
    return made
  }

  async function settled(): Promise<void> {
    while (running.size > 0) await Promise.all(running)
  }

  const runtime = { background, exclusive, memo, settled, failures }
  return { ...parts, ...runtime, state: createState(), ci: new Map(), mergeabilityKnown: true }
}

function createState(): State {
  return {
    nextId: 1_000_001,
    users: new Map(),
    deletedUsers: new Set(),
    tokens: new Map(),
    apps: new Map(),
    installations: new Map(),
    repositories: new Map(),
    renamed: new Map(),
  }
}

export function nextId(world: World): number {
  const id = world.state.nextId
  world.state.nextId += 1
  return id
}

/** Prefixes as GitHub uses them: PR, IC, PRR, PRRC, PRRT, CR, CS, WFR, R, U, BOT, LA, MQE, ... */
export function toNodeId(prefix: string, id: number): string {
  return `${prefix}_kwDO${Buffer.from(String(id)).toString('base64url')}`
}

export function identity(world: World, prefix: string): { id: number; nodeId: string } {
  const id = nextId(world)
  return { id, nodeId: toNodeId(prefix, id) }
}

/** Now, as GitHub writes it. */
export function timestamp(world: World): string {
  return world
    .now()
    .toISOString()
    .replace(/\.\d{3}Z$/, 'Z')
}
