/** What tests of acts on an emulated GitHub share: a place that is closed with its test, and names for what to disturb. */
import { onTestFinished } from 'vitest'
import type { RunEventBody } from '../../src/domain/events.ts'
import type { CommitSha } from '../../src/domain/ids.ts'
import { BRANCH, createGithubPlace, type GithubPlace } from './github-place.ts'

export async function openPlace(request: Parameters<typeof createGithubPlace>[0] = {}): Promise<GithubPlace> {
  const place = await createGithubPlace(request)
  onTestFinished(place.cleanup)
  return place
}

/** For faults and counts: requests of this name in the emulator's log. */
export function called(name: string): (request: { readonly name: string | null }) => boolean {
  return (request) => request.name === name
}

/** GitHub itself refuses, with these words. */
export function refusal(status: number, message: string) {
  const headers = { 'content-type': 'application/json' }
  return { kind: 'status', status, headers, body: JSON.stringify({ message }) } as const
}

export function warningsIn({ told }: { readonly told: readonly RunEventBody[] }): readonly string[] {
  return told.flatMap((event) => (event.type === 'warning' ? [event.message] : []))
}

export function headOf({ repository }: GithubPlace, branch: string = BRANCH): CommitSha {
  return repository.head(branch) as CommitSha
}
