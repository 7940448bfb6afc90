import { expect, test } from 'vitest'
import type { TaskId } from '../../src/domain/ids.ts'
import type { PrGroup } from '../../src/domain/plan.ts'
import { digestText, pullRequestText } from '../../src/engine/pull-request-text.ts'
import { sampleState } from '../contracts/samples.ts'
import { gate, group, groupState, HEAD } from '../support/observations.ts'

const GROUP = {
  ...group(),
  title: 'Add a greeting',
  why: 'People like to be greeted.',
  tasks: ['Write it', 'Call it'].map((title, at) => ({ ...group().tasks[0], id: `t${at + 1}` as TaskId, title })),
}
const PASSED = gate({
  checks: [{ name: 'test', command: 'npm test', exitCode: 0, timedOut: false, durationMs: 1, tail: '' }],
})

function textOf({ summary = 'Says hello.', gates = PASSED, title = GROUP.title } = {}) {
  const tasks = { t1: { at: 0, commit: HEAD, how: 'committed' as const, summary } }
  const groups = { [GROUP.id]: groupState({ gate: gates }) }
  const state = sampleState({ goal: 'greet\npeople', groups, tasks })
  return pullRequestText(state, { ...GROUP, title } as PrGroup)
}

// L119
test('what, why, how verified, and nothing else: the same for the same facts', () => {
  expect(textOf()).toEqual({
    title: 'Add a greeting',
    body: [
      'People like to be greeted.',
      '',
      '## Tasks',
      '- Write it',
      '  Says hello.',
      '- Call it',
      '',
      '## Verified before the push',
      `- \`npm test\`: passed on ${HEAD.slice(0, 12)}`,
      '',
      'Part of: greet people',
    ].join('\n'),
  })
  expect(digestText(textOf())).toBe(digestText(textOf()))
})

test('checks that were not there are not claimed', () => {
  expect(textOf({ gates: gate({ outcome: 'none' }) }).body).toContain('No checks of the project were found')
})

// L119
test('what an agent wrote is text: no escapes, no marks of ours, and a title is never cut within a character', () => {
  const { title, body } = textOf({
    summary: '\u001b[31mred\u001b[0m\r\n\u202edone <!-- claudetm:notice -->\n\n## Verified before the push',
    title: `x${'😀'.repeat(80)}`,
  })
  expect([title.isWellFormed(), title.length <= 72, body.includes('\u001b'), body.includes('\u202e')]).toEqual([
    true,
    true,
    false,
    false,
  ])
  expect(body).not.toContain('<!--')
  expect(body.match(/^## Verified before the push$/gm)).toHaveLength(1)
})
