/** Ids of what has no number of its own: commits, branches, queues. They say where it is. */
import { Buffer } from 'node:buffer'

export type PlaceKind =
  | 'commit'
  | 'tree'
  | 'blob'
  | 'ref'
  | 'rollup'
  | 'queue'
  | 'comparison'
  | 'status'
  | 'protection'
  | 'request'

const PREFIXES: Readonly<Record<PlaceKind, string>> = {
  commit: 'C',
  tree: 'T',
  blob: 'B',
  ref: 'REF',
  rollup: 'SCR',
  queue: 'MQ',
  comparison: 'CMP',
  status: 'CS',
  protection: 'BPR',
  request: 'RR',
}

export type Place = { readonly kind: PlaceKind; readonly repositoryId: number; readonly name: string }

export function toPlaceId(kind: PlaceKind, repository: { readonly id: number }, name: string): string {
  return `${PREFIXES[kind]}_kwDP${Buffer.from(JSON.stringify([repository.id, name])).toString('base64url')}`
}

/** Null for ids that are not of this kind. */
export function fromPlaceId(id: string): Place | null {
  const [prefix = '', rest = ''] = id.split('_kwDP')
  const kind = (Object.keys(PREFIXES) as PlaceKind[]).find((each) => PREFIXES[each] === prefix)
  if (kind === undefined || rest === '') return null
  try {
    const [repositoryId, name] = JSON.parse(Buffer.from(rest, 'base64url').toString()) as [number, string]
    return { kind, repositoryId, name }
  } catch {
    return null
  }
}
