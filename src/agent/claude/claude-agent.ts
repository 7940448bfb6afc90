/** The agent on the Claude Agent SDK and the Claude Code process it ships. */
import { homedir } from 'node:os'
import { toFailure } from '../../domain/failure.ts'
import type { Environment } from '../../lib/environment.ts'
import type { Sandbox } from '../../workspace/sandbox.ts'
import type { Agent } from '../agent.ts'
import { describeCredentials, toClaudeDirectory } from './credentials.ts'
import { DEFAULT_LIMITS, type SessionLimits } from './limits.ts'
import { recallSession } from './recall.ts'
import { runSession, type SessionParts } from './session.ts'
import { DEFAULT_TOOLS, type ToolSettings } from './tools.ts'
import { readTranscript } from './transcript.ts'

export type ClaudeAgentOptions = {
  readonly sandbox: Sandbox
  /** Of the user; sessions see only what is on a list. */
  readonly environment: Environment
  /** Variables the configuration adds for sessions: account and models. Come before the environment's. */
  readonly credentials: Readonly<Record<string, string>>
  readonly now: () => number
  readonly endProcesses: SessionParts['endProcesses']
  readonly tools?: ToolSettings
  readonly limits?: Partial<SessionLimits>
}

export function createClaudeAgent(options: ClaudeAgentOptions): Agent {
  const { sandbox, environment, credentials, now, endProcesses, tools = DEFAULT_TOOLS, limits } = options
  const homeDir = environment.HOME || homedir()
  const account = { ...environment, ...credentials }
  const claudeDirectory = toClaudeDirectory(account, homeDir)
  const parts: SessionParts = {
    sandbox,
    environment,
    credentials,
    claudeDirectory,
    homeDir,
    now,
    endProcesses,
    tools,
    limits: { ...DEFAULT_LIMITS, ...limits },
  }
  return {
    async run(request, context) {
      try {
        return await runSession(parts, request, context)
      } catch (error) {
        throw toFailure(error)
      }
    },
    async recall({ conversationId, startedAt }) {
      return recallSession(await readTranscript(claudeDirectory, conversationId), startedAt)
    },
    describe: () => ({
      protection: sandbox.description,
      account: describeCredentials(account, homeDir)?.description ?? 'no credential found',
    }),
  }
}
