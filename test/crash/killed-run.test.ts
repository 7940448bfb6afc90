import { expect, it } from 'vitest'
import { runKilled } from './killed-run.ts'

it('a run killed again and again ends as if nothing had happened', { timeout: 180_000 }, async () => {
  const { kills, exitCode, merges, prs, tasksCompleted, settled, worktrees, leftProcesses } = await runKilled({
    seed: 7,
    kills: 10,
    minMs: 300,
    maxMs: 1_200,
  })
  // On a quick machine the run may end before all of them.
  expect(kills).toBeGreaterThan(3)
  expect({ exitCode, merges, prs, tasksCompleted, settled, worktrees, leftProcesses }).toEqual({
    exitCode: 0,
    merges: ['The third (#2)', 'First two (#1)'],
    prs: 2,
    tasksCompleted: ['Write alpha', 'Write beta', 'Write gamma'],
    settled: { plan: 1, 'work t1': 1, 'work t2': 1, 'work t3': 1 },
    worktrees: 0,
    leftProcesses: 0,
  })
})
