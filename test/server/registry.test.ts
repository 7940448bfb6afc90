/** The file that remembers all runs: whose turn it is, and what survives. */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { RunId } from '../../src/domain/ids.ts'
import { PLAIN_RESUME, type StartRequest } from '../../src/operations/run-request.ts'
import { openRegistry, type Registry } from '../../src/server/runs/registry.ts'

let directory = ''
let registry: Registry
const file = () => join(directory, 'data', 'registry.sqlite')
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'claudetm-registry-'))
  registry = openRegistry(file())
})
afterEach(async () => {
  registry.close()
  await rm(directory, { recursive: true, force: true })
})

const START = { kind: 'start', request: { goal: 'x' } as StartRequest } as const

function add(id: string, repository: string): void {
  registry.add(
    {
      id,
      repository,
      goal: 'x',
      origin: 'server',
      phase: 'queued',
      status: null,
      runId: null,
      want: START,
      createdAt: 1,
    },
    null,
  )
}

const turns = () => registry.turns().map((card) => card.id)
const begin = (id: string) => registry.change(id, { phase: 'working', startedAt: 1 })
const end = (id: string) => registry.change(id, { phase: 'idle', status: 'success', isPutAway: true })

it('one repository is worked on once at a time, and repositories take turns', () => {
  for (const id of ['a1', 'a2', 'a3']) add(id, '/a')
  add('b1', '/b')
  add('c1', '/c')
  expect(turns()).toEqual(['a1', 'b1', 'c1'])
  expect([...registry.positions()]).toEqual([
    ['a1', 1],
    ['b1', 2],
    ['c1', 3],
    ['a2', 4],
    ['a3', 5],
  ])
  begin('a1')
  expect(turns()).toEqual(['b1', 'c1'])
  end('a1')
  expect(turns()).toEqual(['b1', 'c1', 'a2'])
  add('b2', '/b')
  begin('b1')
  end('b1')
  expect(turns()).toEqual(['c1', 'a2', 'b2'])
})

it('what was interrupted goes first, then what is gone on with, then what is new', () => {
  add('new', '/a')
  add('again', '/a')
  add('cut', '/b')
  registry.change('again', { runId: 'r1' as RunId, want: { kind: 'resume', request: PLAIN_RESUME } })
  registry.change('cut', { isInterrupted: true })
  expect(turns()).toEqual(['cut', 'again'])
})

it('nobody waits for ever: between two turns of a repository every other one that waits has its own', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('/a', '/b', '/c', '/d'), { minLength: 1, maxLength: 30 }), (repositories) => {
      const fresh = openRegistry(join(directory, crypto.randomUUID(), 'registry.sqlite'))
      const kept = registry
      registry = fresh
      try {
        repositories.forEach((repository, index) => {
          add(`card${index}`, repository)
        })
        const served: string[] = []
        for (let [next] = fresh.turns(); next !== undefined; [next] = fresh.turns()) {
          const waiting = new Set(fresh.turns().map((card) => card.repository))
          const since = served.slice(served.lastIndexOf(next.repository) + 1)
          if (served.includes(next.repository)) {
            const left = [...waiting].filter((one) => one !== next?.repository && !since.includes(one))
            expect(left).toEqual([])
          }
          served.push(next.repository)
          begin(next.id)
          end(next.id)
        }
        expect(served).toHaveLength(repositories.length)
      } finally {
        fresh.close()
        registry = kept
      }
    }),
    { numRuns: 25 },
  )
})

it('everything is there when it is opened again, and nobody else opens it meanwhile', async () => {
  add('a1', '/a')
  begin('a1')
  const before = registry.get('a1')
  expect(() => openRegistry(file())).toThrow(expect.objectContaining({ kind: 'server_running' }))
  registry.close()
  registry = openRegistry(file())
  expect(registry.get('a1')).toEqual(before)
  expect(registry.working()).toEqual(['a1'])
  expect((await stat(file())).mode & 0o777).toBe(0o600)
})

it('a key belongs to its first card, and goes with it', () => {
  registry.add(
    {
      id: 'a1',
      repository: '/a',
      goal: 'x',
      origin: 'server',
      phase: 'queued',
      status: null,
      runId: null,
      want: START,
      createdAt: 1,
    },
    { key: 'k', digest: 'd' },
  )
  expect(registry.byKey('k')).toEqual({ id: 'a1', digest: 'd' })
  registry.remove('a1')
  expect(registry.byKey('k')).toBeNull()
})

it('pages go on where the last one ended, by status and by repository', () => {
  for (const id of ['a1', 'a2', 'a3', 'b1']) add(id, `/${id[0]}`)
  end('a1')
  const page = (before: number | null) => registry.page({ status: ['queued'], repository: null, before, limit: 2 })
  const first = page(null)
  expect([first.total, first.rows.map((card) => card.id)]).toEqual([3, ['b1', 'a3']])
  expect(page(first.rows.at(-1)?.sequence ?? 0).rows.map((card) => card.id)).toEqual(['a2'])
  expect(registry.page({ status: null, repository: '/a', before: null, limit: 9 }).total).toBe(3)
  expect(Object.fromEntries(registry.countByStatus())).toEqual({ queued: 3, success: 1 })
})
