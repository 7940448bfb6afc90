/** Healthy examples of what comes from outside, to be damaged. */
import { sampleRun } from '../../cli/sample-run.ts'

export const SECRET = 'sk-fuzz-5f1c9a'

export const CONFIG: unknown = {
  api: { anthropic_api_key: SECRET, openrouter_api_key: `${SECRET} with a blank`, anthropic_base_url: 'no address' },
  github: { webhook_secret: SECRET, webhook_port: 1, trusted_authors: ['a'] },
  models: { opus: 'x' },
  checks: [{ name: 'a', command: 'b' }],
  policy: { tolerated_failures: ['a'], ci_deadline_sec: 5 },
  limits: { max_turns: 1 },
}

const SHA = 'a'.repeat(40)
const BUILD = { head_sha: SHA, head_branch: 'b', pull_requests: [{ number: 1, head: { ref: 'b', sha: SHA } }] }
export const DELIVERY: unknown = {
  repository: { full_name: 'octo/demo' },
  number: 1,
  pull_request: { number: 1, head: { ref: 'b', sha: SHA }, base: { ref: 'main', sha: SHA } },
  issue: { number: 1 },
  check_run: BUILD,
  workflow_run: BUILD,
  sha: SHA,
  ref: 'refs/heads/b',
  after: SHA,
  branches: [{ name: 'b' }],
}

export const RESULT: unknown = {
  type: 'result',
  subtype: 'success',
  is_error: true,
  result: 'no',
  errors: ['a'],
  structured_output: { outcome: 'done' },
  stop_reason: 'end_turn',
  terminal_reason: 'completed',
  api_error_status: 500,
}

export const SAMPLE_STATE: unknown = JSON.parse(JSON.stringify({ ...sampleRun(), revision: 1 }))

const BLOCKS = [
  { type: 'text', text: 'hello' },
  { type: 'tool_use', id: 'T1', name: 'StructuredOutput', input: { outcome: 'done' } },
  { type: 'tool_use', id: 'T2', name: 'Bash', input: { command: 'ls' } },
]
const USAGE = { input_tokens: 1, output_tokens: 1, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 }

/** Messages of the agent's process, one of each kind that is read. */
export const MESSAGES: readonly unknown[] = [
  {
    type: 'assistant',
    parent_tool_use_id: null,
    message: { id: 'm', model: 'opus', content: BLOCKS, usage: USAGE },
  },
  { type: 'user', parent_tool_use_id: null, message: { content: [{ type: 'tool_result', tool_use_id: 'T1' }] } },
  { type: 'rate_limit_event', rate_limit_info: { status: 'rejected', resetsAt: 1 } },
  { type: 'system', subtype: 'api_retry', attempt: 1, retry_delay_ms: 5, error: 'x' },
  { type: 'system', subtype: 'permission_denied', tool_name: 'Bash', message: 'no' },
  RESULT,
]
