/**
 * Runs one session in a process of its own, to be killed. The environment is the agent's; SESSION is the request, DONE
 * a pipe that is written to when the session has returned.
 */
import { writeFileSync } from 'node:fs'
import type { SessionRequest } from '../../src/agent/agent.ts'
import { createClaudeAgent } from '../../src/agent/claude/claude-agent.ts'
import { NO_SANDBOX } from './scripted-agent.ts'

const { SESSION, DONE, ...environment } = process.env
const agent = createClaudeAgent({
  sandbox: NO_SANDBOX,
  environment,
  credentials: {},
  now: Date.now,
  endProcesses: async () => 0,
})
await agent.run(JSON.parse(SESSION ?? '') as SessionRequest, {
  signal: new AbortController().signal,
  onActivity: () => {},
})
writeFileSync(DONE ?? '', 'done')
setInterval(() => {}, 1_000)
