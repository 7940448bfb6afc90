/** waiting_reviews and addressing_reviews: all open feedback of people and bots that count is answered, within rounds. */
import type { Decision } from '../decision.ts'
import { openFeedback } from '../feedback.ts'
import type { GroupObservation, KnownReviews, PrSnapshot } from '../observation.ts'
import { act, block, lookAgain, waitFor } from './answers.ts'

/** Nothing is answered or resolved before its fix is on the forge: this rule comes after the push. */
export function decideReplies(o: GroupObservation): Decision | null {
  if (o.state.pendingReplies === null) return null
  return act('addressing_reviews', { kind: 'deliver_replies' }, 'the answers to the reviewers are not given yet')
}

export function decideReviews(o: GroupObservation): Decision | null {
  if (o.pr.kind !== 'pr') return null
  const { pr } = o.pr
  const { reviews } = pr
  if (reviews.kind === 'unknown') return lookAgain(o, 'waiting_reviews', reviews.why)
  const { toAddress, repeats } = openFeedback(reviews, o.state.findings)
  if (toAddress.length > 0) return addressReviews(o, pr, [])
  if (repeats.length > 0) {
    const replies = repeats.map(({ feedback, earlier }) => ({
      id: feedback.id,
      action: earlier.action,
      message: earlier.message,
    }))
    return act('addressing_reviews', { kind: 'repeat_answers', replies }, 'a bot repeats what was answered before')
  }
  const missing = missingList(reviews)
  if (missing !== null) return lookAgain(o, 'waiting_reviews', `the list of ${missing} is incomplete`)
  return reviews.botsExpected ? quietPeriod(o, pr) : null
}

function missingList({ threadsComplete, reviewersComplete, commentsComplete }: KnownReviews): string | null {
  if (!threadsComplete) return 'review threads'
  if (!reviewersComplete) return 'reviewers'
  return commentsComplete ? null : 'comments'
}

/** One session for everything that is open: what reviewers said and, when CI is red, what failed. */
export function addressReviews(o: GroupObservation, pr: PrSnapshot, redChecks: readonly string[]): Decision {
  const { reviewRounds } = o.state.counters
  if (reviewRounds >= o.policy.maxReviewRounds) {
    return block('addressing_reviews', `reviewers of PR #${pr.number} keep asking for changes`, {
      tried: `${reviewRounds} rounds`,
    })
  }
  return act(
    'addressing_reviews',
    {
      kind: 'session',
      session: 'fix-review',
      purpose: 'fix-review',
      subject: pr.head,
      taskId: null,
      ask: { why: 'reviews', checks: redChecks },
    },
    redChecks.length === 0 ? 'reviewers asked for something' : `reviewers asked, and failed: ${redChecks.join(', ')}`,
  )
}

/** Review bots comment some time after green; where none are known, nobody is waited for. */
function quietPeriod(o: GroupObservation, pr: PrSnapshot): Decision | null {
  const greenAt = o.state.green?.head === pr.head ? o.state.green.at : o.now
  const until = greenAt + o.policy.reviewQuietMs
  return o.now < until ? waitFor('waiting_reviews', 'review bots to comment', until) : null
}
