import { expect, it } from 'vitest'
import { runKilledOnGithub } from './killed-github-run.ts'

it('on GitHub, too, a run killed again and again ends as if nothing had happened', { timeout: 600_000 }, async () => {
  const { kills, lastOutput, ...counted } = await runKilledOnGithub({ seed: 7, kills: 6, minMs: 400, maxMs: 2_000 })
  // On a quick machine the run may end before all of them.
  expect(kills).toBeGreaterThan(2)
  expect(counted).toEqual({
    exitCode: 0,
    merges: ['The third (#2)', 'First two (#1)'],
    pulls: [
      { title: 'First two', merged: true },
      { title: 'The third', merged: true },
    ],
    answers: { 'Why alpha?': 1, 'Why a file at all?': 1 },
    comments: 1,
    rounds: 1,
    branches: ['main'],
    tasksCompleted: ['Write alpha', 'Write beta', 'Write gamma'],
    settled: { plan: 1, 'work t1': 1, 'work t2': 1, 'work t3': 1, 'fix-review': 1 },
    leftProcesses: 0,
    troubles: 0,
  })
})
