/**
 * Ends processes by a mark in their environment (`NAME=value`), which children inherit: also those that left their
 * process group, and those of an orchestrator that was killed. Linux only; elsewhere other processes' environments
 * cannot be read reliably and 0 is returned. What a process clears from its environment is found through its parents
 * while these live; only a process namespace (the sandbox) holds everything.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

export type EndMarkedRequest = {
  readonly name: string
  readonly value: string
  readonly exceptPids?: readonly number[]
  /** SIGTERM first and this much time to comply; default 0: SIGKILL at once. */
  readonly graceMs?: number
}

/** Returns how many were ended, when none is left. Never ends this process or its ancestors. Safe to call twice. */
export async function endMarkedProcesses(request: EndMarkedRequest): Promise<number> {
  if (process.platform !== 'linux') return 0
  const mark = `${request.name}=${request.value}`
  const spared = new Set([...findAncestors(process.pid), ...(request.exceptPids ?? [])])
  const ended = new Set<number>()
  const termUntil = performance.now() + (request.graceMs ?? 0)
  const giveUpAt = termUntil + GIVE_UP_MS

  // Again until two looks in a row find nothing: a fork may slip in between, and during exec the mark is unreadable.
  for (let quietLooks = 0; quietLooks < 2 && performance.now() < giveUpAt; ) {
    const found = findMarked(mark, spared)
    quietLooks = found.length === 0 ? quietLooks + 1 : 0
    for (const pid of found) {
      if (performance.now() >= termUntil) signal(pid, 'SIGKILL')
      else if (!ended.has(pid)) signal(pid, 'SIGTERM')
      ended.add(pid)
    }
    if (quietLooks < 2) await wait(found.length === 0 ? 0 : PAUSE_MS)
  }
  return ended.size
}

const PAUSE_MS = 5
/** A process in uninterruptible sleep (a dead network disk) ends when the kernel lets it; nobody waits for that. */
const GIVE_UP_MS = 5_000

function findMarked(mark: string, spared: ReadonlySet<number>): number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger)
  const marked = pids.filter((pid) => !spared.has(pid) && hasMark(pid, mark))
  if (marked.length === 0) return []
  return withDescendants(
    marked,
    pids.filter((pid) => !spared.has(pid)),
  )
}

function hasMark(pid: number, mark: string): boolean {
  const environment = read(pid, 'environ')
  return environment.startsWith(`${mark}\0`) || environment.includes(`\0${mark}\0`)
}

function withDescendants(roots: readonly number[], pids: readonly number[]): number[] {
  const children = new Map<number, number[]>()
  for (const pid of pids) {
    const parent = readParent(pid)
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), pid])
  }
  const all = new Set(roots)
  for (const pid of all) for (const child of children.get(pid) ?? []) if (!isZombie(child)) all.add(child)
  return [...all]
}

function findAncestors(pid: number): number[] {
  const ancestors = []
  for (let at: number | null = pid; at !== null && at > 0; at = readParent(at)) ancestors.push(at)
  return ancestors
}

/** State and parent: the two fields after the command's name, which is in parentheses and may contain anything. */
function readStat(pid: number): { readonly state: string; readonly parent: number } | null {
  const text = read(pid, 'stat')
  const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return state === undefined || parent === undefined ? null : { state, parent: Number(parent) }
}

function readParent(pid: number): number | null {
  return readStat(pid)?.parent ?? null
}

function isZombie(pid: number): boolean {
  return readStat(pid)?.state === 'Z'
}

/** Empty when it is gone or belongs to somebody else. */
function read(pid: number, file: 'environ' | 'stat'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return ''
  }
}

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name)
  } catch {
    // gone already
  }
}
