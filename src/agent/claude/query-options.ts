/** A session request in the SDK's words. */
import type { HookCallbackMatcher, Options } from '@anthropic-ai/claude-agent-sdk'
import type { SessionRequest } from '../agent.ts'
import { FORBIDDEN_TOOLS, type ToolSettings, toTools } from './tools.ts'

export type QueryOptionsRequest = {
  readonly session: SessionRequest
  /** The conversation exists already: continued, whatever was asked for, since its id cannot be used twice. */
  readonly exists: boolean
  readonly environment: Readonly<Record<string, string>>
  readonly tools: ToolSettings
  readonly guard: HookCallbackMatcher
  readonly spawn: NonNullable<Options['spawnClaudeCodeProcess']>
}

export function toQueryOptions(request: QueryOptionsRequest): Options {
  const { session, exists, environment, tools, guard, spawn } = request
  const { conversation, fallbackModels, maxTurns, maxBudgetUsd } = session
  return {
    ...(exists ? { resume: conversation.id } : { sessionId: conversation.id }),
    cwd: session.cwd,
    env: { ...environment },
    model: session.model,
    ...(fallbackModels.length > 0 && { fallbackModel: fallbackModels.join(',') }),
    effort: session.effort,
    ...(maxTurns !== null && { maxTurns }),
    ...(maxBudgetUsd !== null && { maxBudgetUsd }),
    outputFormat: { type: 'json_schema', schema: { ...session.outputSchema } },
    systemPrompt: {
      type: 'preset',
      preset: 'claude_code',
      append: session.instructions,
      snapshot: false, // a conflict session continues a conversation under other instructions
    },
    verbatimPrompts: true, // no @file and no /command out of somebody's text; CLAUDE.md is still sent (measured)
    // Who judges what was changed is not instructed by what was changed.
    settingSources: session.kind === 'second-look' ? ['user'] : ['user', 'project', 'local'],
    // The project's own hooks would run outside of any judgement; callbacks given here still run (measured).
    settings: { disableAllHooks: true },
    strictMcpConfig: true, // servers of the user may hold forge credentials
    tools: toTools(session, tools),
    disallowedTools: [...FORBIDDEN_TOOLS],
    permissionMode: 'bypassPermissions',
    allowDangerouslySkipPermissions: true,
    hooks: { PreToolUse: [guard] },
    spawnClaudeCodeProcess: spawn,
  }
}
