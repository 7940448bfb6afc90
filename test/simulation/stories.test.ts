/** Histories that somebody thought out, and how exactly each of them goes. */
import { describe, expect, it } from 'vitest'
import type { GroupId } from '../../src/domain/ids.ts'
import { allTasks } from '../../src/domain/plan.ts'
import { type History, type Move, PLAIN_HISTORY, PLAIN_SETUP, type Setup } from './history.ts'
import { simulate } from './simulate.ts'
import { DIRECTORY } from './world/world.ts'

type Story = Partial<Omit<History, 'setup'>> & { readonly setup?: Partial<Setup> }

async function play({ setup, ...history }: Story) {
  const outcome = await simulate({ ...PLAIN_HISTORY, ...history, setup: { ...PLAIN_SETUP, ...setup } })
  const { world, violations, events, ends } = outcome
  expect(violations).toEqual({})
  const { journal, state, pulls } = world
  return {
    ...outcome,
    journal,
    pulls: pulls.all,
    end: ends[0],
    kinds: journal.sessions.map(({ kind }) => kind),
    merges: pulls.all.filter((pull) => pull.state === 'merged').length,
    how: Object.values(state?.tasks ?? {}).map((task) => task.how),
    group: state?.groups['g1' as GroupId],
    titles: state?.plan == null ? [] : allTasks(state.plan).map((task) => task.title),
    of: (type: string) => events.filter((event) => event.type === type),
  }
}

/** What others do, one after the other, each time the run has waited for a minute. */
const whileWaiting = (...deeds: Move['what'][]): Move[] =>
  deeds.map((what, nth) => ({ call: 'forge.changed', nth, what }))
const at = (call: Move['call'], nth: number, what: Move['what']): Move => ({ call, nth, what })

describe('a run', () => {
  it('plans, works, merges in order and verifies', async () => {
    const { end, kinds, merges, pulls, how, world } = await play({ setup: { groups: [2, 1], criteria: 'both' } })
    expect({ end, kinds, merges, pulls: pulls.length, how, branches: world.repository.worktrees.size }).toEqual({
      end: 'start: success',
      kinds: ['plan', 'work', 'work', 'work', 'verify'],
      merges: 2,
      pulls: 2,
      how: ['committed', 'committed', 'committed'],
      branches: 0,
    })
    expect(world.state?.learnings).toEqual(['uses node:test'])
    expect(world.disk.read(`${DIRECTORY}/history/${world.state?.runId}/plan.md`).match(/- \[x\]/g)).toHaveLength(3)
  })

  it('continues one conversation inside a group, with the same model', async () => {
    const { journal } = await play({ setup: { groups: [2, 1] } })
    const works = journal.sessions.filter(({ kind }) => kind === 'work')
    expect(works.map(({ model, continues }) => [model, continues])).toEqual([
      ['opus', false],
      ['haiku', true],
      ['opus', false],
    ])
  })

  it('asks again, with the reason, for a plan that cannot be used, and then blocks', async () => {
    const { end, kinds, journal } = await play({ behaviours: ['no_shape', 'no_shape', 'no_shape'] })
    expect([end, kinds.slice(0, 3)]).toEqual([
      expect.stringContaining('claudetm resume --force'),
      ['plan', 'plan', 'plan'],
    ])
    expect(journal.sessions[1]?.prompt).toContain('could not be used')
  })

  it('never uses a plan that was cut off', async () => {
    const { end, kinds } = await play({ behaviours: ['cut_off'] })
    expect([end, kinds]).toEqual(['start: success', ['plan', 'plan', 'work']])
  })

  it('waits for a usage limit to reset', async () => {
    const { end, journal } = await play({ behaviours: ['diligent', 'refused_until'], setup: { groups: [2] } })
    const [refused, next] = journal.sessions.slice(2)
    expect(end).toBe('start: success')
    expect(next?.startedAt).toBeGreaterThanOrEqual(refused?.refusedUntil ?? Number.POSITIVE_INFINITY)
  })

  it('asks for leftovers to be committed', async () => {
    expect((await play({ behaviours: ['leaves_dirty'] })).kinds).toEqual(['plan', 'work', 'finish'])
  })

  it('does not believe a session that commits nothing', async () => {
    const idle = 'commits_nothing' as const
    const { end, kinds } = await play({ behaviours: [idle, idle, idle, idle] })
    expect(end).toContain('blocked (sessions end in success but no commit appears)')
    expect(kinds.slice(0, 5)).toEqual(['plan', 'work', 'work', 'work', 'work'])
  })

  it('ships nothing when nothing was to do, and says so after a second look', async () => {
    const { end, kinds, pulls } = await play({ behaviours: ['nothing_to_do'] })
    expect([end, kinds, pulls]).toEqual(['start: success', ['plan', 'work', 'confirm'], []])
  })

  it('keeps an unpushed red gate at home and has it mended', async () => {
    const { end, kinds, journal, world } = await play({ behaviours: ['breaks_gate'] })
    expect([end, kinds]).toEqual(['start: success', ['plan', 'work', 'fix-gate']])
    expect(journal.pushes.filter(({ commit }) => world.repository.commits.get(commit).flaw === 'gate')).toEqual([])
  })

  // L83
  it('plans new work for criteria that are refuted on the merged code', async () => {
    const { end, kinds } = await play({
      setup: { criteria: 'command' },
      moves: [at('workspace.command', 0, 'criterion_breaks'), at('agent.begin', 2, 'criterion_holds')],
    })
    expect([end, kinds]).toEqual(['start: success', ['plan', 'work', 'plan-update', 'work']])
  })

  // L81
  it('blocks after three rounds of verification, naming the criterion', async () => {
    const { end } = await play({
      setup: { criteria: 'command' },
      moves: [at('workspace.command', 0, 'criterion_breaks')],
    })
    expect(end).toContain('blocked (not confirmed on the merged code: it works)')
  })

  it('takes verdicts that count from nought in their order', async () => {
    const { end } = await play({ setup: { criteria: 'both' }, behaviours: ['diligent', 'counts_from_nought'] })
    expect(end).toBe('start: success')
  })

  it('stops before a session that the cap does not allow', async () => {
    const { end } = await play({ setup: { maxCostUsd: 0.4, groups: [2] } })
    expect(end).toBe(
      'start: blocked (the cost limit of this run is reached (--max-cost)) -> claudetm resume --max-cost <more>',
    )
  })

  it('stops at ready without auto-merge', async () => {
    const { end, ends } = await play({ setup: { autoMerge: false } })
    expect([end, ends.at(-1)]).toEqual([
      expect.stringContaining('is ready to merge'),
      'resume{"autoMerge":true}: success',
    ])
  })

  it('blocks on a refused credential and names what was refused', async () => {
    const { end } = await play({ behaviours: ['fails_for_good'] })
    expect(end).toBe('start: blocked (the key was revoked) -> claudetm resume')
  })

  it('obeys an edited plan.md', async () => {
    const { end, titles, kinds } = await play({
      setup: { groups: [2, 1] },
      moves: ['plan_remove', 'plan_reword', 'plan_add'].map((what) => at('agent.begin', 1, what as Move['what'])),
    })
    expect([end, titles]).toEqual(['start: success', ['Better task 2', 'Task 3', 'Added 1']])
    expect(kinds).toEqual(['plan', 'work', 'work', 'work', 'work'])
  })

  it('leaves alone what a person ticked in plan.md', async () => {
    const { how, merges } = await play({ setup: { groups: [2] }, moves: [at('agent.begin', 1, 'plan_tick')] })
    expect([how, merges]).toEqual([['ticked_by_person', 'committed'], 1])
  })
})

describe('reviewers', () => {
  // L3 L117
  it.each([
    ['fixed', 'diligent', true],
    ['explained', 'explains', true],
    ['declined', 'declines', false],
  ] as const)('are answered once; what was %s is resolved or not', async (action, behaviour, resolve) => {
    const { end, kinds, journal } = await play({
      behaviours: ['diligent', behaviour],
      moves: whileWaiting('thread_person'),
    })
    expect([end, kinds]).toEqual(['start: success', ['plan', 'work', 'fix-review']])
    expect(journal.replies).toMatchObject([{ thread: 'T10', body: `${action}: T10`, resolve }])
  })

  // L115
  it('who write while a session works are not taken for answered', async () => {
    const { end, journal } = await play({
      behaviours: ['diligent', 'explains', 'explains'],
      moves: [...whileWaiting('thread_person'), at('agent.answer', 2, 'thread_goes_on')],
    })
    expect([end, journal.replies.map(({ resolve }) => resolve)]).toEqual(['start: success', [false, true]])
  })

  // W6
  it('who ask for changes are asked to look again', async () => {
    const { end, world, journal } = await play({ moves: whileWaiting('changes_person') })
    expect([end, world.calls.get('forge.requestReview')]).toEqual(['start: success', 1])
    expect(journal.replies).toMatchObject([{ thread: null, body: expect.stringContaining('@ben: fixed') }])
  })

  it('who are not trusted are ignored, and that is said once', async () => {
    const { end, kinds, of } = await play({ moves: whileWaiting('thread_stranger') })
    expect([end, kinds]).toEqual(['start: success', ['plan', 'work']])
    expect(of('reviews.ignored')).toMatchObject([{ authors: ['stranger'] }])
  })

  // L81 W8 W19
  it('get rounds, and the run ends with a block when those are spent', async () => {
    const more = Array.from({ length: 6 }, (_, round) => at('agent.begin', round + 2, 'thread_person'))
    const { end, pulls, journal } = await play({ moves: [...whileWaiting('thread_person'), ...more] })
    expect(end).toContain('reviewers of PR #1 keep asking for changes')
    expect(journal.sessions.filter(({ kind }) => kind === 'fix-review').length).toBeGreaterThanOrEqual(5)
    expect(pulls[0]?.notice).toBeNull() // it went on
  })
})

describe('a test that a session deleted', () => {
  it('goes back into the conversation that did it, which brings it back', async () => {
    const { end, kinds, merges } = await play({ behaviours: ['deletes_test'] })
    expect([end, kinds, merges]).toEqual(['start: success', ['plan', 'work', 'second-look', 'fix-integrity'], 1])
  })

  it('stays at home until a person lets it go, by the command that was named', async () => {
    const { ends, kinds, group } = await play({ behaviours: ['deletes_test', 'commits_nothing'] })
    expect(ends).toEqual([
      expect.stringMatching(/^start: blocked \(the work was not pushed: .* -> claudetm waive [0-9a-f]{8} --why/),
      expect.stringMatching(/^waive.*: success$/),
    ])
    expect(kinds).toEqual(['plan', 'work', 'second-look', 'fix-integrity', 'second-look'])
    expect(group?.guard.letThrough).toMatchObject([{ how: 'waived', by: 'ann', why: 'it may stay' }])
  })

  it('is looked at again when the second look is refused by the account', async () => {
    const { end, kinds } = await play({ behaviours: ['deletes_test', 'refused_until'] })
    expect([end, kinds]).toEqual(['start: success', ['plan', 'work', 'second-look', 'second-look', 'fix-integrity']])
  })
})

describe('red checks', () => {
  it('are sent back to a session that fixes them', async () => {
    expect((await play({ suites: ['red'] })).kinds).toEqual(['plan', 'work', 'fix-ci'])
  })

  it('that are green the second time on the same commit cost no session, and are named a flake', async () => {
    const { end, kinds, of } = await play({ suites: ['flake'] })
    expect([end, kinds]).toEqual(['start: success', ['plan', 'work']])
    expect(of('ci.flaky')).toMatchObject([{ checks: ['test'] }])
  })

  it('that stay the same after a fix are looked at afresh, and told so', async () => {
    const { journal } = await play({ suites: ['red', 'red'] })
    const fixes = journal.sessions.filter(({ kind }) => kind === 'fix-ci')
    expect(fixes.map(({ continues }) => continues)).toEqual([true, false])
    expect(fixes[1]?.prompt).toContain('left exactly the same failure')
  })
})

describe('other people and the rules of the forge', () => {
  it('commits that somebody else pushes become part of what is merged', async () => {
    const { journal, world } = await play({ moves: whileWaiting('push_person') })
    expect(journal.merges.map(({ head }) => world.repository.commits.get(head).by)).toEqual(['person'])
  })

  it('a merge that the forge does later is waited for, and asked for once', async () => {
    const { end, of } = await play({ setup: { rules: 'queue' } })
    expect([end, of('pr.scheduled').length]).toEqual(['start: success', 1])
  })

  // W17
  it('a queue that drops it again and again ends in a block, not in a loop', async () => {
    const { end } = await play({
      setup: { rules: 'queue' },
      moves: whileWaiting(...Array.from({ length: 20 }, () => 'queue_drops_it' as const)),
    })
    expect(end).toContain('blocked (the forge does not merge PR #1)')
  })

  it('a scheduled merge is taken back when somebody says no', async () => {
    const { end, kinds, of } = await play({
      setup: { rules: 'queue' },
      moves: [at('forge.changed', 8, 'changes_person')],
    })
    expect([end, kinds]).toEqual(['start: success', ['plan', 'work', 'fix-review']])
    expect(of('pr.unscheduled').length).toBe(1)
  })

  it('a branch that is behind is brought up to date on the forge when that is wanted', async () => {
    const { end, kinds, group } = await play({
      setup: { syncBeforeMerge: true },
      moves: whileWaiting('target_moves'),
    })
    expect([end, kinds, group?.counters.syncs]).toEqual(['start: success', ['plan', 'work'], 1])
  })

  it('a conflict goes to a session that rebases', async () => {
    expect((await play({ moves: whileWaiting('target_clashes') })).kinds).toEqual(['plan', 'work', 'resolve-conflict'])
  })

  it('drafts become ready when their checks are green', async () => {
    expect((await play({ setup: { draft: true } })).of('pr.updated')).toMatchObject([{ what: 'ready' }])
  })
})
