/** The one comment about the run's own state on a pull request: for people who look there and not at a terminal. */
import { toFailure } from '../domain/failure.ts'
import type { GroupObservation } from '../domain/observation.ts'
import type { Block } from '../domain/run.ts'
import type { Context } from './context.ts'

export function blockedText(block: Omit<Block, 'at'>): string {
  const tried = block.tried === null ? '' : `\n\nTried: ${block.tried}.`
  return `The run is blocked: ${block.cause}.${tried}\n\nTo go on: \`${block.command}\``
}

/** A comment that cannot be written stops nobody. null = the run goes on. */
export async function showNotice(context: Context, o: GroupObservation, text: string | null): Promise<void> {
  const { forge, memory } = context
  const number = o.state.pr?.number
  if (number === undefined) return
  try {
    await forge.setNotice(number, text)
    await memory.updateGroup(o.group.id, (group) => ({ ...group, noticeShown: text !== null }))
  } catch (error) {
    const failure = toFailure(error)
    if (failure.kind === 'superseded' || failure.kind === 'disk') throw failure
    await memory.emit({ type: 'warning', message: `PR #${number} was not told: ${failure.message}` })
  }
}
