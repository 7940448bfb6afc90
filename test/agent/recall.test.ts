import { execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { recallSession } from '../../src/agent/claude/recall.ts'
import type { TranscriptEntry } from '../../src/agent/claude/transcript.ts'
import type { Step } from '../../src/demo/scripted-model/script.ts'
import type { ConversationId } from '../../src/domain/ids.ts'
import { endMarkedProcesses } from '../../src/lib/marked-processes.ts'
import { createScriptedAgent, DONE, type ScriptedAgent } from '../support/scripted-agent.ts'

const SESSION_PROGRAM = fileURLToPath(new URL('../support/scripted-session.ts', import.meta.url))

describe('a transcript proves', () => {
  const user = (at: number): TranscriptEntry => ({ type: 'user', timestamp: new Date(at).toISOString() })
  const said = (at: number, id: string, model = 'claude-opus-5'): TranscriptEntry => ({
    type: 'assistant',
    timestamp: new Date(at).toISOString(),
    message: {
      id,
      model,
      usage: {
        input_tokens: 1_000_000,
        output_tokens: 100_000,
        cache_read_input_tokens: 10_000,
        cache_creation_input_tokens: 1_000,
      },
    },
  })
  const accepted = (at: number, data: unknown): TranscriptEntry => ({
    type: 'attachment',
    timestamp: new Date(at).toISOString(),
    attachment: { type: 'structured_output', data },
  })
  const oneAnswer = {
    costUsd: 7.51125,
    usage: {
      'claude-opus-5': {
        inputTokens: 1_000_000,
        outputTokens: 100_000,
        cacheReadTokens: 10_000,
        cacheWriteTokens: 1_000,
      },
    },
    turns: 1,
    contextTokens: 1_111_000,
  }

  it('nothing when it is not there or holds no prompt', () => {
    expect(recallSession(null, 0)).toEqual({ kind: 'absent' })
    expect(recallSession([], 0)).toEqual({ kind: 'absent' })
  })

  it('what was answered since the session began, each answer once', () => {
    const entries = [user(1), said(2, 'a'), accepted(3, 'old'), user(10), said(12, 'b'), said(12, 'b')]
    expect(recallSession(entries, 10)).toEqual({ kind: 'unfinished', spend: { ...oneAnswer, durationMs: 2 } })
  })

  it('an accepted answer with nothing after it', () => {
    const entries = [user(10), said(12, 'b'), accepted(13, DONE), user(14), said(15, 's', '<synthetic>')]
    expect(recallSession(entries, 10)).toEqual({
      kind: 'finished',
      output: DONE,
      spend: { ...oneAnswer, durationMs: 5 },
    })
    expect(recallSession([...entries, said(16, 'c')], 10)).toMatchObject({ kind: 'unfinished' })
  })

  it('no answer of an earlier session', () => {
    expect(recallSession([user(1), said(2, 'a'), accepted(3, DONE), user(10)], 10)).toEqual({
      kind: 'unfinished',
      spend: { costUsd: 0, usage: {}, turns: 0, durationMs: 0, contextTokens: 1_111_000 },
    })
  })
})

describe('after the program was killed', () => {
  let scripted: ScriptedAgent | null = null
  afterEach(async () => {
    await scripted?.cleanup()
    scripted = null
  })

  /** Runs the session in a program of its own, as the orchestrator does, and kills that when `moment` has come. */
  async function killWhen(moment: (place: string) => Promise<unknown>, steps: (place: string) => readonly Step[]) {
    const place = { directory: '' }
    scripted = await createScriptedAgent({
      scenario: ({ prompt }) => (prompt.startsWith('Go on') ? [{ answer: DONE }] : steps(place.directory)),
    })
    const { request, options, agent, repository } = scripted
    place.directory = repository.directory
    execFileSync('mkfifo', [join(repository.directory, 'pipe')])
    const own = request()
    const startedAt = Date.now()
    const child = spawn(process.execPath, [SESSION_PROGRAM], {
      env: { ...options.environment, SESSION: JSON.stringify(own), DONE: join(repository.directory, 'pipe') },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const exited = once(child, 'exit')
    await moment(repository.directory)
    child.kill('SIGKILL')
    await exited
    // With a grace, in which it writes down what it has; killed at once it may lose its last answer.
    await endMarkedProcesses({ name: 'CLAUDETM_SESSION', value: own.sessionId, graceMs: 5_000 })
    const recall = () => agent.recall({ conversationId: own.conversation.id, cwd: repository.path, startedAt })
    return { ...scripted, own, recall }
  }

  const pipeIsWritten = (directory: string) => readFile(join(directory, 'pipe'), 'utf8')

  it('in a command: the session is unfinished, is paid for, and is continued without asking anything twice', async () => {
    const { recall, own, run, model } = await killWhen(pipeIsWritten, (directory) => [
      { bash: 'echo one >> log' },
      { bash: `echo two >> log; echo now > ${directory}/pipe; exec tail -f /dev/null` },
      { answer: DONE },
    ])
    const recalled = await recall()
    expect(recalled).toMatchObject({ kind: 'unfinished', spend: { turns: 2 } })
    if (recalled.kind !== 'unfinished') return
    expect(recalled.spend.costUsd).toBeGreaterThan(0)

    const result = await run({ conversation: { mode: 'continue', id: own.conversation.id }, prompt: 'Go on.' })
    expect(result).toMatchObject({ outcome: 'completed', output: DONE, turns: 1 })
    expect(model.requests().map(({ conversation, step }) => [conversation.prompt, step])).toEqual([
      ['Do the work.', 0],
      ['Do the work.', 1],
      ['Go on.', 0],
    ])
    expect(JSON.stringify(model.requests().at(-1)?.body.messages)).toContain('echo two >> log')
    // The killed session is not charged again with the one that continued it.
    expect(result.usage['claude-sonnet-5']?.outputTokens).toBeLessThan(
      recalled.spend.usage['claude-sonnet-5']?.outputTokens ?? 0,
    )
  })

  it('after the answer, before it was written down: the session is finished and nothing is asked again', async () => {
    const { recall, model } = await killWhen(pipeIsWritten, () => [{ bash: 'true' }, { answer: DONE }])
    expect(await recall()).toMatchObject({ kind: 'finished', output: DONE, spend: { turns: 2 } })
    expect(model.requests()).toHaveLength(2)
  })

  it('before anything was answered: there is nothing to pay, and it can be started again under the same id', async () => {
    const arrived = Promise.withResolvers<void>()
    const { recall, own, run } = await killWhen(
      () => arrived.promise,
      () => {
        arrived.resolve()
        return [{ fault: { hang: true, times: 'always' } }]
      },
    )
    const recalled = await recall()
    expect(recalled.kind === 'absent' || recalled.spend.costUsd === 0).toBe(true)
    for (const mode of ['new', 'continue'] as const) {
      expect(await run({ conversation: { mode, id: own.conversation.id }, prompt: 'Go on.' })).toMatchObject({
        outcome: 'completed',
        turns: 1,
      })
    }
  })

  it('at once: the file it left cannot be continued, and does not stand in the way', async () => {
    scripted = await createScriptedAgent({ scenario: () => [{ answer: DONE }] })
    const { run, agent, request, repository, options } = scripted
    await run()
    const projects = join(options.environment.CLAUDE_CONFIG_DIR ?? '', 'projects')
    const [project = ''] = await readdir(projects)
    const own = request()
    const { id } = own.conversation
    await writeFile(
      join(projects, project, `${id}.jsonl`),
      '{"type":"queue-operation","operation":"enqueue"}\n{"type":"us',
    )
    expect(await agent.recall({ conversationId: id, cwd: repository.path, startedAt: 0 })).toEqual({ kind: 'absent' })
    expect(await run(own)).toMatchObject({ outcome: 'completed', output: DONE })
  })

  it('costs at list price what the session reported', async () => {
    scripted = await createScriptedAgent({ scenario: () => [{ bash: 'true' }, { answer: DONE }] })
    const { run, agent, request, repository } = scripted
    const startedAt = Date.now()
    const own = request()
    const result = await run(own)
    const recalled = await agent.recall({ conversationId: own.conversation.id, cwd: repository.path, startedAt })
    expect(recalled).toMatchObject({ kind: 'finished', output: DONE, spend: { turns: result.turns } })
    expect(recalled.kind === 'finished' && recalled.spend.costUsd).toBeCloseTo(result.costUsd, 9)
    const unknown = randomUUID() as ConversationId
    expect(await agent.recall({ conversationId: unknown, cwd: repository.path, startedAt })).toEqual({ kind: 'absent' })
  })
})
