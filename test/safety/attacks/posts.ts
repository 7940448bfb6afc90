/** Every payload as something an agent reports or a plan says, and what would be posted because of it. */
import { createGroupState } from '../../../src/domain/group-state.ts'
import type { GroupId, RunId, TaskId } from '../../../src/domain/ids.ts'
import { toPostedText } from '../../../src/domain/posted-text.ts'
import type { RunState } from '../../../src/domain/run.ts'
import { pullRequestText } from '../../../src/engine/pull-request-text.ts'
import { sampleRun } from '../../cli/sample-run.ts'
import { gate, group } from '../../support/observations.ts'
import type { Attack } from './attack-report.ts'
import { PAYLOADS } from './corpus.ts'

const UNDER_TEST: readonly (readonly [name: string, post: (text: string) => string])[] = [
  ['an answer to a reviewer', toPostedText],
  ['the summary of a task', (summary) => posted({ summary })],
  ['the title of a task', (title) => posted({ title })],
  ['the reason of a group', (why) => posted({ why })],
  ['the title of a group', (groupTitle) => posted({ groupTitle })],
  ['a goal', (goal) => posted({ goal })],
  ['a command of the gate', (command) => posted({ command })],
]

export function attackPosts(): readonly Attack[] {
  return UNDER_TEST.flatMap(([name, post]) =>
    PAYLOADS.map(({ id, aims, text }) => ({ rule: aims, name: `${id} as ${name}`, violation: findEffect(post(text)) })),
  )
}

/** What forges and bots would do because of it. Code is left out: nobody is called there. */
function findEffect(text: string): string | null {
  const words = text.replace(/(`+)[\s\S]*?\1/g, '')
  const effects: readonly (readonly [what: string, pattern: RegExp, where: string])[] = [
    ['somebody is called', /(?<!\w)@[a-z\d]/i, words],
    ['an issue is closed', /\b(close[sd]?|fix(e[sd])?|resolve[sd]?):?\s+([\w.-]+\/[\w.-]+)?(#|gh-)\d/i, text],
    ['a mark of ours is hidden in it', /<!-- claudetm:/, text],
    ['something is hidden', /<!--/, text],
    ['a terminal would obey', /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/, text],
    ['its reading is reordered', /[\u202a-\u202e\u2066-\u2069]/, text],
    ['machines read what people do not see', /[\u{e0000}-\u{e0fff}]|[\u200c\u200d]{3}/u, text],
  ]
  return effects.find(([, pattern, where]) => pattern.test(where))?.[0] ?? null
}

type Said = { summary?: string; title?: string; why?: string; groupTitle?: string; goal?: string; command?: string }

function posted({
  summary = '',
  title = 'Do it',
  why = '',
  groupTitle = 'Group',
  goal = 'Goal',
  command = 'npm test',
}: Said): string {
  const id = 'g1' as GroupId
  const [task] = group().tasks
  if (task === undefined) throw new Error('the sample group has a task')
  const subject = { ...group(), title: groupTitle, why, tasks: [{ ...task, title }] }
  const check = { name: 'test', command, exitCode: 0, timedOut: false, durationMs: 1, tail: '' }
  const state: RunState = {
    ...sampleRun(),
    goal,
    tasks: { ['t1' as TaskId]: { at: 0, commit: null, how: 'committed', summary } },
    groups: {
      [id]: {
        ...createGroupState({ runId: '20260101-000000' as RunId, groupId: id, headBranch: null }),
        gate: gate({ checks: [check] }),
      },
    },
  }
  const text = pullRequestText(state, subject)
  return `${text.title}\n\n${text.body}`
}
