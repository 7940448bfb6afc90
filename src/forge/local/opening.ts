/** Opening a pull request, once per branch: one that is open already is brought up to date instead. */
import { Failure } from '../../domain/failure.ts'
import type { OpenedPr, PullRequestText } from '../forge.ts'
import type { Ci } from './ci.ts'
import { createPrRecord, type PrRecord, toPrUrl } from './pr-record.ts'
import { type RefreshDependencies, refresh } from './refresh.ts'

export type OpenDependencies = RefreshDependencies & { readonly ci: Ci; readonly targetBranch: string }

type OpenRequest = { readonly headBranch: string } & PullRequestText

/** For one caller at a time. */
export async function ensureOpenPr(deps: OpenDependencies, request: OpenRequest): Promise<OpenedPr> {
  const known = await deps.records.newest(request.headBranch)
  if (known?.status.state !== 'open') return openPr(deps, request)
  const { record } = await refresh(deps, known)
  const { number } = await deps.records.update(record.number, (old) => withText(old, request))
  deps.ci.ensure(record)
  return { number, url: toPrUrl(number), created: false }
}

/** The same object back = it says so already. */
export function withText(record: PrRecord, { title, body }: PullRequestText): PrRecord {
  return record.title === title && record.body === body ? record : { ...record, title, body }
}

async function openPr(deps: OpenDependencies, { headBranch, title, body }: OpenRequest): Promise<OpenedPr> {
  const { upstream, records, ci, targetBranch, now } = deps
  const head = await upstream.readHead(headBranch)
  if (head === null) throw new Failure('forge_refused', `${headBranch} has not been pushed`, { facts: { status: 422 } })
  const facts = { headBranch, baseBranch: targetBranch, title, body, head, now: now() }
  const record = await records.create((number) => createPrRecord({ number, ...facts }))
  ci.ensure(record)
  return { number: record.number, url: toPrUrl(record.number), created: true }
}
