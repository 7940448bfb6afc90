/** Which tools a session has at all. What is not listed does not exist for the agent, also when the SDK adds more. */
import type { SessionRequest } from '../agent.ts'

export type ToolSettings = {
  readonly planning: readonly string[]
  readonly verification: readonly string[]
  /** null = all of them. */
  readonly working: readonly string[] | null
}

export const DEFAULT_TOOLS: ToolSettings = {
  planning: ['Read', 'Glob', 'Grep', 'WebFetch', 'WebSearch'],
  verification: ['Read', 'Glob', 'Grep'],
  working: null,
}

/** Cannot change anything. The structured answer is a tool that is always there (measured). */
const READING: readonly string[] = ['Read', 'Glob', 'Grep', 'WebFetch', 'WebSearch']

/** No subagents, nothing in the background, no questions to a person, no scheduling, no worktrees of its own. */
const WORKING: readonly string[] = ['Bash', 'Edit', 'Write', 'NotebookEdit', 'Skill', ...READING]

export function toTools({ kind, access }: Pick<SessionRequest, 'kind' | 'access'>, settings: ToolSettings): string[] {
  if (access === 'write') return WORKING.filter((tool) => settings.working === null || settings.working.includes(tool))
  const wanted = kind === 'plan' || kind === 'plan-update' ? settings.planning : settings.verification
  return READING.filter((tool) => wanted.includes(tool))
}

/** Named as well, so that no setting of a project brings them back. */
export const FORBIDDEN_TOOLS: readonly string[] = [
  ...['Agent', 'Task', 'Workflow', 'SendMessage', 'AskUserQuestion', 'EnterPlanMode', 'ExitPlanMode'],
  ...['EnterWorktree', 'ExitWorktree', 'Monitor', 'ScheduleWakeup', 'CronCreate', 'CronDelete', 'CronList'],
]
