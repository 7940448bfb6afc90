/** What faults do to the answers of the API. */
import type { Viewer, World } from '../model.ts'
import type { Area } from './addresses.ts'
import type { Answer } from './answers.ts'
import { errorAnswer } from './answers.ts'
import { limitAnswer } from './api.ts'
import type { Trouble } from './faults.ts'
import { limitHeaders } from './rate-limits.ts'

const UNICORN = '<!DOCTYPE html>\n<html><head><title>Unicorn! &middot; GitHub</title></head><body></body></html>\n'

/** The answer instead of GitHub's, when the fault gives one. */
export function insteadOf(
  trouble: Trouble | null,
  { world, area, viewer }: { readonly world: World; readonly area: Area; readonly viewer: Viewer | null },
): Answer | null {
  if (trouble?.kind === 'status') {
    const headers = { 'content-type': 'text/html; charset=utf-8', ...trouble.headers }
    return { status: trouble.status, headers, body: trouble.body ?? UNICORN }
  }
  if (trouble?.kind === 'rate_limited') {
    const resource = area === 'graphql' ? 'graphql' : 'core'
    const reset = Math.ceil(world.now().getTime() / 1000) + (trouble.resetInSeconds ?? 3_600)
    const answer = limitAnswer(resource, viewer)
    const state = { limit: 5_000, used: 5_000, remaining: 0, reset, resource } as const
    return { ...answer, headers: { ...answer.headers, ...limitHeaders(state) } }
  }
  if (trouble?.kind === 'secondary_limit') {
    const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
    const answer = errorAnswer(403, message)
    return { ...answer, headers: { ...answer.headers, 'retry-after': String(trouble.retryAfterSeconds ?? 60) } }
  }
  return null
}

/** The world as a stale replica sees it. */
export function staleWorld(world: World, trouble: Trouble | null): World {
  if (trouble?.kind !== 'stale') return world
  if (trouble.what === 'mergeability') return { ...world, mergeabilityKnown: false }
  return trouble.since === undefined ? world : { ...world, state: structuredClone(trouble.since) }
}

/** What becomes of GitHub's own answer on its way. */
export function spoil(answer: Answer, trouble: Trouble | null): Answer {
  if (answer.body === null) return answer
  if (trouble?.kind === 'truncated') return { ...answer, body: answer.body.slice(0, Math.ceil(answer.body.length / 2)) }
  if (trouble?.kind !== 'graphql_partial') return answer
  const { nulls = [], message = 'Something went wrong while executing your query.' } = trouble
  const result = JSON.parse(answer.body) as { data?: unknown; errors?: unknown[] }
  const errors = [...(result.errors ?? []), { type: 'SERVICE_UNAVAILABLE', path: [...nulls], message }]
  return { ...answer, body: JSON.stringify({ data: nullify(result.data, new Set(nulls)), errors }) }
}

function nullify(value: unknown, names: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => nullify(item, names))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, names.has(name) ? null : nullify(member, names)]),
  )
}
