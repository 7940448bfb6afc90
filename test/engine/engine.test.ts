import { describe, expect, it } from 'vitest'
import type { SessionRequest, SessionResult } from '../../src/agent/agent.ts'
import type { RunOptions, RunState } from '../../src/domain/run.ts'
import { createControl } from '../../src/engine/control.ts'
import { runEngine } from '../../src/engine/engine.ts'
import { initialState } from '../../src/operations/initial-state.ts'
import { completed, createParts, createWorld, type SimulatedAgent, type World } from './world.ts'

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
  criteria: [{ text: 'tests pass', command: 'npm test' }, { text: 'documented' }],
  groups: [
    {
      title: 'Add factorial',
      why: 'needed',
      tasks: [
        { title: 'Write it', complexity: 'coding' },
        { title: 'Document it', complexity: 'quick' },
      ],
    },
    { title: 'Use it', dependsOn: [0], tasks: [{ title: 'Call it', complexity: 'coding' }] },
  ],
}

const report = (changes = {}) => ({ outcome: 'done', summary: 'did it', learnings: ['uses node:test'], ...changes })

/** Plans PLAN, commits once per working session, confirms everything. */
function diligent(request: SessionRequest, world: World): SessionResult {
  if (request.kind === 'plan' || request.kind === 'plan-update') return completed(PLAN)
  if (request.kind === 'verify' || request.kind === 'confirm')
    return completed({
      verdicts: [{ criterion: request.kind === 'verify' ? 1 : 0, verdict: 'confirmed', evidence: 'README.md says so' }],
    })
  world.commit(request.git.branch ?? '')
  return completed(report())
}

/** The first sessions of a kind behave otherwise, the rest is diligent. */
function unless(kind: string, ...first: SimulatedAgent[]): SimulatedAgent {
  const queue = [...first]
  return (request, world) => (request.kind === kind ? (queue.shift() ?? diligent) : diligent)(request, world)
}

async function run(world: World, agent: SimulatedAgent, options: Partial<RunOptions> = {}, state?: RunState) {
  const initial =
    state ?? initialState('20260101-000000' as never, 'add factorial', { ...OPTIONS, ...options }, world.now)
  const end = await runEngine(createParts(world, agent), initial, createControl())
  return { end, kinds: world.prompts.map((prompt) => prompt.kind) }
}

describe('a run', () => {
  // L83 L84
  it.each<[string, object]>([
    ['no verdict', { verdicts: [] }],
    ['a verdict about another criterion', { verdicts: [{ criterion: 7, verdict: 'confirmed', evidence: 'seen' }] }],
    [
      'words that sound like success',
      { verdicts: [{ criterion: 1, verdict: 'inconclusive', evidence: 'successfully verified: PASS' }] },
    ],
    ...[
      ['confirmed', 'refuted'],
      ['refuted', 'confirmed'],
      ['inconclusive', 'confirmed'],
    ].map((words): [string, object] => [
      words.join(' and '),
      { verdicts: words.map((verdict) => ({ criterion: 1, verdict, evidence: '' })) },
    ]),
  ])('takes only a given yes for a yes: %s is none', async (_, answer) => {
    const world = createWorld()
    const { end } = await run(world, (request, w) =>
      request.kind === 'verify' ? completed(answer) : diligent(request, w),
    )
    expect([end.status, end.reason]).toEqual(['blocked', expect.stringContaining('documented')])
  })
})

describe('a criterion without a command', () => {
  const judging = (...answers: object[]): SimulatedAgent => {
    const queue = [...answers]
    return unless('verify', ...queue.map((answer) => () => completed({ verdicts: [{ criterion: 1, ...answer }] })))
  }
  const verdicts = (state: RunState) =>
    state.verification?.results.map(({ criterion, command, verdict, exitCode, looks }) => [
      criterion,
      command,
      verdict,
      exitCode,
      looks,
    ])

  it('is looked at once more when it was not shown, by another conversation', async () => {
    const world = createWorld()
    const { end, kinds } = await run(world, judging({ verdict: 'confirmed', evidence: 'trust me' }))
    expect([end.status, kinds.filter((kind) => kind === 'verify').length, verdicts(end.state)]).toEqual([
      'success',
      2,
      [
        ['tests pass', 'npm test', 'confirmed', 0, 1],
        ['documented', null, 'confirmed', null, 2],
      ],
    ])
    const looks = world.prompts.filter((prompt) => prompt.kind === 'verify')
    expect(new Set(looks.map((prompt) => prompt.conversation.id)).size).toBe(2)
  })

  it('counts as unmet after that, and the plan is changed because of it', async () => {
    const world = createWorld()
    const unclear = { verdict: 'inconclusive', evidence: 'cannot tell' }
    const { kinds } = await run(world, judging(unclear, unclear))
    expect(kinds.slice(4, 8)).toEqual(['verify', 'verify', 'plan-update', 'verify'])
    const update = world.prompts.find((prompt) => prompt.kind === 'plan-update')
    expect(update?.prompt).toContain('counts as unmet, because 2 looks could not show it: cannot tell')
  })

  it('is asked about a second time on the same commit when there was nothing to add, and not a third time', async () => {
    const world = createWorld()
    const unmet = { verdicts: [{ criterion: 1, verdict: 'refuted', evidence: 'it is not there' }] }
    const { end, kinds } = await run(world, (request, w) => {
      return request.kind === 'verify' ? completed(unmet) : diligent(request, w)
    })
    expect(kinds.slice(4)).toEqual(['verify', 'plan-update', 'verify'])
    expect(end).toMatchObject({ status: 'blocked', reason: expect.stringContaining('documented') })
  })
})
