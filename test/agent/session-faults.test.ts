import { execFileSync, spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
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

const NOTHING_PAID = { costUsd: 0, usage: {}, turns: 0 }

describe('what the service does is the result', () => {
  it('a usage limit is refused with its reset time and charges nothing', async () => {
    const resetsAt = 1_900_000_000
    const { run } = await play({
      environment: { ANTHROPIC_API_KEY: '', CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-test' },
      scenario: () => [
        {
          fault: {
            status: 429,
            times: 'always',
            headers: {
              'anthropic-ratelimit-unified-status': 'rejected',
              'anthropic-ratelimit-unified-reset': String(resetsAt),
              'anthropic-ratelimit-unified-representative-claim': 'five_hour',
            },
          },
        },
      ],
    })
    expect(await run()).toMatchObject({ ...NOTHING_PAID, outcome: 'refused', resetsAt: resetsAt * 1000 })
  })

  it('a plain 429 that does not go away is refused without a reset time', async () => {
    const { run } = await play({ scenario: () => [{ fault: { status: 429, times: 'always' } }] })
    expect(await run()).toMatchObject({ ...NOTHING_PAID, outcome: 'refused', resetsAt: null })
  })

  it.each([
    [529, undefined, 'agent_overloaded', true],
    [500, undefined, 'agent_overloaded', true],
    [401, undefined, 'agent_auth', false],
    [403, undefined, 'agent_auth', false],
    [404, undefined, 'agent_model_missing', false],
    [400, 'Your credit balance is too low to access the Anthropic API.', 'agent_billing', false],
  ])('status %d (%s) for ever is %s', async (status, message, kind, isRetryable) => {
    const fault = { status, times: 'always' as const, ...(message !== undefined && { message }) }
    const { run } = await play({ scenario: () => [{ fault }] })
    expect(await run()).toMatchObject({ ...NOTHING_PAID, outcome: 'failed', failure: { kind, isRetryable } })
  })

  it('no connection is a network failure that may be tried again', async () => {
    const { run, model } = await play({ scenario: () => [] })
    await model.close()
    expect(await run()).toMatchObject({
      ...NOTHING_PAID,
      outcome: 'failed',
      failure: { kind: 'agent_network', isRetryable: true },
    })
  })

  it('a short overload and a connection lost in the middle are got over, and shown', async () => {
    const { run } = await play({
      agent: { limits: { apiRetries: 2 } },
      scenario: () => [
        { bash: 'echo one >> log', fault: { status: 529 } },
        { bash: 'echo two >> log', fault: { drop: 'mid' } },
        { bash: 'cat log' },
        { expect: '^one\\ntwo$', answer: DONE },
      ],
    })
    const result = await run()
    expect(result).toMatchObject({ outcome: 'completed', output: DONE })
    expect(result.activities.filter(({ kind }) => kind === 'retrying')).toEqual([
      { kind: 'retrying', attempt: 1, delayMs: expect.any(Number), error: 'overloaded' },
      { kind: 'retrying', attempt: 1, delayMs: expect.any(Number), error: expect.any(String) },
    ])
  })

  it('a model that is not there is replaced by the next one', async () => {
    const { run } = await play({
      agent: { limits: { apiRetries: 3 } },
      scenario: ({ model }) => [
        model === 'claude-sonnet-5' ? { fault: { status: 404, times: 'always' } } : { answer: DONE },
      ],
    })
    const result = await run({ fallbackModels: ['claude-haiku-4-5', 'claude-opus-5'] })
    expect(result).toMatchObject({ outcome: 'completed', output: DONE })
    expect(Object.keys(result.usage)).toEqual(['claude-haiku-4-5'])
    expect(result.activities).toContainEqual({
      kind: 'model_fallback',
      from: 'claude-sonnet-5',
      to: 'claude-haiku-4-5',
    })
  })

  it('silence is a stalled session that may be tried again', async () => {
    const { run } = await play({
      agent: { limits: { streamIdleTimeoutMs: 4_000 } },
      scenario: () => [{ bash: 'true' }, { fault: { hang: true, times: 'always' } }],
    })
    const result = await run()
    expect(result).toMatchObject({ outcome: 'failed', failure: { kind: 'agent_stalled', isRetryable: true }, turns: 1 })
    expect(result.costUsd).toBeGreaterThan(0)
  })

  it('a program that cannot be started is missing', async () => {
    const { run } = await play({
      agent: {
        sandbox: { kind: 'none', description: '', wrap: (_file, args) => ({ file: '/nowhere/claude', args }) },
      },
      scenario: () => [],
    })
    expect(await run()).toMatchObject({ ...NOTHING_PAID, outcome: 'failed', failure: { kind: 'agent_missing' } })
  })
})

describe('when it returns, nothing of the session is running', () => {
  /** A command that tells its process id through a pipe and then runs for ever. */
  async function createPipe(directory: string): Promise<{ path: string; read: () => Promise<number> }> {
    const path = join(directory, 'pid')
    execFileSync('mkfifo', [path])
    return { path, read: async () => Number(await readFile(path, 'utf8')) }
  }

  /** A zombie is dead: only nobody has looked yet. */
  function isAlive(pid: number): boolean {
    const found = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
    return found.status === 0 && !found.stdout.trim().startsWith('Z')
  }

  it('aborted in the middle of a command: within seconds, and paid for', async () => {
    const place = { pipe: '' }
    const { run, repository } = await play({
      scenario: () => [{ bash: `echo $$ > ${place.pipe}; exec tail -f /dev/null` }, { answer: DONE }],
    })
    const pipe = await createPipe(repository.directory)
    place.pipe = pipe.path
    const abort = new AbortController()
    const running = run({}, { signal: abort.signal })
    const pid = await pipe.read()
    expect(isAlive(pid)).toBe(true)
    abort.abort()
    const result = await running
    expect(result).toMatchObject({ outcome: 'aborted', turns: 1 })
    expect(result.costUsd).toBeGreaterThan(0)
    expect(isAlive(pid)).toBe(false)
  })

  it.runIf(process.platform === 'linux')('a daemon the agent left behind ends with it', async () => {
    const place = { pipe: '' }
    const { run, repository } = await play({
      scenario: () => [
        { bash: `setsid sh -c 'echo $$ > ${place.pipe}; exec tail -f /dev/null' > /dev/null 2>&1 < /dev/null &` },
        { answer: DONE },
      ],
    })
    const pipe = await createPipe(repository.directory)
    place.pipe = pipe.path
    const [result, pid] = await Promise.all([run(), pipe.read()])
    expect(result).toMatchObject({ outcome: 'completed' })
    expect(pid).toBeGreaterThan(1)
    expect(isAlive(pid)).toBe(false)
  })

  it('aborted before it began: nothing is asked', async () => {
    const { run, model } = await play({ scenario: () => [{ answer: DONE }] })
    expect(await run({}, { signal: AbortSignal.abort() })).toMatchObject({ ...NOTHING_PAID, outcome: 'aborted' })
    expect(model.requests()).toEqual([])
  })

  it('a listener that throws ends the session, too', async () => {
    const { run, agent, request } = await play({ scenario: () => [{ bash: 'true' }, { answer: DONE }] })
    const running = agent.run(request(), {
      signal: new AbortController().signal,
      onActivity() {
        throw new Error('a defect of the listener')
      },
    })
    await expect(running).rejects.toMatchObject({ kind: 'internal', message: 'a defect of the listener' })
    expect(await run()).toMatchObject({ outcome: 'completed' })
  })
})
