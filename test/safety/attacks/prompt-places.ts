/** Every place where words from outside can get into a prompt, each made into the prompt that would be sent. */
import { confirmPrompt, verifyPrompt } from '../../../src/agent/prompts/judging.ts'
import { planPrompt, planUpdatePrompt } from '../../../src/agent/prompts/planning.ts'
import { NO_EVIDENCE, type WorkEvidence, workPrompt } from '../../../src/agent/prompts/working.ts'
import type { SessionAsk } from '../../../src/domain/decision.ts'
import { openFeedback } from '../../../src/domain/feedback.ts'
import type { KnownReviews, Remark } from '../../../src/domain/observation.ts'
import type { Plan } from '../../../src/domain/plan.ts'
import { group, known, remark, thread } from '../../support/observations.ts'

export type PromptPlace = {
  readonly name: string
  /** What its quotations must be attributed to; null = a name in a sentence of ours. */
  readonly source: RegExp | null
  readonly prompt: (text: string) => string
}

const PLAN: Plan = { criteria: [], groups: [group()] }
const PLANNING = { goal: 'Add factorial', maxPrs: null, userCriteria: [], learnings: '', problem: null }

export const PROMPT_PLACES: readonly PromptPlace[] = [
  { name: 'comment', source: /^ann, reviewer$/, prompt: (body) => reviewed({ comments: [remark({ body })] }) },
  {
    name: 'review body',
    source: /^ann, reviewer$/,
    prompt: (body) => reviewed({ changeRequests: [remark({ body })] }),
  },
  {
    name: 'thread comment',
    source: /^ann, reviewer$/,
    prompt: (body) => reviewed({ threads: [thread({ remarks: [remark({ body })] })] }),
  },
  {
    name: 'thread of a review bot',
    source: /^rabbit, review bot$/,
    prompt: (body) => reviewed({ threads: [thread({ remarks: [remark({ body, author: 'rabbit', isBot: true })] })] }),
  },
  {
    name: 'our own words in a thread',
    source: /^(you, before|ann, reviewer)$/,
    prompt: (body) =>
      reviewed({ threads: [thread({ remarks: [remark({ id: 'R0', body, ours: true }), remark({ body: 'no' })] })] }),
  },
  {
    name: 'login of a reviewer',
    source: /, reviewer$/,
    prompt: (author) => reviewed({ comments: [remark({ author })] }),
  },
  {
    name: 'path of a thread',
    source: /^ann, reviewer$/,
    prompt: (path) => reviewed({ threads: [thread({ path })] }),
  },
  {
    name: 'CI log',
    source: /^CI log of test$/,
    prompt: (tail) => red(['test'], [{ check: 'test', tail, file: null }]),
  },
  {
    name: 'name of a check',
    source: /^CI log of /,
    prompt: (check) => red([check], [{ check, tail: 'failed', file: null }]),
  },
  {
    name: 'name of a check that is red on the target branch too',
    source: null,
    prompt: (name) => work({ why: 'ci_failed', checks: ['test'], alsoOnTarget: [name] }),
  },
  {
    name: 'output of the gate',
    source: /^output of npm test$/,
    prompt: (tail) => gateFailed('npm test', tail),
  },
  { name: 'command of the gate', source: /^output of /, prompt: (command) => gateFailed(command, 'failed') },
  {
    name: 'name of a file that was left',
    source: null,
    prompt: (path) => work({ why: 'leftovers', leftovers: [path], operationInProgress: false }),
  },
  {
    name: 'name of a file that was left by an interrupted session',
    source: null,
    prompt: (path) => work({ why: 'interrupted', leftovers: [path], asked: { why: 'start' } }),
  },
  {
    name: 'evidence of a second look',
    source: /^second look$/,
    prompt: (evidence) => work({ why: 'refuted', evidence }),
  },
  {
    name: 'branch that conflicts',
    source: null,
    prompt: (branch) => work({ why: 'conflict' }, { target: { branch, commit: 'a'.repeat(40) } }),
  },
  {
    name: 'what earlier sessions noted',
    source: /^earlier sessions$/,
    prompt: (learnings) => work({ why: 'start' }, {}, learnings),
  },
  {
    name: 'what earlier sessions noted, when planning',
    source: /^earlier sessions$/,
    prompt: (learnings) => planPrompt({ ...PLANNING, learnings }),
  },
  {
    name: 'evidence that refuted a criterion',
    source: /^evidence$/,
    prompt: (evidence) =>
      planUpdatePrompt({ ...updating, change: { kind: 'refuted', findings: [{ criterion: 'c', evidence }] } }),
  },
  {
    name: 'output of a criterion’s command',
    source: /^command$/,
    prompt: (text) => verifyPrompt({ goal: 'g', criteria: [{ index: 0, text: 'c' }], commandEvidence: [text] }),
  },
  {
    name: 'what a session said',
    source: /^session$/,
    prompt: (reason) => confirmPrompt({ goal: 'g', task: firstTask(), reason }),
  },
]

const updating = { ...PLANNING, plan: PLAN, done: new Set<string>(), closedGroups: new Set<string>() }

function reviewed(reviews: Partial<KnownReviews>): string {
  const feedback = openFeedback(known(reviews), []).toAddress
  return work({ why: 'reviews', checks: [] }, { feedback })
}

/** What the remark alone would bring into a prompt: empty when it does not get there. */
export function promptAfterRemark(author: Partial<Remark>, body: string): string {
  const said = { ...author, body }
  const feedback = openFeedback(
    known({
      comments: [remark({ id: 'C1', ...said })],
      changeRequests: [remark({ id: 'Q1', ...said })],
      threads: [thread({ remarks: [remark({ id: 'T1R', ...said })] })],
    }),
    [],
  ).toAddress
  return feedback.length === 0 ? '' : work({ why: 'reviews', checks: [] }, { feedback })
}

function red(checks: readonly string[], ciLogs: WorkEvidence['ciLogs']): string {
  return work({ why: 'ci_failed', checks, alsoOnTarget: [] }, { ciLogs })
}

function gateFailed(command: string, tail: string): string {
  const check = { name: 'test', command, exitCode: 1, timedOut: false, durationMs: 1, tail }
  return work({ why: 'gate_failed' }, { failedChecks: [check] })
}

function work(ask: SessionAsk, evidence: Partial<WorkEvidence> = {}, learnings = ''): string {
  return workPrompt({
    goal: 'Add factorial',
    group: group(),
    task: firstTask(),
    done: new Set(),
    learnings,
    continues: false,
    ask,
    evidence: { ...NO_EVIDENCE, ...evidence },
  })
}

function firstTask() {
  const [task] = group().tasks
  if (task === undefined) throw new Error('the sample group has a task')
  return task
}
