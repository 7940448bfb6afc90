/** Short ways to say what a scripted model does, for the end-to-end tests. */
import type { Conversation, Fault, Scenario, Script, Step } from '../../src/demo/scripted-model/script.ts'

export const ONE_TASK = {
  criteria: [{ text: 'The file is there', command: 'test -f hello.txt' }],
  groups: [{ title: 'Say hello', tasks: [{ title: 'Write hello.txt', complexity: 'quick' }] }],
}

export const WRITE_HELLO: Step = {
  bash: 'echo hello > hello.txt && git add --all && git commit --quiet -m "add hello"',
}

export function done(changes: object = {}): Step {
  return { answer: { outcome: 'done', summary: 'hello is there', learnings: [], ...changes } }
}

export type Part = Script | ((conversation: Conversation) => Script)

/** A plan with one task, and what its sessions do; criteria without a command are confirmed. */
export function scenario(parts: { plan?: Part; work?: Part; verify?: Part } = {}): Scenario {
  const { plan = [{ answer: ONE_TASK }], work = [WRITE_HELLO, done()], verify = confirmAll } = parts
  return (conversation) => {
    const part = conversation.kind === 'plan' ? plan : conversation.kind === 'verify' ? verify : work
    return typeof part === 'function' ? part(conversation) : part
  }
}

const confirmAll: Script = [
  {
    answer: {
      verdicts: [0, 1, 2].map((criterion) => ({ criterion, verdict: 'confirmed', evidence: 'hello.txt says hello' })),
    },
  },
]

/** The first prompts of the session kind get these scripts in turn, all later ones the last. */
export function inTurn(...scripts: Script[]): Part {
  return ({ prompts }) => scripts[Math.min(prompts.length, scripts.length) - 1] ?? []
}

export function failing(fault: Fault): Step {
  return { fault, say: 'late' }
}
