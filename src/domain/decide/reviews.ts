/** waiting_reviews and addressing_reviews: all open feedback of people and bots that count is answered, within rounds. */
import type { Decision } from '../decision.ts'
import type { GroupObservation, ReviewsObservation } from '../observation.ts'
import { act, block, lookAgain, waitFor } from './answers.ts'

type Known = Extract<ReviewsObservation, { kind: 'known' }>

/** Nothing is answered or resolved before its fix is on the forge: this rule comes after the push. */
export function decideReplies(o: GroupObservation): Decision | null {
  if (o.state.pendingReplies === null) return null
  return act('addressing_reviews', { kind: 'deliver_replies' }, 'the answers to the reviewers are not given yet')
}

export function decideReviews(o: GroupObservation): Decision | null {
  if (o.pr.kind !== 'pr') return null
  const { reviews } = o.pr.pr
  if (reviews.kind === 'unknown') return lookAgain(o, 'waiting_reviews', reviews.why)
  if (asks(reviews)) return address(o)
  if (!reviews.threadsComplete) return lookAgain(o, 'waiting_reviews', 'the list of review threads is incomplete')
  return quietPeriod(o, reviews)
}

function asks(reviews: Known): boolean {
  return (
    reviews.threads.some((thread) => !thread.resolved && thread.trusted && !thread.answered) ||
    reviews.changeRequests.some((request) => !request.isBot && !request.answered)
  )
}

function address(o: GroupObservation): Decision {
  const { counters, stage } = o.state
  if (counters.reviewRounds >= o.policy.maxReviewRounds) {
    return block('addressing_reviews', 'reviewers keep asking for changes', {
      tried: `${counters.reviewRounds} rounds`,
    })
  }
  const subject = o.pr.kind === 'pr' ? o.pr.pr.head : stage
  return act(
    'addressing_reviews',
    { kind: 'session', session: 'fix-review', purpose: 'fix-review', subject, taskId: null, ask: { why: 'reviews' } },
    'reviewers asked for something',
  )
}

/** Review bots comment some time after green; where none are known, nobody is waited for. */
function quietPeriod(o: GroupObservation, reviews: Known): Decision | null {
  if (!reviews.botsExpected || o.state.green === null) return null
  const until = o.state.green.at + o.policy.reviewQuietMs
  return o.now < until ? waitFor('waiting_reviews', 'review bots to comment', until) : null
}
