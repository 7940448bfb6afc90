/**
 * Turns the events of one run into deliveries: from the stored cursor on, in order, each once. Reads the event log rather
 * than listening, so that what happened while nobody listened is told like anything else.
 */
import type { RunEvent } from '../domain/events.ts'
import type { RunId } from '../domain/ids.ts'
import { toMessage } from './event/message.ts'
import type { WebhookEvent } from './event/notification.ts'
import type { RunFacts } from './event/run-facts.ts'
import { advanceStory, NO_STORY, type Story } from './event/story.ts'
import { toNotification } from './event/to-notification.ts'
import { wants } from './hooks/hook.ts'
import type { HookRegistry } from './hooks/hook-registry.ts'
import type { Cursor, Outbox, OutboxEntry } from './outbox/outbox.ts'

export type RunReaderParts = {
  /** The state directory: part of what makes an event's id unique. */
  readonly place: string
  readonly runId: RunId
  readonly events: (afterSeq: number) => AsyncIterable<RunEvent>
  readonly facts: () => RunFacts
  readonly hooks: HookRegistry
  readonly outbox: Outbox
  readonly now: () => number
}

export type RunReader = {
  /** Everything that is in the log by now. Safe to call again; one call at a time. */
  read(): Promise<void>
}

export function createRunReader({ place, runId, events, facts, hooks, outbox, now }: RunReaderParts): RunReader {
  const source = `${place} ${runId}`
  let at: Cursor | null = null

  async function read(): Promise<void> {
    at ??= await stored()
    for await (const event of events(at.seq)) {
      if (event.runId === runId) at = take(event, at)
    }
  }

  /** An event log that lost its end (power cut) is read anew: what was told keeps its id and is not queued twice. */
  async function stored(): Promise<Cursor> {
    const beginning: Cursor = { source, seq: 0, at: 0, story: NO_STORY }
    const cursor = outbox.cursor(source)
    if (cursor === null) return beginning
    for await (const event of events(cursor.seq - 1)) {
      const isSame = event.runId === runId && event.seq === cursor.seq && event.at === cursor.at
      return isSame ? cursor : beginning
    }
    return beginning
  }

  function take(event: RunEvent, { story }: Cursor): Cursor {
    const entry = toEntry(event, story)
    const next = { source, seq: event.seq, at: event.at, story: advanceStory(story, event) }
    // Most events are nobody's business: the cursor is written with the next one that is.
    if (entry !== null) outbox.enqueue([entry], next, now())
    return next
  }

  function toEntry(event: RunEvent, story: Story): OutboxEntry | null {
    const notification = toNotification(event, { story, facts: facts() })
    if (notification === null) return null
    const message = toMessage(place, event, notification)
    const told = { event: notification.event satisfies WebhookEvent, runId, at: event.at }
    const hookIds = hooks.list().hooks.filter((hook) => wants(hook, told))
    return { message, hookIds: hookIds.map((hook) => hook.id) }
  }

  return { read }
}
