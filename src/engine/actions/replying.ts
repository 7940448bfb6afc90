/** Answers to reviewers, given once, after the fix is on the forge; then whoever asked for changes is asked to look again. */
import { createHash } from 'node:crypto'
import { allFeedback, toAsked } from '../../domain/feedback.ts'
import type { GroupObservation } from '../../domain/observation.ts'
import { toPostedText } from '../../domain/posted-text.ts'
import type { AskedRemark, Finding, GroupState, ThreadDisposition } from '../../domain/run.ts'
import type { Reply } from '../../forge/forge.ts'
import type { Context } from '../context.ts'
import { requireOwner } from '../ownership.ts'
import type { ActResult } from './act-result.ts'
import { unlessRefused } from './courtesy.ts'
import { recorded } from './recorded.ts'

type Answer = { readonly asked: AskedRemark; readonly disposition: ThreadDisposition }

export async function deliverReplies(context: Context, o: GroupObservation): Promise<ActResult> {
  const { memory, forge, clock } = context
  const { pendingReplies, pr, counters } = o.state
  if (pendingReplies === null || pr === null) return 'again'
  const answers = toAnswers(o.state, pendingReplies)
  const round = `${counters.reviewRounds}:${o.state.findings.length}`
  await recorded(context, o.group.id, { kind: 'reply', key: `reply:${pr.number}:${round}` }, async () => {
    for (const reply of toReplies(answers, o)) {
      await requireOwner(context)
      await unlessRefused(context, `PR #${pr.number} was not answered`, () => forge.reply(pr.number, [reply]))
    }
    const people = peopleToAskAgain(answers)
    if (people.length > 0) {
      await requireOwner(context)
      const what = `${people.join(', ')} could not be asked for another review`
      await unlessRefused(context, what, () => forge.requestReview(pr.number, people))
    }
    return { detail: `${answers.length} answers`, value: null }
  })
  const at = clock.now()
  await memory.updateGroup(o.group.id, (group) => ({
    ...group,
    pendingReplies: null,
    asked: [],
    findings: [...group.findings, ...answers.map((answer) => toFinding(answer, at))],
  }))
  if (answers.length > 0) {
    const count = (action: ThreadDisposition['action']) =>
      answers.filter(({ disposition }) => disposition.action === action).length
    await memory.emit({
      type: 'reviews.answered',
      groupId: o.group.id,
      number: pr.number,
      fixed: count('fixed'),
      explained: count('explained'),
      declined: count('declined'),
    })
  }
  return 'again'
}

/** The answers of before are given again; they are delivered like any other. */
export async function repeatAnswers(
  context: Context,
  o: GroupObservation,
  replies: readonly ThreadDisposition[],
): Promise<ActResult> {
  if (o.pr.kind !== 'pr' || o.pr.pr.reviews.kind !== 'known') return 'again'
  const ids = new Set(replies.map((reply) => reply.id))
  const asked = allFeedback(o.pr.pr.reviews)
    .filter((feedback) => ids.has(feedback.id))
    .map(toAsked)
  await context.memory.updateGroup(o.group.id, (group) => ({ ...group, asked, pendingReplies: replies }))
  return 'again'
}

/** What a session answered without having been asked is nothing that can be delivered. */
function toAnswers({ asked }: GroupState, replies: readonly ThreadDisposition[]): readonly Answer[] {
  const latest = new Map(replies.map((reply) => [reply.id, reply]))
  return asked.flatMap((remark) => {
    const disposition = latest.get(remark.id)
    return disposition === undefined ? [] : [{ asked: remark, disposition }]
  })
}

function toFinding({ asked, disposition }: Answer, at: number): Finding {
  return { ...asked, action: disposition.action, message: disposition.message, at }
}

/** Threads are answered where they are; everything else in one comment. */
function toReplies(answers: readonly Answer[], o: GroupObservation): readonly Reply[] {
  const threads = answers.filter(({ asked }) => asked.kind === 'thread')
  const others = answers.filter(({ asked }) => asked.kind !== 'thread')
  const replies: Reply[] = threads.map(({ asked, disposition }) => ({
    key: keyOf([asked]),
    body: toPostedText(disposition.message),
    to: {
      kind: 'thread',
      id: asked.id,
      resolve: disposition.action !== 'declined' && !isNewer(o, asked),
    },
  }))
  if (others.length === 0) return replies
  const body = others
    .map(({ asked, disposition }) => `@${asked.author}: ${toPostedText(disposition.message)}`)
    .join('\n\n')
  const key = keyOf(others.map(({ asked }) => asked))
  return [...replies, { key, body, to: { kind: 'conversation' } }]
}

/** From what is answered alone: whoever delivers it after a crash, and however often, it is the same answer. */
function keyOf(asked: readonly AskedRemark[]): string {
  const digest = createHash('sha256').update(JSON.stringify(asked.map(({ id, remark }) => [id, remark])))
  return digest.digest('hex').slice(0, 16)
}

/** Somebody wrote on in the thread while the session worked: it is answered, and stays open. */
function isNewer({ pr }: GroupObservation, asked: AskedRemark): boolean {
  if (pr.kind !== 'pr' || pr.pr.reviews.kind !== 'known') return false
  const now = allFeedback(pr.pr.reviews).find((feedback) => feedback.id === asked.id)
  return now !== undefined && now.last.id !== asked.remark
}

function peopleToAskAgain(answers: readonly Answer[]): readonly string[] {
  const asking = answers.filter(({ asked }) => asked.kind === 'change_request' && !asked.isBot)
  return [...new Set(asking.map(({ asked }) => asked.author))]
}
