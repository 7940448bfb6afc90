/** The command that a block names: it exists on the command line, and what it changes lets the group go on. */
import type { Command } from 'commander'
import { createProgram } from '../../../src/cli/program.ts'
import { decide } from '../../../src/domain/decide/decide.ts'
import { WAIVE } from '../../../src/domain/decide/integrity.ts'
import type { Decision } from '../../../src/domain/decision.ts'
import { liftBlock } from '../../../src/domain/group-state.ts'
import { waive } from '../../../src/domain/integrity/guard.ts'
import { openFindings } from '../../../src/domain/integrity/open-findings.ts'
import type { GroupObservation } from '../../../src/domain/observation.ts'
import type { GroupState } from '../../../src/domain/run.ts'

/** Nothing is run: the tree of commands is only read. */
const PROGRAM = createProgram(
  { version: '0' } as Parameters<typeof createProgram>[0],
  () => {
    throw new Error('no command runs here')
  },
  () => {},
)

const known = new Map<string, boolean>()

/** `claudetm resume --max-cost <more>`: command and options must exist; what stands for a value is not looked at. */
export function isCommand(text: string): boolean {
  const before = known.get(text)
  if (before !== undefined) return before
  const answer = parse(text)
  known.set(text, answer)
  return answer
}

function parse(text: string): boolean {
  const [name, verb, ...rest] = text.match(/"[^"]*"|\S+/g) ?? []
  const command = name === 'claudetm' ? PROGRAM.commands.find((candidate) => candidate.name() === verb) : undefined
  return command !== undefined && rest.every((word) => !word.startsWith('-') || hasOption(command, word))
}

function hasOption(command: Command, flag: string): boolean {
  return command.options.some((option) => option.long === flag || option.short === flag)
}

/**
 * What somebody else has to change first: `resume` then looks again. Everything else must be lifted by the command alone
 * (law: `resume --force` always clears a block).
 */
const CHANGED_ELSEWHERE = [
  /goes into .* now, not into/,
  /the account may not run it|a person has to let it run/,
  /what conflicts with the work here/,
]

export function isAboutElsewhere(cause: string): boolean {
  return CHANGED_ELSEWHERE.some((pattern) => pattern.test(cause))
}

/** null = the cure works: the next decision is another one. */
export function whyNotCured(o: GroupObservation, decision: Decision): string | null {
  if (decision.action.kind !== 'block') return null
  const { command, cause } = decision.action.block
  if (!isCommand(command)) return `block: no such command: ${command}`
  if (isAboutElsewhere(cause)) return null
  const next = decide(afterCommand(o, decision.action.block, command))
  const again = next.action.kind === 'block' && next.action.block.cause === cause
  return again ? `block: "${command}" does not lift it: ${cause.replace(/\d+|[a-f]{12}/g, 'N')}` : null
}

function afterCommand(
  o: GroupObservation,
  block: { cause: string; tried: string | null; command: string },
  command: string,
): GroupObservation {
  const force = command.includes('--force')
  const { budget } = o
  return {
    ...o,
    state: letGo(liftBlock({ ...o.state, block: { ...block, at: o.now } }, force, { by: 'ann', at: o.now }), command),
    budget: {
      ...budget,
      sessionsLeft: force || command.includes('--max-sessions') ? give(budget.sessionsLeft) : budget.sessionsLeft,
      costLeftUsd: force || command.includes('--max-cost') ? give(budget.costLeftUsd) : budget.costLeftUsd,
      usageLimitUntil: force ? null : budget.usageLimitUntil,
      usageLimitWaits: force ? 0 : budget.usageLimitWaits,
    },
  }
}

/** `claudetm waive <ids>` or `--all`: then `resume` goes on. */
export function letGo(state: GroupState, command: string): GroupState {
  if (!command.startsWith(WAIVE)) return state
  const open = openFindings(state.guard).map(({ id }) => id)
  const ids = new Set(command.includes('--all') ? open : open.filter((id) => command.includes(id)))
  return { ...state, guard: waive(state.guard, ids, { by: 'ann', why: 'it may stay', at: 0 }) }
}

function give(left: number | null): number | null {
  return left === null ? null : 10
}
