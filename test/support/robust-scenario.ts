/**
 * A scripted model whose steps may be repeated: whatever was cut off, asking again reaches the same end. Two PR groups,
 * three tasks; used where a run is killed and resumed.
 */
import type { Conversation, Scenario, Step } from '../../src/demo/scripted-model/script.ts'

const PLAN = {
  criteria: [{ text: 'All files are there', command: 'test -f alpha.txt && test -f beta.txt && test -f gamma.txt' }],
  groups: [
    { title: 'First two', tasks: [{ title: 'Write alpha' }, { title: 'Write beta' }] },
    { title: 'The third', dependsOn: [0], tasks: [{ title: 'Write gamma' }] },
  ],
}

/** What the session is about: the latest prompt that names a task. */
function taskOf(conversation: Conversation): string {
  const named = conversation.prompts.flatMap((prompt) => /## Your task now\s+Write (\w+)/.exec(prompt)?.[1] ?? [])
  return named.at(-1) ?? 'alpha'
}

function work(name: string): readonly Step[] {
  return [
    {
      bash: `test -f ${name}.txt || echo ${name} > ${name}.txt; git add --all; git diff --cached --quiet || git commit --quiet -m 'add ${name}'; git status --short`,
    },
    { answer: { outcome: 'done', summary: `${name} is there.`, learnings: [] } },
  ]
}

export const robustScenario: Scenario = (conversation) => {
  if (conversation.kind === 'plan') return [{ answer: PLAN }]
  if (conversation.kind === 'verify')
    return [
      {
        answer: {
          verdicts: [{ criterion: 0, verdict: 'confirmed', evidence: 'alpha.txt, beta.txt and gamma.txt are there' }],
        },
      },
    ]
  return work(taskOf(conversation))
}
