/** The guard as a PreToolUse hook of the SDK. A hook that throws lets the tool run (measured), so this one never does. */
import type { HookCallbackMatcher, HookJSONOutput } from '@anthropic-ai/claude-agent-sdk'
import { type GuardRules, judgeToolUse, type ToolUse } from './tool-guard.ts'

const HOOK_TIMEOUT_SEC = 30

export type Denial = { readonly tool: string; readonly reason: string }

export function createGuardHook(rules: GuardRules, onDenied: (denial: Denial) => void): HookCallbackMatcher {
  return {
    timeout: HOOK_TIMEOUT_SEC, // beyond it the tool does not run (measured)
    onFailure: 'block',
    hooks: [
      async (input) => {
        if (input.hook_event_name !== 'PreToolUse') return {}
        const reason = judgeSafely({ tool: input.tool_name, input: toRecord(input.tool_input), from: input.cwd }, rules)
        if (reason === null) return {}
        onDenied({ tool: input.tool_name, reason })
        return toDenial(reason)
      },
    ],
  }
}

function judgeSafely(use: ToolUse, rules: GuardRules): string | null {
  try {
    return judgeToolUse(use, rules)
  } catch (error) {
    return `Not done: it could not be checked (${error instanceof Error ? error.message : String(error)}).`
  }
}

function toDenial(reason: string): HookJSONOutput {
  return {
    hookSpecificOutput: {
      hookEventName: 'PreToolUse',
      permissionDecision: 'deny',
      permissionDecisionReason: reason,
    },
  }
}

function toRecord(input: unknown): Record<string, unknown> {
  return typeof input === 'object' && input !== null ? { ...input } : {}
}
