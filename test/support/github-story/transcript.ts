/** What happened on a pull request, as a person would read it there: its text, then everything in the order of time. */
import type { GithubEmulator } from '../github/emulator.ts'
import type { GithubEvent } from '../github/events.ts'
import type { RepositoryHandle } from '../github/handle/repository.ts'
import type { PullRequest, ReviewThread } from '../github/model.ts'

export function transcriptOf(github: GithubEmulator, repository: RepositoryHandle, number: number): readonly string[] {
  const pull = repository.pull(number)
  const heads = headsOf(github, pull)
  const lines = github.events.flatMap((event) => describe(event, pull, heads))
  const labels = pull.labels.map((label) => ` [${label}]`).join('')
  return [
    `PR #${number}  ${pull.title}  (${pull.merged ? 'merged' : pull.state})${labels}  by ${pull.author}`,
    ...indent(visible(pull.body ?? ''), '  | '),
    ...lines,
  ]
}

type Push = Extract<GithubEvent, { name: 'push' }>

/** Every commit that was the head of this pull request. */
function headsOf({ events }: GithubEmulator, { head }: PullRequest): ReadonlySet<string> {
  const pushes = events.filter((event): event is Push => event.name === 'push' && isPushTo(event, head.ref))
  return new Set(pushes.map(({ after }) => after))
}

function describe(event: GithubEvent, pull: PullRequest, heads: ReadonlySet<string>): readonly string[] {
  switch (event.name) {
    case 'pull_request':
      return event.pull === pull ? pullRequestLine(event) : []
    case 'push':
      return pushLine(event, pull)
    case 'workflow_run':
      return heads.has(event.run.headSha) && event.action === 'requested' && event.run.attempt > 1
        ? [`  ${event.run.triggeringActor} started the checks of ${short(event.run.headSha)} again`]
        : []
    case 'check_run': {
      const { checkRun, action } = event
      const isNews = heads.has(checkRun.headSha) && action === 'completed'
      return isNews ? [`  check ${checkRun.name} on ${short(checkRun.headSha)}: ${checkRun.conclusion}`] : []
    }
    case 'status': {
      const { sha, context, state, description } = event.status
      return heads.has(sha) ? [`  status ${context} on ${short(sha)}: ${state} (${description ?? ''})`] : []
    }
    case 'issue_comment':
      return event.pull === pull && event.action === 'created' ? said(event.sender, '', event.comment.body) : []
    case 'pull_request_review':
      return event.pull === pull ? reviewLines(event) : []
    case 'pull_request_review_comment':
      return event.pull === pull && event.action === 'created'
        ? said(event.sender, ` ${placeOf(event.thread)}`, event.comment.body)
        : []
    case 'pull_request_review_thread':
      return event.pull === pull ? [`  ${event.sender} ${event.action} the thread ${placeOf(event.thread)}`] : []
    default:
      return []
  }
}

function pullRequestLine(event: Extract<GithubEvent, { name: 'pull_request' }>): readonly string[] {
  const { action, sender, pull, extra } = event
  if (action === 'opened') return [`  ${sender} opened it: ${pull.head.ref} into ${pull.base.ref}`]
  if (action === 'review_requested') return [`  ${sender} asked ${loginIn(extra?.requested_reviewer)} for a review`]
  if (action !== 'closed') return []
  return pull.merged ? [`  ${sender} merged it as ${short(pull.mergeCommitSha ?? '')}`] : [`  ${sender} closed it`]
}

function pushLine(event: Push, { head, base }: PullRequest): readonly string[] {
  const { sender, after, forced } = event
  if (/^0+$/.test(after)) return isPushTo(event, head.ref) ? [`  ${sender} deleted the branch`] : []
  if (isPushTo(event, head.ref))
    return [`  ${sender} pushed ${short(after)}${forced ? ' (replacing what was there)' : ''}`]
  return isPushTo(event, base.ref) ? [`  ${sender} moved ${base.ref} to ${short(after)}`] : []
}

function reviewLines(event: Extract<GithubEvent, { name: 'pull_request_review' }>): readonly string[] {
  const { state, body } = event.review
  if (state === 'COMMENTED' && body === '') return [] // the envelope of a remark in a thread
  const verb = { APPROVED: 'approved', CHANGES_REQUESTED: 'asked for changes' }[state as string] ?? 'reviewed'
  return said(event.sender, ` ${verb}`, body)
}

function said(login: string, how: string, body: string): readonly string[] {
  return [`  ${login}${how}:`, ...indent(visible(body), '    ')]
}

function placeOf({ path, line }: ReviewThread): string {
  return `on ${path ?? '?'}${line === null ? '' : `:${line}`}`
}

function isPushTo({ ref }: Push, branch: string): boolean {
  return ref === `refs/heads/${branch}`
}

function loginIn(value: unknown): string {
  return typeof value === 'object' && value !== null && 'login' in value ? String(value.login) : '?'
}

function indent(text: string, by: string): readonly string[] {
  return text.split('\n').map((line) => `${by}${line}`.trimEnd())
}

/** Without what GitHub does not show either. */
function visible(body: string): string {
  return body.replace(/<!--[\s\S]*?-->/g, '').trim()
}

function short(sha: string): string {
  return sha.slice(0, 7)
}
