/** Who was replaced while it was suspended does nothing more: asked after every look, since only saving asks by itself. */
import { Failure } from '../domain/failure.ts'
import type { Context } from './context.ts'

export async function requireOwner({ lock, store }: Pick<Context, 'lock' | 'store'>): Promise<void> {
  if (await lock.holds()) return
  throw new Failure('superseded', `another process took over ${store.location}`, { facts: { fence: lock.owner.fence } })
}
