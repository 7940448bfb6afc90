/** May this tool be used with this input? Pure: what a path really points to is asked of `resolvePath`. */
import { relative, sep } from 'node:path'
import { judgeCommandLine } from './command-guard.ts'
import type { GitRules } from './git-rules.ts'

export type ToolUse = {
  readonly tool: string
  readonly input: Readonly<Record<string, unknown>>
  /** Where the agent is now: `cd` in a command stays in force. */
  readonly from: string
}

export type GuardRules = GitRules & {
  /** Absolute, without symbolic links. */
  readonly cwd: string
  /** Absolute path without symbolic links, as far as the path exists. Throws when that cannot be found out. */
  resolvePath(from: string, path: string): string
}

/** What the agent is told when it is denied, or null when it may. */
export function judgeToolUse(use: ToolUse, rules: GuardRules): string | null {
  if (use.tool === 'Bash') return judgeBash(use.input, rules)
  if (WRITING_TOOLS.has(use.tool)) return judgeWrite(use, rules)
  return null
}

const WRITING_TOOLS: ReadonlySet<string> = new Set(['Write', 'Edit', 'MultiEdit', 'NotebookEdit'])

function judgeBash(input: ToolUse['input'], rules: GuardRules): string | null {
  if (input.run_in_background === true) {
    return 'Run it in the foreground: the session ends with your answer, and everything still running ends with it.'
  }
  const command = textOf(input, 'command')
  if (command === null) return 'The command is missing.'
  const reason = judgeCommandLine(command, rules)
  return reason === null ? null : `Not done: ${reason}.`
}

function judgeWrite({ input, from }: ToolUse, rules: GuardRules): string | null {
  const path = textOf(input, 'file_path') ?? textOf(input, 'notebook_path') ?? textOf(input, 'path')
  if (path === null) return 'The path is missing.'
  const place = relative(rules.cwd, rules.resolvePath(from, path))
  const parts = place.split(sep)
  if (parts[0] === '..' || place.startsWith(sep) || /^[A-Za-z]:/.test(place)) {
    return `Not written: ${path} is outside of ${rules.cwd}. Work only inside it.`
  }
  const reserved = parts.map((part) => part.toLowerCase()).find((part) => RESERVED.has(part))
  return reserved === undefined ? null : `Not written: ${reserved} is not yours to change.`
}

/** Compared without regard to case: some file systems have none. */
const RESERVED: ReadonlySet<string> = new Set(['.git', '.claude-task-master'])

function textOf(input: ToolUse['input'], key: string): string | null {
  const value = input[key]
  return typeof value === 'string' ? value : null
}
