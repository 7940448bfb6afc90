import { describe, expect, it } from 'vitest'
import type { SessionRequest, SessionResult } from '../../src/agent/agent.ts'
import { Failure } from '../../src/domain/failure.ts'
import type { RunOptions, RunState } from '../../src/domain/run.ts'
import { createControl } from '../../src/engine/control.ts'
import { runEngine } from '../../src/engine/engine.ts'
import { initialState } from '../../src/operations/initial-state.ts'
import { completed, createParts, createWorld, ended, type SimulatedAgent, simulatedCheck, type World } from './world.ts'

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
  it('plans, works, merges in order and verifies', async () => {
    const world = createWorld()
    const { end, kinds } = await run(world, diligent)
    expect({
      status: end.status,
      merges: world.merges.length,
      prs: world.prs.length,
      branches: world.branches.size,
      kinds,
    }).toEqual({
      status: 'success',
      merges: 2,
      prs: 2,
      branches: 0,
      kinds: ['plan', 'work', 'work', 'work', 'verify'],
    })
    expect(Object.values(end.state.tasks).map((task) => task.how)).toEqual(['committed', 'committed', 'committed'])
    expect(end.state.learnings).toEqual(['uses node:test'])
    expect(world.documents.get('plan.md')).toContain('- [x]')
  })

  it('sends red CI back to a session that fixes it', async () => {
    const world = createWorld()
    world.ci.push(() => [simulatedCheck({ status: 'failed' })])
    const { end, kinds } = await run(world, diligent)
    expect([end.status, world.merges.length, kinds]).toEqual([
      'success',
      2,
      ['plan', 'work', 'work', 'fix-ci', 'work', 'verify'],
    ])
  })

  it('continues one conversation inside a group, with the same model', async () => {
    const world = createWorld()
    await run(world, diligent)
    const works = world.prompts.filter((prompt) => prompt.kind === 'work')
    expect(works.map((prompt) => [prompt.model, prompt.conversation.mode])).toEqual([
      ['opus', 'new'],
      ['haiku', 'continue'],
      ['opus', 'new'],
    ])
  })

  it('asks again, with the reason, for a plan that cannot be used, and then blocks', async () => {
    const world = createWorld()
    const { end, kinds } = await run(world, (request, w) =>
      request.kind === 'plan' ? completed({ criteria: [], groups: [] }) : diligent(request, w),
    )
    expect([end.status, kinds, end.command]).toEqual(['blocked', ['plan', 'plan', 'plan'], 'claudetm resume --force'])
    expect(world.prompts[1]?.prompt).toContain('could not be used')
  })

  it('never uses a plan that was cut off', async () => {
    const world = createWorld()
    const { end, kinds } = await run(
      world,
      unless('plan', () => ended({ outcome: 'cut_off', by: 'turns' })),
    )
    expect([end.status, kinds.slice(0, 2)]).toEqual(['success', ['plan', 'plan']])
  })

  it('waits for a usage limit to reset and charges nothing', async () => {
    const world = createWorld()
    const resetsAt = world.now + 3_600_000
    const { end } = await run(
      world,
      unless('work', () => ended({ outcome: 'refused', resetsAt, why: 'limit' })),
      { maxSessions: 5 },
    )
    expect([end.status, world.now > resetsAt]).toEqual(['success', true])
  })

  it('asks for leftovers to be committed', async () => {
    const world = createWorld()
    const { end, kinds } = await run(
      world,
      unless('work', (request, w) => {
        w.commit(request.git.branch ?? '')
        const branch = w.branches.get(request.git.branch ?? '')
        if (branch !== undefined) branch.dirty = ['a.txt']
        return completed(report())
      }),
    )
    expect([end.status, kinds]).toEqual(['success', ['plan', 'work', 'finish', 'work', 'work', 'verify']])
  })

  it('does not believe a session that commits nothing', async () => {
    const world = createWorld()
    const idle: SimulatedAgent = () => completed(report())
    const { end, kinds } = await run(world, unless('work', idle, idle, idle, idle))
    expect([end.status, end.reason, kinds]).toEqual([
      'blocked',
      'sessions end in success but no commit appears',
      ['plan', 'work', 'work', 'work', 'work'],
    ])
  })

  it('ships nothing when nothing was to do, and says so after a second look', async () => {
    const world = createWorld()
    const nothing: SimulatedAgent = () => completed(report({ outcome: 'nothing_to_do' }))
    const { end, kinds } = await run(world, unless('work', nothing, nothing, nothing))
    expect([end.status, world.prs.length, kinds]).toEqual([
      'success',
      0,
      ['plan', 'work', 'confirm', 'work', 'confirm', 'work', 'confirm', 'verify'],
    ])
  })

  it('keeps an unpushed red gate at home and has it mended', async () => {
    const world = createWorld()
    const { end, kinds } = await run(
      world,
      unless('work', (request, w) => {
        w.gates.set(w.commit(request.git.branch ?? ''), 'failed')
        return completed(report())
      }),
    )
    expect([end.status, kinds]).toEqual(['success', ['plan', 'work', 'fix-gate', 'work', 'work', 'verify']])
    expect([...world.gates.keys()].filter((commit) => world.merges.includes(commit))).toEqual([])
  })

  // L83
  it('plans new work for criteria that are refuted on the merged code', async () => {
    const world = createWorld()
    world.commands.set('npm test', 1)
    const { end, kinds } = await run(world, (request, w) => {
      if (request.kind !== 'plan-update') return diligent(request, w)
      w.commands.set('npm test', 0)
      return completed({ ...PLAN, groups: [...PLAN.groups, { title: 'Mend', tasks: [{ title: 'Mend the tests' }] }] })
    })
    expect([end.status, kinds.slice(4)]).toEqual(['success', ['plan-update', 'work', 'verify']])
  })

  // L81
  it('blocks after three rounds of verification, naming the criterion', async () => {
    const world = createWorld()
    world.commands.set('npm test', 1)
    const { end } = await run(world, diligent)
    expect([end.status, end.reason]).toEqual(['blocked', expect.stringContaining('tests pass')])
  })

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

  it('stops before a session that the cap does not allow', async () => {
    const world = createWorld()
    const { end } = await run(world, diligent, { maxCostUsd: 0.15 })
    expect([end.status, end.command, end.state.sessions.length]).toEqual([
      'blocked',
      'claudetm resume --max-cost <more>',
      2,
    ])
  })

  it('stops at ready without auto-merge', async () => {
    const world = createWorld()
    const { end } = await run(world, diligent, { autoMerge: false })
    expect([end.status, world.merges.length, world.prs.length]).toEqual(['paused', 0, 1])
  })

  it('blocks on a refused credential and names what was refused', async () => {
    const world = createWorld()
    const { end } = await run(
      world,
      unless('work', () => ended({ outcome: 'failed', failure: new Failure('agent_auth', 'invalid key') })),
    )
    expect([end.status, end.reason, end.command]).toEqual(['blocked', 'invalid key', 'claudetm resume'])
  })

  it('obeys an edited plan.md', async () => {
    const world = createWorld()
    const { end, kinds } = await run(
      world,
      unless('work', (request, w) => {
        const text = w.documents.get('plan.md') ?? ''
        const lines = text.split('\n').filter((line) => !line.includes('Document it'))
        const at = lines.findIndex((line) => line.includes('Call it'))
        w.documents.set(
          'plan.md',
          [...lines.slice(0, at + 1), '- [ ] Praise it', ...lines.slice(at + 1)]
            .join('\n')
            .replace('Call it', 'Call it twice'),
        )
        return diligent(request, w)
      }),
    )
    expect([end.status, kinds]).toEqual(['success', ['plan', 'work', 'work', 'work', 'verify']])
    expect(end.state.plan?.groups.flatMap((group) => group.tasks.map((task) => task.title))).toEqual([
      'Write it',
      'Call it twice',
      'Praise it',
    ])
  })

  it('leaves alone what a person ticked in plan.md', async () => {
    const world = createWorld()
    const { end, kinds } = await run(
      world,
      unless('work', (request, w) => {
        const text = w.documents.get('plan.md') ?? ''
        w.documents.set('plan.md', text.replace(/- \[ \](?=.*Call it)/, '- [x]'))
        return diligent(request, w)
      }),
    )
    expect([end.status, kinds, world.merges.length]).toEqual(['success', ['plan', 'work', 'work', 'verify'], 1])
    expect(Object.values(end.state.tasks).map((task) => task.how)).toContain('ticked_by_person')
  })

  it('takes verdicts that count from nought in their order', async () => {
    const world = createWorld()
    const { end } = await run(world, (request, w) =>
      request.kind === 'verify'
        ? completed({ verdicts: [{ criterion: 0, verdict: 'confirmed', evidence: 'README.md says so' }] })
        : diligent(request, w),
    )
    expect(end.status).toBe('success')
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
})
