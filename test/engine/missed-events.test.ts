import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../../src/domain/events.ts'
import { Failure } from '../../src/domain/failure.ts'
import type { RunOptions, RunState } from '../../src/domain/run.ts'
import { createControl } from '../../src/engine/control.ts'
import { runEngine } from '../../src/engine/engine.ts'
import { missedEvents } from '../../src/engine/missed-events.ts'
import { initialState } from '../../src/operations/initial-state.ts'
import { completed, createParts, createWorld } from './world.ts'

/** Said once each: a hole in the log is filled when the run is resumed. */
const ONCE = ['plan.created', 'session.completed', 'task.completed', 'pr.created', 'pr.merged']

const OPTIONS: RunOptions = {
  model: 'opus',
  autoMerge: true,
  maxSessions: null,
  maxPrs: null,
  pauseOnPr: false,
  prPerTask: false,
  branch: null,
  targetBranch: 'main',
  sessionBudgetUsd: null,
  maxCostUsd: null,
  criteria: [],
  verify: true,
  logLevel: 'normal',
  sandbox: 'off',
  forge: 'local',
  mergeMethod: null,
  admin: false,
  syncBeforeMerge: false,
  draft: false,
}

const PLAN = {
  criteria: [{ text: 'tests pass', command: 'npm test' }],
  groups: [
    { title: 'First', tasks: [{ title: 'Write it' }, { title: 'Document it' }] },
    { title: 'Second', dependsOn: [0], tasks: [{ title: 'Use it' }] },
  ],
}

type Parts = ReturnType<typeof createParts>

async function runToTheEnd(
  change: (parts: Parts) => Parts = (parts) => parts,
): Promise<{ state: RunState; events: readonly RunEvent[] }> {
  const world = createWorld()
  const parts = createParts(world, (request) => {
    if (request.kind === 'plan') return completed(PLAN)
    world.commit(request.git.branch ?? '')
    return completed({ outcome: 'done', summary: 'did it', learnings: [] })
  })
  const initial = initialState('20260101-000000' as never, 'do it', OPTIONS, world.now)
  const { state, status } = await runEngine(change(parts), initial, createControl())
  expect(status).toBe('success')
  return { state, events: world.events }
}

async function missedIn(state: RunState, events: readonly RunEvent[]) {
  return missedEvents(
    state,
    (async function* () {
      yield* events
    })(),
  )
}

/** What only the moment knew, and is not in the state. */
const MOMENTARY = new Set(['seq', 'at', 'runId', 'detail', 'tasksDone', 'turns', 'durationMs'])

function essence(event: object): object {
  return Object.fromEntries(Object.entries(event).filter(([name]) => !MOMENTARY.has(name)))
}

/** It was opened, and the answer was lost on the way. */
function unanswered(forge: Parts['forge']): Parts['forge'] {
  let lost = 0
  return {
    ...forge,
    async ensureOpen(request, ...rest) {
      const opened = await forge.ensureOpen(request, ...rest)
      if (opened.created && lost++ === 0) throw new Failure('forge_unreachable', 'the connection broke')
      return opened
    },
  }
}

describe('a pull request that was opened without our hearing of it', () => {
  it('is said once, when it is found', async () => {
    const { events } = await runToTheEnd((parts) => ({ ...parts, forge: unanswered(parts.forge) }))
    const told = events.flatMap((event) => (event.type === 'pr.created' ? [[event.number, event.title]] : []))
    expect(told).toEqual([
      [1, 'First'],
      [2, 'Second'],
    ])
  })
})

describe('what was saved and never said', () => {
  it('is nothing after a whole run', async () => {
    const { state, events } = await runToTheEnd()
    expect(await missedIn(state, events)).toEqual([])
  })

  it('is said again, each by itself', async () => {
    const { state, events } = await runToTheEnd()
    const said = events.filter((event) => ONCE.includes(event.type))
    expect(new Set(said.map((event) => event.type)).size).toBe(ONCE.length)
    for (const hole of said) {
      const missed = await missedIn(
        state,
        events.filter((event) => event !== hole),
      )
      expect(missed.map(essence)).toEqual([essence(hole)])
    }
  })

  it('is all of it where the log is gone', async () => {
    const { state, events } = await runToTheEnd()
    const missed = await missedIn(state, [])
    const said = events.filter((event) => ONCE.includes(event.type))
    const sorted = (all: readonly object[]) => all.map((event) => JSON.stringify(essence(event))).sort()
    expect(sorted(missed)).toEqual(sorted(said))
  })

  it('does not count events of another run', async () => {
    const { state, events } = await runToTheEnd()
    const foreign = events.map((event) => ({ ...event, runId: 'another' as never }))
    expect(await missedIn(state, foreign)).toHaveLength(events.filter((event) => ONCE.includes(event.type)).length)
  })

  it('is not what a person ticked, nor a pull request that was there before', async () => {
    const { state } = await runToTheEnd()
    const ticked = Object.fromEntries(
      Object.entries(state.tasks).map(([id, evidence]) => [id, { ...evidence, how: 'ticked_by_person' as const }]),
    )
    const groups = Object.fromEntries(
      Object.entries(state.groups).map(([id, group]) => [
        id,
        { ...group, acts: [], merged: null, adopted: { number: 1 as never, head: 'c'.repeat(40) as never } },
      ]),
    )
    expect(await missedIn({ ...state, tasks: ticked, groups, sessions: [] }, [])).toEqual([])
  })
})
