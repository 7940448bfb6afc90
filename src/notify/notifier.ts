/**
 * Webhooks of one run at work in this process: beside the engine, never in its way. It costs nothing until somebody has
 * subscribed; it never throws; what it could not deliver in time stays in the outbox.
 */
import type { RunEvent } from '../domain/events.ts'
import { toFailure } from '../domain/failure.ts'
import type { RunState } from '../domain/run.ts'
import type { Courier } from './delivery/courier.ts'
import { toRunFacts } from './event/run-facts.ts'
import type { HookRegistry } from './hooks/hook-registry.ts'
import { shownUrl } from './hooks/hook-url.ts'
import { dropRunHooks } from './hooks/run-hook.ts'
import type { Outbox } from './outbox/outbox.ts'
import { createRunReader, type RunReader } from './run-reader.ts'

export type Notifier = {
  onEvent(event: RunEvent): void
  onState(state: RunState): void
  /** Everything that has happened is queued. To be called before the events of the run are put away. */
  settle(): Promise<void>
  /** Waits as long for what can still be delivered, and says what is left. Safe to call twice. */
  close(waitMs: number): Promise<void>
}

export type NotifierParts = {
  readonly place: string
  readonly workingDirectory: string
  readonly state: RunState
  readonly events: (afterSeq: number) => AsyncIterable<RunEvent>
  readonly hooks: HookRegistry
  /** Something may be pending from earlier. */
  readonly hasOutbox: () => boolean
  readonly openOutbox: () => Outbox
  readonly startCourier: (outbox: Outbox) => Courier
  readonly now: () => number
  /** To the people who watch the run. */
  readonly report: (message: string) => void
  /** Deliveries go on after the run (a server's): what is left of them is nobody's worry. */
  readonly isServedOn: boolean
}

type Opened = { readonly outbox: Outbox; readonly courier: Courier; readonly reader: RunReader }

export function createNotifier(parts: NotifierParts): Notifier {
  const { hooks, now } = parts
  const { runId } = parts.state
  const said = new Set<string>()
  let state = parts.state
  let opened: Opened | null = null
  let isQueued = false
  let isClosed = false
  let work: Promise<void> = Promise.resolve()
  readSoon()

  return {
    onEvent: (event) => {
      if (!RESTLESS.has(event.type)) readSoon()
    },
    onState: (next) => {
      state = next
    },
    settle: () => readSoon(),
    close,
  }

  /** One reading at a time; whatever happens before it begins is read with it. */
  function readSoon(): Promise<void> {
    if (isQueued || isClosed) return work
    isQueued = true
    work = work.then(async () => {
      isQueued = false
      await read().catch(sayOnce)
    })
    return work
  }

  async function read(): Promise<void> {
    const { hooks: subscribed, problems } = hooks.list()
    for (const problem of problems) sayOnce(problem)
    if (opened === null && subscribed.length === 0 && !parts.hasOutbox()) return
    opened ??= open()
    await opened.reader.read()
    opened.courier.wake()
  }

  function open(): Opened {
    const { place, workingDirectory, events } = parts
    const outbox = parts.openOutbox()
    try {
      dropRunHooks(hooks, (hook) => hook.run_id !== runId && outbox.countPending(hook.id) === 0)
      if (!parts.isServedOn) outbox.hurry() // an endpoint may be back since the last run
      const facts = () => toRunFacts(state, workingDirectory)
      const reader = createRunReader({ place, runId, events, facts, hooks, outbox, now })
      return { outbox, courier: parts.startCourier(outbox), reader }
    } catch (error) {
      outbox.close()
      throw error
    }
  }

  async function close(waitMs: number): Promise<void> {
    if (isClosed) return
    await readSoon()
    isClosed = true
    if (opened === null) return
    const { outbox, courier } = opened
    await courier.drained(now() + waitMs)
    await courier.stop()
    try {
      if (!parts.isServedOn) sayWhatIsLeft(outbox)
    } catch (error) {
      sayOnce(error)
    } finally {
      outbox.close()
    }
  }

  function sayWhatIsLeft(outbox: Outbox): void {
    const waiting = hooks.list().hooks.filter((hook) => hook.enabled && outbox.countPending(hook.id) > 0)
    const count = waiting.reduce((sum, hook) => sum + outbox.countPending(hook.id), 0)
    if (count === 0) return
    const where = [...new Set(waiting.map((hook) => shownUrl(hook.url)))].join(', ')
    parts.report(
      `${count} webhook ${count === 1 ? 'delivery' : 'deliveries'} to ${where} did not go out yet; tried again with the next run, or now with: claudetm webhooks deliver`,
    )
  }

  /** The same trouble again and again is one trouble. */
  function sayOnce(trouble: unknown): void {
    const message = typeof trouble === 'string' ? trouble : `webhooks: ${toFailure(trouble).message}`
    if (said.has(message)) return
    said.add(message)
    parts.report(message)
  }
}

/** What happens many times a second, and what we say ourselves: no reason to look. */
const RESTLESS: ReadonlySet<RunEvent['type']> = new Set(['agent.activity', 'agent.retrying', 'waiting', 'warning'])
