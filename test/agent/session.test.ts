import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { SessionSpend } from '../../src/agent/agent.ts'
import { outputSchema } from '../../src/agent/outputs.ts'
import { TEST_IDENTITY } from '../support/repository.ts'
import { createScriptedAgent, DONE, type ScriptedAgent, type ScriptedAgentRequest } from '../support/scripted-agent.ts'

let scripted: ScriptedAgent | null = null
afterEach(async () => {
  await scripted?.cleanup()
  scripted = null
})

async function play(request: ScriptedAgentRequest): Promise<ScriptedAgent> {
  scripted = await createScriptedAgent(request)
  return scripted
}

const PAID: Record<keyof SessionSpend, unknown> = {
  costUsd: expect.any(Number),
  usage: expect.any(Object),
  turns: expect.any(Number),
  durationMs: expect.any(Number),
  contextTokens: expect.any(Number),
}

describe('a session', () => {
  it('that plans reads the project and answers in the shape it was asked for', async () => {
    const plan = { criteria: [{ text: 'It works' }], groups: [{ title: 'Add it', tasks: [{ title: 'Write it' }] }] }
    const { run, model } = await play({
      files: { 'CLAUDE.md': 'A rule of the project.\n', 'a.txt': 'content of a\n' },
      scenario: [
        { kind: 'plan', prompt: '@a.txt', steps: [{ read: 'a.txt' }, { expect: 'content of a', answer: plan }] },
      ],
    })
    const result = await run({
      kind: 'plan',
      access: 'read',
      prompt: '/init @a.txt',
      outputSchema: outputSchema('plan'),
    })
    expect(result).toEqual({
      ...PAID,
      outcome: 'completed',
      output: plan,
      turns: 2,
      activities: [{ kind: 'tool', tool: 'Read', text: 'a.txt', subagent: null }],
    })
    expect(result.costUsd).toBeGreaterThan(0)
    const [first] = model.requests()
    const sent = JSON.stringify(first?.body)
    expect(sent).toContain('A rule of the project.')
    expect(sent).toContain('Instructions of the test.')
    expect(first?.conversation.prompt).toBe('/init @a.txt')
    expect(first?.body.tools?.map((tool) => tool.name).sort()).toEqual(
      ['Glob', 'Grep', 'Read', 'StructuredOutput', 'WebFetch', 'WebSearch'].sort(),
    )
  })

  it('that reads has no way to run or write anything, also when it tries', async () => {
    const { run, repository } = await play({
      scenario: () => [
        { tool: { name: 'Bash', input: { command: 'touch made', description: 'x' } } },
        { write: { path: 'made', text: 'x' } },
        { answer: { verdicts: [] } },
      ],
    })
    const result = await run({ kind: 'verify', access: 'read', outputSchema: outputSchema('verdicts') })
    expect(result).toMatchObject({ outcome: 'completed', output: { verdicts: [] } })
    expect(await repository.git(['status', '--porcelain'])).toBe('')
  })

  it('that works edits and commits under the given name; the next one continues it and is charged alone', async () => {
    const { run, repository, model, agent, request } = await play({
      scenario: [
        { prompt: 'Again', steps: [{ bash: 'git log --format=%s' }, { expect: 'feat: hello', answer: DONE }] },
        {
          steps: [
            { write: { path: 'hello.txt', text: 'hello\n' } },
            { edit: { path: 'hello.txt', from: 'hello', to: 'hello there' } },
            { bash: 'git add -A && git commit -qm "feat: hello"' },
            { answer: DONE },
          ],
        },
      ],
    })
    const first = request()
    const one = await run(first)
    expect(one).toMatchObject({ outcome: 'completed', output: DONE, turns: 4 })
    expect(await repository.git(['show', '-s', '--format=%an <%ae> %cn <%ce> %s'])).toBe(
      `${TEST_IDENTITY.name} <${TEST_IDENTITY.email}> ${TEST_IDENTITY.name} <${TEST_IDENTITY.email}> feat: hello`,
    )
    expect(await readFile(join(repository.path, 'hello.txt'), 'utf8')).toBe('hello there\n')

    const continued = { mode: 'continue', id: first.conversation.id } as const
    const two = await run({ conversation: continued, prompt: 'Again, please.' })
    expect(two).toMatchObject({ outcome: 'completed', output: DONE, turns: 2 })
    expect(model.requests().at(-1)?.conversation.prompts).toEqual(['Do the work.', 'Again, please.'])

    // The ledger of both together is what the conversation cost as its transcript has it.
    const recalled = await agent.recall({ conversationId: continued.id, cwd: repository.path, startedAt: 0 })
    if (recalled.kind !== 'finished') throw new Error(`recalled as ${recalled.kind}`)
    expect(one.costUsd + two.costUsd).toBeCloseTo(recalled.spend.costUsd, 9)
    const sum = (part: 'inputTokens' | 'outputTokens' | 'cacheReadTokens' | 'cacheWriteTokens') =>
      [one, two].reduce((total, { usage }) => total + (usage['claude-sonnet-5']?.[part] ?? 0), 0)
    expect(recalled.spend.usage['claude-sonnet-5']).toEqual({
      inputTokens: sum('inputTokens'),
      outputTokens: sum('outputTokens'),
      cacheReadTokens: sum('cacheReadTokens'),
      cacheWriteTokens: sum('cacheWriteTokens'),
    })
  })

  it('sees of the environment only what is on the list', async () => {
    const { run, model, request } = await play({
      environment: {
        GH_TOKEN: 'secret',
        SSH_AUTH_SOCK: '/tmp/x',
        AWS_SECRET_ACCESS_KEY: 'x',
        MY_OWN: 'x',
        LANG: 'C.UTF-8',
      },
      scenario: () => [{ bash: 'env' }, { answer: DONE }],
    })
    const own = request()
    await run(own)
    const seen = JSON.stringify(model.requests()[1]?.body.messages)
    expect(seen).toContain('LANG=C.UTF-8')
    expect(seen).toContain(`CLAUDETM_SESSION=${own.sessionId}`)
    for (const name of ['GH_TOKEN', 'SSH_AUTH_SOCK', 'AWS_SECRET', 'MY_OWN']) expect(seen).not.toContain(name)
  })

  it('is denied to push, and to write outside of its workspace, and told what to do instead', async () => {
    const { run, repository } = await play({
      scenario: () => [
        { bash: 'cd . && git -C . push origin HEAD' },
        { expect: 'claudetm pushes', write: { path: '../outside.txt', text: 'x' } },
        { expect: 'outside of', answer: DONE },
      ],
    })
    const result = await run()
    expect(result).toMatchObject({ outcome: 'completed' })
    expect(result.activities.filter(({ kind }) => kind === 'denied')).toEqual([
      { kind: 'denied', tool: 'Bash', text: expect.stringContaining('claudetm pushes') },
      { kind: 'denied', tool: 'Write', text: expect.stringContaining('outside of') },
    ])
    expect(execFileSync('ls', [repository.directory]).toString()).not.toContain('outside.txt')
  })

  it('does not run hooks or servers of the project', async () => {
    const hook = { hooks: [{ type: 'command', command: 'touch hook-ran' }] }
    const { run, repository } = await play({
      files: {
        '.claude/settings.json': JSON.stringify({ hooks: { SessionStart: [hook], PreToolUse: [hook] } }),
        '.mcp.json': JSON.stringify({ mcpServers: { x: { command: 'touch', args: ['server-ran'] } } }),
      },
      scenario: () => [{ bash: 'true' }, { answer: DONE }],
    })
    expect(await run()).toMatchObject({ outcome: 'completed' })
    expect(await repository.git(['status', '--porcelain'])).toBe('')
  })

  it('that ran out of turns is cut off, and paid for', async () => {
    const { run } = await play({ scenario: () => [{ bash: 'true' }, { bash: 'true' }, { bash: 'true' }] })
    const result = await run({ maxTurns: 2 })
    expect(result).toEqual({ ...PAID, outcome: 'cut_off', by: 'turns', turns: 2, activities: expect.any(Array) })
    expect(result.costUsd).toBeGreaterThan(0)
  })

  it('that ran out of money is cut off', async () => {
    const { run } = await play({
      scenario: () => [{ bash: 'true', usage: { output_tokens: 1_000_000 } }, { bash: 'true' }, { answer: DONE }],
    })
    expect(await run({ maxBudgetUsd: 5 })).toMatchObject({ outcome: 'cut_off', by: 'budget', turns: 1 })
  })

  it('without a structured answer has failed, after it was reminded once', async () => {
    const { run, model } = await play({ scenario: () => [{ say: 'All done.' }, { say: 'Really.' }] })
    expect(await run()).toMatchObject({
      outcome: 'failed',
      failure: { kind: 'agent_output', isRetryable: true },
      activities: [
        { kind: 'text', text: 'All done.', subagent: null },
        { kind: 'text', text: 'Really.', subagent: null },
      ],
    })
    expect(model.requests().map(({ step }) => step)).toEqual([0, 1])
  })

  it('whose conversation is not there any more starts it anew', async () => {
    const { run, request } = await play({ scenario: () => [{ answer: DONE }] })
    const { id } = request().conversation
    expect(await run({ conversation: { mode: 'continue', id } })).toMatchObject({ outcome: 'completed', output: DONE })
    expect(await run({ conversation: { mode: 'new', id } })).toMatchObject({ outcome: 'completed', output: DONE })
  })
})
