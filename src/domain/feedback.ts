/**
 * What reviewers said and nobody has dealt with. One reading for the rules, the merge gate and the prompts. A remark is
 * dealt with once: the ledger (findings) remembers it, and only a newer remark of somebody else opens it again.
 */
import { withoutHiddenComments } from '../lib/hidden-comments.ts'
import { toPlainText } from '../lib/plain-text.ts'
import type { KnownReviews, Remark, ReviewThread } from './observation.ts'
import type { AskedRemark, Finding } from './run.ts'

/** One thing to answer. `id` is what a session is given and answers with. */
export type Feedback = {
  readonly kind: 'thread' | 'change_request' | 'comment'
  readonly id: string
  readonly author: string
  readonly isBot: boolean
  readonly path: string | null
  readonly line: number | null
  /** Only what may reach an agent: of trusted authors, and ours. */
  readonly remarks: readonly Remark[]
  /** The newest of them that is not ours. */
  readonly last: Remark
}

export type OpenFeedback = {
  readonly toAddress: readonly Feedback[]
  /** A bot posted again what was answered before: it gets the same answer, without a session. */
  readonly repeats: readonly { readonly feedback: Feedback; readonly earlier: Finding }[]
  /** Authors whose open remarks are ignored because the policy does not trust them. */
  readonly ignored: readonly string[]
}

export function openFeedback(reviews: KnownReviews, findings: readonly Finding[]): OpenFeedback {
  const open = allFeedback(reviews).filter((feedback) => isOpen(feedback, findings))
  const known = open.map((feedback) => ({ feedback, earlier: earlierAnswer(feedback, findings) }))
  return {
    toAddress: known.filter(({ earlier }) => earlier === null).map(({ feedback }) => feedback),
    repeats: known.flatMap(({ feedback, earlier }) => (earlier === null ? [] : [{ feedback, earlier }])),
    ignored: ignoredAuthors(reviews),
  }
}

/** What is remembered of a remark while a session deals with it, and afterwards. */
export function toAsked({ kind, id, author, isBot, path, last }: Feedback): AskedRemark {
  return { kind, id, remark: last.id, author, isBot, path, digest: digestOf(last.body) }
}

/** A person's unresolved thread counts until it is resolved; a bot's until we answered it, unless the policy says more. */
export function countsAgainstMerge(thread: ReviewThread, findings: readonly Finding[], botsBlock: boolean): boolean {
  if (thread.resolved) return false
  const feedback = fromThread(thread)
  if (feedback === null) return false
  return !feedback.isBot || botsBlock || isOpen(feedback, findings)
}

export function allFeedback(reviews: KnownReviews): readonly Feedback[] {
  const threads = reviews.threads.filter((thread) => !thread.resolved).flatMap((thread) => fromThread(thread) ?? [])
  const requests = reviews.changeRequests.flatMap((remark) => fromRemark('change_request', remark))
  const comments = reviews.comments.filter(asksForSomething).flatMap((remark) => fromRemark('comment', remark))
  return [...threads, ...requests, ...comments]
}

function fromThread(thread: ReviewThread): Feedback | null {
  const remarks = thread.remarks.filter((remark) => remark.trusted || remark.ours)
  const last = remarks.findLast((remark) => !remark.ours)
  if (last === undefined) return null
  const { id, path, line } = thread
  const people = remarks.filter((remark) => !remark.ours && !remark.isBot)
  return { kind: 'thread', id, author: last.author, isBot: people.length === 0, path, line, remarks, last }
}

function fromRemark(kind: Feedback['kind'], remark: Remark): readonly Feedback[] {
  if (remark.ours || !remark.trusted) return []
  const { id, author, isBot } = remark
  return [{ kind, id, author, isBot, path: null, line: null, remarks: [remark], last: remark }]
}

/**
 * The ledger knows which remark was dealt with: one that came while a session worked is open although our answer stands
 * below it. Without the ledger our last word counts.
 */
function isOpen(feedback: Feedback, findings: readonly Finding[]): boolean {
  const known = findings.filter((finding) => finding.id === feedback.id)
  if (known.length === 0) return feedback.remarks.at(-1)?.ours !== true
  return known.every((finding) => finding.remark !== feedback.last.id)
}

/** Only bots repeat themselves without meaning it; a person who says it again is listened to again. */
function earlierAnswer(feedback: Feedback, findings: readonly Finding[]): Finding | null {
  if (!feedback.isBot || feedback.kind !== 'thread') return null
  const digest = digestOf(feedback.last.body)
  const same = (finding: Finding) =>
    finding.isBot && finding.path === feedback.path && finding.digest === digest && finding.id !== feedback.id
  return findings.findLast((finding) => same(finding) && finding.action !== 'fixed') ?? null
}

/** Letters only: line numbers, commits and counts change from one posting to the next. */
function digestOf(body: string): string {
  const words = withoutHiddenComments(body)
    .toLowerCase()
    .replace(/\b[0-9a-f]{7,40}\b/g, ' ')
    .replace(/[^\p{L}]+/gu, ' ')
    .trim()
  return words.slice(0, 400)
}

/** Bots' comments below a PR are reports; what they want done they say in threads. People's count unless they only nod. */
function asksForSomething(remark: Remark): boolean {
  if (remark.isBot || !remark.trusted) return false
  const words = toPlainText(withoutHiddenComments(remark.body)).trim().toLowerCase()
  if (!/[\p{L}\p{N}]/u.test(words)) return false
  return !NODS.test(words.replace(EMOJI, '')) && !COMMANDS.test(words)
}

/** Out before the test: a row of them behind overlapping alternatives took time without end. */
const EMOJI = /\p{Emoji_Presentation}|\p{Extended_Pictographic}|\uFE0F/gu

const NODS =
  /^(lgtm|looks good( to me)?|thanks?( you)?|thank you( very much)?|ty|nice( work| one)?|great( work)?|good (job|work)|well done|approved?|ship it|\+1|merci|danke)[\s.!,:)]*$/u

/** To other programs: `/retest`, `@dependabot rebase`. */
const COMMANDS = /^(\/[a-z][\w-]*(\s+[\w./-]+)*|@[\w-]+(\[bot\])?\s+[\w-]+)$/

function ignoredAuthors(reviews: KnownReviews): readonly string[] {
  const open = reviews.threads.filter((thread) => !thread.resolved).flatMap((thread) => thread.remarks)
  const remarks = [...open, ...reviews.changeRequests, ...reviews.comments]
  return [...new Set(remarks.filter((remark) => !remark.trusted && !remark.ours).map((remark) => remark.author))]
}
