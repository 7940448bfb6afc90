/** When scripted work ends: at once, when a promise says so, or when a test finishes it. */
import type { Outcome } from '../ci-script.ts'
import type { World } from '../model.ts'

/**
 * Calls `finish` in the background. A promise is not waited for by `settled`: only what follows from it is. A promise
 * that fails ends the work as `failure`.
 */
export function onOutcome<T extends string>(
  world: World,
  outcome: Outcome<T>,
  work: { readonly start: () => void; readonly finish: (end: T) => void },
): void {
  if (outcome === 'queued') return
  work.start()
  if (outcome === 'pending') return
  const end = typeof outcome === 'function' ? outcome() : outcome
  if (typeof end === 'string') {
    work.finish(end)
    return
  }
  end.then(
    (value) => world.background(async () => work.finish(value)),
    () => world.background(async () => work.finish('failure' as T)),
  )
}
