/** Turns a failure into a sentence for people and the next step, the same words for CLI, REST and MCP. */
import type { Failure, FailureFacts, FailureKind } from './failure.ts'

export type FailureExplanation = {
  readonly sentence: string
  /** What to do about it, as a command or an instruction; null when the sentence says all there is. */
  readonly cure: string | null
}

type Explain = (message: string, facts: FailureFacts) => FailureExplanation

export function explainFailure(failure: Failure): FailureExplanation {
  const { sentence, cure } = EXPLANATIONS[failure.kind](failure.message, failure.facts)
  return { sentence: toSentence(sentence), cure }
}

const RESUME = 'claudetm resume'

const EXPLANATIONS: Readonly<Record<FailureKind, Explain>> = {
  usage: (message) => ({ sentence: message, cure: 'claudetm --help' }),
  config_invalid: (message, facts) => ({
    sentence: message,
    cure: facts.file === undefined || facts.file === null ? null : `Correct it in ${facts.file}`,
  }),
  not_a_repository: (message) => ({ sentence: message, cure: 'Run claudetm inside a git repository, or: git init' }),
  repository_empty: (message) => ({ sentence: message, cure: 'git commit --allow-empty -m "initial commit"' }),
  branch_missing: (message, facts) => ({
    sentence: message,
    cure: `Name an existing branch with --target-branch${known(facts.branch, (branch) => `, or: git branch ${branch}`)}`,
  }),
  branch_invalid: (message) => ({ sentence: message, cure: 'Choose another name with --branch' }),
  git_failed: (message, facts) => ({
    sentence: `git failed${known(facts.command, (command) => ` (${command})`)}: ${message}`,
    cure: null,
  }),
  git_unreachable: (message) => ({
    sentence: `the git remote did not answer: ${message}`,
    cure: `Check the connection, then: ${RESUME}`,
  }),
  git_refused: (message) => ({
    sentence: `the git remote refused: ${message}`,
    cure: `Check the rights and the branch protection, then: ${RESUME}`,
  }),
  git_missing: (message) => ({ sentence: message, cure: 'Install git 2.38 or newer, then: claudetm doctor' }),
  disk: (message) => ({
    sentence: `cannot write to the disk: ${message}`,
    cure: `Check free space and permissions, then: ${RESUME}`,
  }),
  state_corrupt: (message) => ({
    sentence: message,
    cure: 'claudetm clean --force (the commits on the branches stay)',
  }),
  state_newer: (message) => ({ sentence: message, cure: 'npm install -g claude-task-master@latest' }),
  run_exists: (message) => ({ sentence: message, cure: `Continue it: ${RESUME}, or put it away: claudetm clean` }),
  run_missing: (message) => ({ sentence: message, cure: 'claudetm start "your goal"' }),
  run_locked: (message, facts) => ({
    sentence: `${message}${known(facts.pid, (pid) => ` (process ${pid}${known(facts.host, (host) => ` on ${host}`)})`)}`,
    cure: 'Watch it: claudetm status, tell it something: claudetm mailbox send "…", or end it: claudetm stop. If it ran on a host that is gone: claudetm resume --force',
  }),
  run_finished: (message) => ({ sentence: message, cure: 'claudetm start "your next goal"' }),
  superseded: (message) => ({ sentence: `another process took over this run: ${message}`, cure: 'claudetm status' }),
  forge_unavailable: (message) => ({ sentence: message, cure: 'Use the built-in one: --forge local' }),
  forge_unreachable: (message) => ({
    sentence: `the forge did not answer: ${message}`,
    cure: `Check the connection, then: ${RESUME}`,
  }),
  forge_auth: (message, facts) => ({
    sentence: message,
    cure: `Set GITHUB_TOKEN, log in with gh auth login${known(facts.host, (host) => (host === 'github.com' ? '' : ` --hostname ${host}`))}, or keep pull requests on this machine: --forge local`,
  }),
  forge_permission: (message, facts) => ({
    sentence: message,
    cure: known(facts.permission, (permission) => `Give the token this permission: ${permission}`) || null,
  }),
  forge_refused: (message, facts) => ({
    sentence: `the forge refused${known(facts.status, (status) => ` (status ${status})`)}: ${message}`,
    cure: `Check the token and its rights, then: ${RESUME}`,
  }),
  pr_missing: (message) => ({ sentence: message, cure: null }),
  pr_unfit: (message) => ({ sentence: message, cure: null }),
  agent_missing: (message) => ({ sentence: `Claude cannot be started: ${message}`, cure: 'claudetm doctor' }),
  agent_auth: (message) => ({
    sentence: `Claude refused the credentials: ${message}`,
    cure: `Log in with: claude /login, or set ANTHROPIC_API_KEY, then: ${RESUME}`,
  }),
  agent_billing: (message) => ({
    sentence: `the Claude account cannot be charged: ${message}`,
    cure: `Check billing at console.anthropic.com, then: ${RESUME}`,
  }),
  agent_model_missing: (message, facts) => ({
    sentence: `the model${known(facts.model, (model) => ` ${model}`)} is not available: ${message}`,
    cure: 'Choose another with --model, or name it in config.json under models',
  }),
  agent_overloaded: (message) => ({ sentence: `Claude is overloaded: ${message}`, cure: `Later: ${RESUME}` }),
  agent_network: (message) => ({
    sentence: `Claude cannot be reached: ${message}`,
    cure: `Check the connection, then: ${RESUME}`,
  }),
  agent_stalled: (message) => ({ sentence: `the session went silent: ${message}`, cure: RESUME }),
  agent_output: (message) => ({ sentence: `the session gave no usable answer: ${message}`, cure: RESUME }),
  agent_refusal: (message) => ({
    sentence: `the model declined: ${message}`,
    cure: 'Reword the goal or the task in plan.md, then: claudetm resume --force',
  }),
  agent_failed: (message) => ({ sentence: `the session failed: ${message}`, cure: RESUME }),
  sandbox_unavailable: (message) => ({
    sentence: message,
    cure: 'Install bubblewrap (apt-get install bubblewrap), or allow less protection: --sandbox auto',
  }),
  plan_invalid: (message) => ({ sentence: message, cure: `Correct plan.md, then: ${RESUME}` }),
  webhook_missing: (message) => ({ sentence: message, cure: 'claudetm webhooks list' }),
  webhook_exists: (message, facts) => ({
    sentence: message,
    cure: known(facts.webhook, (id) => `Change that one: claudetm webhooks update ${id}`) || null,
  }),
  webhook_refused: (message) => ({ sentence: message, cure: null }),
  input_invalid: (message) => ({ sentence: message, cure: null }),
  path_refused: (message) => ({ sentence: message, cure: 'Use a directory below CLAUDETM_ROOTS of the server' }),
  url_refused: (message) => ({ sentence: message, cure: null }),
  repository_exists: (message) => ({ sentence: message, cure: 'Name another directory, or use the one that is there' }),
  key_reused: (message) => ({ sentence: message, cure: 'Use a new key for each request' }),
  not_waiting: (message) => ({ sentence: message, cure: null }),
  start_failed: (message) => ({ sentence: message, cure: 'Find out what is missing: claudetm doctor' }),
  server_running: (message) => ({ sentence: message, cure: 'Stop it, or choose another directory with CLAUDETM_DATA' }),
  timeout: (message, facts) => ({
    sentence: `a command took too long${known(facts.command, (command) => ` (${command})`)}: ${message}`,
    cure: RESUME,
  }),
  internal: (message) => ({
    sentence: `a defect of claudetm: ${message}`,
    cure: 'Run it again with CLAUDETM_DEBUG=1 and report what it prints',
  }),
}

function known(fact: FailureFacts[string] | undefined, say: (fact: string) => string): string {
  return fact === undefined || fact === null ? '' : say(String(fact))
}

function toSentence(text: string): string {
  const trimmed = text.trim()
  const first = trimmed.charAt(0).toUpperCase() + trimmed.slice(1)
  return /[.!?…]$/.test(first) ? first : `${first}.`
}
