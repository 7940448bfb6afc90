import { afterEach, describe, expect, it } from 'vitest'
import type { Scenario } from '../../src/demo/scripted-model/script.ts'
import { createScriptedModel, type ScriptedModel } from '../../src/demo/scripted-model/scripted-model.ts'

let model: ScriptedModel | null = null
afterEach(async () => {
  await model?.close()
  model = null
})

async function serve(scenario: Scenario, maxRequests?: number) {
  model = await createScriptedModel({ scenario, ...(maxRequests !== undefined && { maxRequests }) })
  const { url } = model
  return (messages: readonly object[], extra: object = {}) =>
    fetch(`${url}/v1/messages?beta=true`, {
      method: 'POST',
      headers: { 'x-claude-code-session-id': 'c1' },
      body: JSON.stringify({ model: 'claude-opus-5', messages, ...extra }),
    })
}

const user = (...texts: string[]) => ({ role: 'user', content: texts.map((text) => ({ type: 'text', text })) })
const tool = (content: string, ...texts: string[]) => ({
  role: 'user',
  content: [{ type: 'tool_result', tool_use_id: 't', content }, ...user(...texts).content],
})
const said = { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'Bash', input: {} }] }
const reminder = { role: 'system', content: '<system-reminder>tokens left</system-reminder>' }

type Body = { readonly content?: readonly { readonly text: string }[]; readonly error?: { readonly message: string } }
const bodyOf = async (response: Response) => (await response.json()) as Body
const text = async (response: Promise<Response>) => (await bodyOf(await response)).content?.[0]?.text

describe('the scripted model', () => {
  it('finds the step in the request itself', async () => {
    const ask = await serve(({ prompt }) => [{ say: `${prompt} 0` }, { say: `${prompt} 1` }])
    expect(await text(ask([user('<system-reminder>x</system-reminder>', 'A')]))).toBe('A 0')
    expect(await text(ask([user('A'), reminder, said, said, tool('ok'), reminder]))).toBe('A 1')
    expect(await text(ask([user('A'), said, tool('ok'), user('B')]))).toBe('B 0')
    expect(await text(ask([user('A'), said, tool('ok', 'B')]))).toBe('B 0')
    expect(await text(ask([user('A'), said, user('[structured-output-enforce] You MUST call it')]))).toBe('A 1')
    expect(await text(ask([user('A'), said, tool('a'), said, tool('b'), said]))).toBe('Done.')
  })

  it('tells sessions apart by the answer they are asked for', async () => {
    const ask = await serve([
      { kind: 'plan', steps: [{ say: 'plan' }] },
      { kind: 'verify', prompt: 'twice', steps: [{ say: 'again' }] },
      { kind: 'verify', steps: [{ say: 'verify' }] },
      { steps: [{ say: 'else' }] },
    ])
    const asked = (field: string, prompt = 'x') =>
      text(
        ask([user(prompt)], {
          tools: [{ name: 'StructuredOutput', input_schema: { properties: { summary: {}, [field]: {} } } }],
        }),
      )
    expect(await asked('groups')).toBe('plan')
    expect(await asked('verdicts')).toBe('verify')
    expect(await asked('verdicts', 'for the twice time')).toBe('again')
    expect(await asked('outcome')).toBe('else')
  })

  it('streams and does not, plays faults as often as said, and says what it was asked', async () => {
    const ask = await serve(() => [{ say: 'hi', fault: { status: 529, times: 2, headers: { 'x-a': 'b' } } }])
    const statuses = []
    for (const stream of [true, false, true]) {
      const response = await ask([user('A')], { stream })
      statuses.push([response.status, response.headers.get('x-a')])
      if (response.ok) expect(await response.text()).toContain('event: message_stop')
    }
    expect(statuses).toEqual([
      [529, 'b'],
      [529, 'b'],
      [200, null],
    ])
    expect(model?.requests().map(({ step, stream, outcome }) => [step, stream, outcome === 'answered'])).toEqual([
      [0, true, false],
      [0, false, false],
      [0, true, true],
    ])
  })

  it('drops connections', async () => {
    const ask = await serve(() => [{ say: 'hi', fault: { drop: 'before' } }])
    await expect(ask([user('A')])).rejects.toThrow()
    await model?.close()
    const middle = await serve(() => [{ say: 'hi', fault: { drop: 'mid' } }])
    await expect(middle([user('A')], { stream: true }).then((response) => response.text())).rejects.toThrow()
  })

  it('refuses, and lives on, when a script is broken, an expectation is not met or a client loops', async () => {
    const ask = await serve(({ prompt }) => {
      if (prompt === 'broken') throw new Error('a mistake')
      return [{ say: 'a' }, { expect: '^yes$', say: 'b' }]
    }, 2)
    const refused = async (messages: readonly object[]) => {
      const response = await ask(messages)
      return [response.status, (await bodyOf(response)).error?.message]
    }
    expect(await refused([user('broken')])).toEqual([400, expect.stringContaining('a mistake')])
    expect(await refused([user('A'), said, tool('no')])).toEqual([400, expect.stringContaining('/^yes$/')])
    expect(await text(ask([user('A'), said, tool('yes')]))).toBe('b')
    expect(await refused([user('A')])).toEqual([400, expect.stringContaining('more than 2')])
  })

  it('answers what clients ask besides', async () => {
    await serve(() => [])
    const url = model?.url ?? ''
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200)
    expect(await (await fetch(`${url}/v1/models`)).json()).toEqual({ data: [], has_more: false })
    const count = await fetch(`${url}/v1/messages/count_tokens`, { method: 'POST', body: '12345678' })
    expect(await count.json()).toEqual({ input_tokens: 2 })
    expect((await fetch(`${url}/v1/other`, { method: 'POST' })).status).toBe(404)
  })
})
