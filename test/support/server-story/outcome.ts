/** What came of the story, and what of it is not as it should be. */
import type { RunEvent } from '../../../src/domain/events.ts'
import type { Message } from '../../../src/notify/event/message.ts'
import type { Receiver } from '../webhook-receiver.ts'
import type { SeenOverMcp } from './mcp-watcher.ts'
import type { SeenOverSse } from './sse-watcher.ts'

export type Kill = {
  readonly moment: string
  /** The number of the last event that had been seen over SSE. */
  readonly lastSeen: number
  /** Until the next server said that it listens. */
  readonly backInMs: number
}

export type ServerStoryOutcome = {
  readonly status: string
  readonly kills: readonly Kill[]
  /** From the goal until everything was delivered. */
  readonly durationMs: number
  /** The run's own record: events.jsonl, as its history keeps it. */
  readonly record: readonly RunEvent[]
  readonly sse: SeenOverSse
  readonly mcp: SeenOverMcp
  /** The webhooks that should have come, by the record. */
  readonly expected: readonly Message[]
  readonly receiver: Receiver
  /** As GitHub has them. */
  readonly pulls: readonly { readonly title: string; readonly merged: boolean }[]
  /** Subjects on the target branch, newest first. */
  readonly main: readonly string[]
  /** Processes of the run that are still there. */
  readonly leftProcesses: number
}

export type LedgerRow = {
  readonly event: string
  readonly happened: number
  readonly sse: number
  readonly mcp: number
}

/** How often each thing happened, and how often it was seen. */
export function ledgerOf({ record, sse, mcp }: ServerStoryOutcome): readonly LedgerRow[] {
  const count = (events: readonly RunEvent[], type: string) => events.filter((event) => event.type === type).length
  return [...new Set(record.map(({ type }) => type))].map((type) => ({
    event: type,
    happened: count(record, type),
    sse: count(sse.events, type),
    mcp: count(mcp.events, type),
  }))
}

export type WebhookRow = {
  readonly event: string
  readonly expected: number
  readonly delivered: number
  readonly requests: number
}

/** `delivered` counts ids, `requests` every attempt. */
export function webhooksOf({ expected, receiver }: ServerStoryOutcome): readonly WebhookRow[] {
  return [...new Set(expected.map(({ event }) => event))].map((name) => ({
    event: name,
    expected: expected.filter(({ event }) => event === name).length,
    delivered: new Set(receiver.received.flatMap(({ event, id }) => (event === name ? [id] : []))).size,
    requests: receiver.requests.filter(({ headers }) => headers['x-webhook-event'] === name).length,
  }))
}

/** One sentence each; none = everything was seen. */
export function problemsOf(outcome: ServerStoryOutcome): readonly string[] {
  const { status, record, sse, mcp, expected, receiver, pulls, main, leftProcesses } = outcome
  const happened = record.map(identityOf)
  const ids = receiver.received.map(({ id }) => id)
  const groups = record.flatMap((event) => (event.type === 'plan.created' ? [event.groups] : [])).at(-1) ?? 0
  const merges = main.length - 1
  return [
    ...(status === 'success' ? [] : [`The task ended as ${status}.`]),
    ...differences('SSE', happened, sse.events.map(identityOf)),
    ...differences('MCP', happened, mcp.events.map(identityOf)),
    ...(mcp.told.length > 0 ? [] : ['MCP told of no progress.']),
    ...differences(
      'webhooks',
      expected.map(({ id }) => id),
      [...new Set(ids)],
    ),
    ...receiver.forged.map((problem) => `A webhook had a signature that does not fit: ${problem}`),
    ...(pulls.length === groups && pulls.every(({ merged }) => merged)
      ? []
      : [
          `${groups} groups have ${pulls.length} pull requests, ${pulls.filter(({ merged }) => merged).length} merged.`,
        ]),
    ...(['pr.created', 'pr.merged'] as const).flatMap((type) => {
      const told = record.filter((event) => event.type === type).length
      return told === pulls.length ? [] : [`${pulls.length} pull requests, ${told} times ${type}.`]
    }),
    ...(merges === groups ? [] : [`${groups} groups were merged ${merges} times.`]),
    ...(leftProcesses === 0 ? [] : [`${leftProcesses} processes of the run were left behind.`]),
  ]
}

/** Each at least once, and nothing that did not happen. */
function differences(who: string, happened: readonly string[], seen: readonly string[]): readonly string[] {
  const lost = happened.filter((one) => !seen.includes(one))
  const invented = seen.filter((one) => !happened.includes(one))
  return [
    ...(lost.length === 0 ? [] : [`${who} lost ${lost.length} of ${happened.length}: ${lost.slice(0, 5).join(', ')}`]),
    ...(invented.length === 0 ? [] : [`${who} invented ${invented.length}: ${invented.slice(0, 5).join(', ')}`]),
  ]
}

function identityOf({ runId, seq, at, type }: RunEvent): string {
  return `${runId} ${seq} ${at} ${type}`
}
