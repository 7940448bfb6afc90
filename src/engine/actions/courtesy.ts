/** Acts that a run can do without: what the forge refuses there is said, and stops nobody. */
import { toFailure } from '../../domain/failure.ts'
import type { Context } from '../context.ts'

/** null = refused. What may go away by itself is thrown: it is tried again like anything else. */
export async function unlessRefused<T>(
  { memory }: Context,
  what: string,
  perform: () => Promise<T>,
): Promise<T | null> {
  try {
    return await perform()
  } catch (error) {
    const failure = toFailure(error)
    if (failure.kind !== 'forge_refused' && failure.kind !== 'forge_permission') throw failure
    await memory.emit({ type: 'warning', message: `${what}: ${failure.message}` })
    return null
  }
}
