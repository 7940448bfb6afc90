import type { SDKMessage, SDKRateLimitInfo, SDKResultMessage } from '@anthropic-ai/claude-agent-sdk'
import { describe, expect, it } from 'vitest'
import { classifySession, type Ending } from '../../src/agent/claude/classify.ts'
import { addMessage, NOTHING_SEEN, type SessionView } from '../../src/agent/claude/session-view.ts'

/** Shapes as recorded from 0.3.330, cut to the fields that are read. */
const answer = (content: object[], extra: object = {}) => ({
  type: 'assistant',
  parent_tool_use_id: null,
  message: {
    id: 'm1',
    model: 'claude-sonnet-5',
    content,
    usage: { input_tokens: 1, cache_read_input_tokens: 10, cache_creation_input_tokens: 100, output_tokens: 1 },
  },
  ...extra,
})
const note = (error: string, text: string) => ({
  type: 'assistant',
  parent_tool_use_id: null,
  error,
  message: { id: 'n1', model: '<synthetic>', content: [{ type: 'text', text }], usage: {} },
})
const offer = answer([{ type: 'tool_use', id: 't1', name: 'StructuredOutput', input: { outcome: 'done' } }])
const toolResult = (extra: object = {}) => ({
  type: 'user',
  parent_tool_use_id: null,
  message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: 'ok' }] },
  ...extra,
})
const failedToolResult = toolResult({
  message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: 'no', is_error: true }] },
})
const success = (extra: object = {}) => ({ type: 'result', subtype: 'success', is_error: false, result: '', ...extra })
const apiFailure = (status: number | null, extra: object = {}) =>
  success({ is_error: true, api_error_status: status, result: 'API Error', terminal_reason: 'api_error', ...extra })
const failure = (subtype: string) => ({ type: 'result', subtype, is_error: true, errors: ['what happened'] })
const rejected = (info: Partial<SDKRateLimitInfo> = {}) => ({
  type: 'rate_limit_event',
  rate_limit_info: { status: 'rejected', ...info },
})

const ECHO: Ending = { kind: 'threw', error: new Error('Claude Code returned an error result: ...') }
const ENDED: Ending = { kind: 'ended' }
const STALLED: Ending = { kind: 'stalled', silentMs: 120_000 }
const ABORTED: Ending = { kind: 'aborted' }

function view(messages: readonly object[]): SessionView {
  return messages.reduce<SessionView>((seen, message) => addMessage(seen, message as SDKMessage), NOTHING_SEEN)
}

function classify(messages: readonly object[], ending: Ending) {
  const outcome = classifySession({ view: view(messages), ending, model: 'the-model', stderr: '' })
  return outcome.outcome === 'failed' ? outcome.failure.kind : outcome
}

describe('how a session ended', () => {
  const output = { outcome: 'done' }
  const completed = { outcome: 'completed', output }
  const table: readonly (readonly [string, readonly object[], Ending, unknown])[] = [
    ['with its answer', [offer, toolResult(), success({ structured_output: output })], ENDED, completed],
    ['with its answer, then an error', [offer, toolResult(), success({ structured_output: output })], ECHO, completed],
    [
      'with its answer, then aborted',
      [offer, toolResult(), success({ structured_output: output })],
      ABORTED,
      completed,
    ],
    ['accepted, then silent: the result was lost', [offer, toolResult()], STALLED, completed],
    ['accepted, then the connection broke', [offer, toolResult()], ECHO, completed],
    ['two results: the last one counts', [apiFailure(529), success({ structured_output: output })], ENDED, completed],
    ['offered but not accepted', [offer, failedToolResult], STALLED, 'agent_stalled'],
    ['offered by a subagent', [{ ...offer, parent_tool_use_id: 'x' }, toolResult()], STALLED, 'agent_stalled'],
    ['accepted, then worked on', [offer, toolResult(), answer([])], STALLED, 'agent_stalled'],
    ['success in words only', [answer([]), success()], ENDED, 'agent_output'],
    ['an answer that is no object', [success({ structured_output: 'done' })], ENDED, 'agent_output'],
    ['too many invalid answers', [failure('error_max_structured_output_retries')], ECHO, 'agent_output'],
    ['aborted', [answer([]), failure('error_during_execution')], ABORTED, { outcome: 'aborted' }],
    ['silent', [answer([])], STALLED, 'agent_stalled'],
    ['out of turns', [failure('error_max_turns')], ECHO, { outcome: 'cut_off', by: 'turns' }],
    ['out of money', [failure('error_max_budget_usd')], ECHO, { outcome: 'cut_off', by: 'budget' }],
    [
      'a usage limit',
      [rejected({ resetsAt: 1_900_000_000 }), note('rate_limit', 'You hit it'), apiFailure(429)],
      ECHO,
      { outcome: 'refused', resetsAt: 1_900_000_000_000, why: 'API Error' },
    ],
    [
      'a 429',
      [note('rate_limit', 'x'), apiFailure(429)],
      ECHO,
      { outcome: 'refused', resetsAt: null, why: 'API Error' },
    ],
    ['a rejection that was got over', [rejected(), success({ structured_output: output })], ENDED, completed],
    ['bad credentials', [note('authentication_failed', 'x'), apiFailure(401)], ECHO, 'agent_auth'],
    ['not logged in', [note('authentication_failed', 'x'), apiFailure(null)], ECHO, 'agent_auth'],
    ['an account on hold', [note('account_on_hold', 'x'), apiFailure(403)], ECHO, 'agent_auth'],
    ['no credit', [note('billing_error', 'x'), apiFailure(400)], ECHO, 'agent_billing'],
    ['an unknown model', [note('model_not_found', 'x'), apiFailure(404)], ECHO, 'agent_model_missing'],
    ['overload', [note('server_error', 'x'), apiFailure(529)], ECHO, 'agent_overloaded'],
    ['overload named so', [note('overloaded', 'x'), apiFailure(529)], ECHO, 'agent_overloaded'],
    ['a server error', [note('server_error', 'x'), apiFailure(500)], ECHO, 'agent_overloaded'],
    ['no connection', [note('server_error', 'x'), apiFailure(null)], ECHO, 'agent_network'],
    ['a refusal', [apiFailure(null, { stop_reason: 'refusal' })], ECHO, 'agent_refusal'],
    ['a bad request', [note('invalid_request', 'x'), apiFailure(400)], ECHO, 'agent_failed'],
    ['a prompt that is too long', [apiFailure(null, { terminal_reason: 'prompt_too_long' })], ECHO, 'agent_failed'],
    ['no conversation', [failure('error_during_execution')], ECHO, 'agent_failed'],
    ['nothing at all', [], ENDED, 'agent_failed'],
    [
      'a program that is not there',
      [],
      { kind: 'threw', error: { errorClass: 'executable_not_found' } },
      'agent_missing',
    ],
    ['a sandbox that is not there', [], { kind: 'threw', error: { code: 'ENOENT' } }, 'agent_missing'],
    ['a program that ended', [], { kind: 'threw', error: { errorClass: 'process_exited_nonzero' } }, 'agent_failed'],
  ]
  it.each(table)('%s', (_, messages, ending, expected) => {
    expect(classify(messages, ending)).toEqual(expected)
  })

  it('says what the program wrote when nothing else explains it, in one plain line', () => {
    const outcome = classifySession({
      view: NOTHING_SEEN,
      ending: { kind: 'threw', error: new Error('exited with code 1') },
      model: 'x',
      stderr: 'bwrap: \u001b[31mno\u001b[0m\nnamespaces\n',
    })
    expect(outcome).toMatchObject({ failure: { message: 'exited with code 1: bwrap: no namespaces' } })
  })

  it('counts answers, not their blocks or the notes of the process', () => {
    const seen = view([answer([]), answer([]), note('rate_limit', 'x'), { ...offer, parent_tool_use_id: 'x' }])
    expect(seen.answers).toEqual(new Set(['m1']))
    expect(seen.contextTokens).toBe(112)
    expect(view([apiFailure(500)]).result).toMatchObject({ subtype: 'success' } satisfies Partial<SDKResultMessage>)
  })
})
