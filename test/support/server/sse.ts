/** Server-sent events as they come in, of an answer of `fetch`. */
import type { Loose } from './api.ts'

export type SentEvent = { readonly id: string | null; readonly event: string; readonly data: Loose }

/** Throws when the connection breaks. */
export async function* readSentEvents(response: Response): AsyncGenerator<SentEvent> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    const blocks = `${rest}${decoder.decode(chunk, { stream: true })}`.split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null
      const data = field('data')
      if (data !== null) yield { id: field('id'), event: field('event') ?? '', data: JSON.parse(data) }
    }
  }
}
