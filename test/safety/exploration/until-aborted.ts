const ABORTED = new Error('aborted')

/** What never comes by itself in a small world: ends only with its signal. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(ABORTED)
    signal.addEventListener('abort', () => reject(ABORTED), { once: true })
  })
}
