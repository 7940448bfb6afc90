/** Reads a session's messages: until the stream ends, throws, falls silent or is aborted. */
import type { SDKMessage } from '@anthropic-ai/claude-agent-sdk'
import type { Ending } from './classify.ts'

export type MessageReader = {
  /** May be called again after it was aborted or the stream fell silent: no message is lost in between. */
  read(signal: AbortSignal): Promise<Ending>
}

export type MessageReaderOptions = {
  /** Asked anew before each message: how long to wait for it. */
  readonly idleMs: () => number
  readonly onMessage: (message: SDKMessage) => void
}

type Next = Ending | { readonly kind: 'message'; readonly message: SDKMessage }

export function createMessageReader(
  messages: AsyncIterator<SDKMessage>,
  { idleMs, onMessage }: MessageReaderOptions,
): MessageReader {
  let pending: Promise<Next> | null = null
  return {
    async read(signal) {
      while (true) {
        pending ??= nextMessage(messages)
        const next = await orSooner(pending, signal, idleMs())
        if (next.kind === 'aborted' || next.kind === 'stalled') return next
        pending = null
        if (next.kind !== 'message') return next
        onMessage(next.message)
      }
    },
  }
}

function nextMessage(messages: AsyncIterator<SDKMessage>): Promise<Next> {
  return messages.next().then(
    (result) => (result.done === true ? { kind: 'ended' } : { kind: 'message', message: result.value }),
    (error: unknown) => ({ kind: 'threw', error }),
  )
}

async function orSooner(next: Promise<Next>, signal: AbortSignal, silentMs: number): Promise<Next> {
  const decided = new AbortController()
  try {
    return await Promise.race([next, afterAbort(signal, decided.signal), afterSilence(silentMs, decided.signal)])
  } finally {
    decided.abort()
  }
}

function afterAbort(signal: AbortSignal, decided: AbortSignal): Promise<Ending> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve({ kind: 'aborted' })
    signal.addEventListener('abort', () => resolve({ kind: 'aborted' }), { once: true, signal: decided })
  })
}

function afterSilence(silentMs: number, decided: AbortSignal): Promise<Ending> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ kind: 'stalled', silentMs }), silentMs)
    decided.addEventListener('abort', () => clearTimeout(timer), { once: true })
  })
}
