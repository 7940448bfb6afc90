/** Waiting for what becomes of a task, for callers that want an answer in one piece. */
import type { CardId, OpenedCard, RunCard, RunDesk } from './run-desk.ts'

/**
 * Looks again with everything that happens to the task. Returns the card as it is when `isSo` holds, when nobody works on
 * it any more, or when the time is over.
 */
export async function until(
  { runs, id, withinMs }: { runs: RunDesk; id: CardId; withinMs: number },
  isSo: (opened: OpenedCard) => boolean,
): Promise<RunCard> {
  const signal = AbortSignal.timeout(Math.ceil(withinMs))
  for await (const _ of runs.watch(id, 0, signal)) {
    const opened = await runs.open(id)
    if (isSo(opened)) return opened.card
  }
  return (await runs.open(id)).card
}
