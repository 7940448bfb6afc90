/**
 * What the scripted model says in the story: the demonstration's answers, and how it deals with a reviewer and with a
 * conflict. What it is asked about it reads off its prompts, as a model would.
 */
import { DEMO_GOAL, demoScenario } from '../../../src/demo/scenario.ts'
import type { Conversation, Scenario, Script, Usage } from '../../../src/demo/scripted-model/script.ts'
import { REMARKS } from './people.ts'

export const STORY_GOAL = DEMO_GOAL

export const ANSWERS = {
  fixed: 'True: numbers above 170 are refused with a RangeError now, and a test says so.',
  explained: 'n is at most 170, so the stack is no concern, and this reads like the definition. I left it.',
  declined: 'The goal names factorial(), and fact() says less to who meets it first. I kept the name.',
  review: 'One is fixed, one explained, one declined; each answer is in its thread.',
} as const

const USAGE: Usage = {
  input_tokens: 1_100,
  output_tokens: 380,
  cache_read_input_tokens: 17_000,
  cache_creation_input_tokens: 1_500,
}

const factorialTest = `
test('factorial refuses what a number cannot hold', () => {
  assert.throws(() => factorial(171), RangeError)
})
`

const dealWithReview: Script = [
  {
    say: 'One remark is about a fault: 171! is Infinity.',
    bash: [
      'sed -i.bak "s/^  return n < 2/  if (n > 170) throw new RangeError(\'above 170 no number can hold it\')\\n  return n < 2/" src/factorial.js && rm src/factorial.js.bak',
      `cat >> test/factorial.test.js <<'END'${factorialTest}END`,
      'npm test',
    ].join('\n'),
    usage: USAGE,
  },
  {
    bash: 'git add --all && git commit --quiet -m "fix: refuse numbers above 170" && git status --short',
    usage: USAGE,
  },
  ({ conversation }) => ({ answer: { threads: dispositions(conversation), summary: 'Reviewed.' }, usage: USAGE }),
]

/** One answer for each id in the prompt, chosen by what was said there. */
function dispositions({ prompt }: Conversation): readonly object[] {
  const asked = prompt.matchAll(
    /^(?:Thread|Review that asks for changes|Comment) (\S+?)(?: on \S+)?:\n([\s\S]*?)<\/quoted>/gm,
  )
  return [...asked].map(([, id, text = '']) => ({ id, ...answerTo(text) }))
}

function answerTo(text: string): { readonly action: 'fixed' | 'explained' | 'declined'; readonly message: string } {
  if (text.includes(REMARKS.fixed)) return { action: 'fixed', message: ANSWERS.fixed }
  if (text.includes(REMARKS.explained)) return { action: 'explained', message: ANSWERS.explained }
  if (text.includes(REMARKS.declined)) return { action: 'declined', message: ANSWERS.declined }
  return { action: 'explained', message: ANSWERS.review }
}

/** Both sides added a line at the end: both stay. */
function resolveConflict({ prompt }: Conversation): Script {
  const onto = /git rebase ([0-9a-f]{40})/.exec(prompt)?.[1] ?? 'no-commit-in-the-prompt'
  return [
    { bash: `git rebase ${onto}; git status --short && git diff`, usage: USAGE },
    {
      say: 'Two additions at the same place: both stay.',
      bash: [
        "sed -i.bak -e '/^<<<<<<< /d' -e '/^=======$/d' -e '/^>>>>>>> /d' README.md && rm README.md.bak",
        'git add README.md && GIT_EDITOR=true git rebase --continue && npm test && git status --short',
      ].join('\n'),
      usage: USAGE,
    },
    { answer: { outcome: 'done', summary: 'Rebased; the README keeps both additions.', learnings: [] }, usage: USAGE },
  ]
}

export const storyScenario: Scenario = (conversation) => {
  if (conversation.kind === 'fix-review') return dealWithReview
  if (conversation.prompt.includes('## The branch conflicts with its target')) return resolveConflict(conversation)
  return typeof demoScenario === 'function' ? demoScenario(conversation) : []
}
