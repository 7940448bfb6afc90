/** Pull requests and their checks. Pure. */
import type { GroupId } from '../../domain/ids.ts'
import { isoTime } from './iso-time.ts'
import { type EventOf, type Known, seconds } from './known.ts'
import type { NotificationFields } from './notification.ts'
import type { RunFacts } from './run-facts.ts'

export function prCreated(event: EventOf<'pr.created'>, { groups }: RunFacts): NotificationFields['pr.created'] {
  const group = groups[event.groupId]
  return {
    pr_number: event.number,
    pr_url: event.url,
    pr_title: event.title,
    branch: event.branch,
    base_branch: event.base,
    tasks_included: group?.tasks ?? 0,
    pr_group: group?.title ?? null,
    repository: repositoryOf(event.url),
  }
}

export function prMerged(event: EventOf<'pr.merged'>, { story, facts }: Known): NotificationFields['pr.merged'] {
  const told = story.prs[event.groupId]
  const group = facts.groups[event.groupId]
  return {
    pr_number: event.number,
    pr_url: event.url,
    pr_title: told?.title ?? group?.title ?? '',
    branch: told?.branch ?? group?.headBranch ?? '',
    base_branch: told?.base ?? facts.targetBranch,
    merge_commit_hash: event.commit,
    merged_at: isoTime(event.at),
    pr_group: group?.title ?? null,
    repository: repositoryOf(event.url),
    auto_merged: event.by === 'us',
  }
}

export function ciPassed(event: EventOf<'ci.passed'>, known: Known): NotificationFields['ci.passed'] {
  return { ...prOf(event.groupId, known), ...checks(event, known, null) }
}

function prOf(groupId: GroupId, { story, facts }: Known) {
  const group = facts.groups[groupId]
  const pr = story.prs[groupId] ?? group?.pr
  const url = pr?.url ?? ''
  const branch = story.prs[groupId]?.branch ?? group?.headBranch ?? ''
  return { pr_number: pr?.number ?? 0, pr_url: url, branch, repository: repositoryOf(url) }
}

function checks(event: { groupId: GroupId; at: number }, { story }: Known, name: string | null) {
  const since = story.checksSince[event.groupId]
  return {
    check_name: name,
    check_url: null,
    duration_seconds: since === undefined ? null : seconds(event.at - since),
  }
}

export function ciFailed(event: EventOf<'ci.failed'>, known: Known): NotificationFields['ci.failed'] {
  const names = event.checks.join(', ')
  return {
    ...prOf(event.groupId, known),
    ...checks(event, known, event.checks.length === 1 ? names : null),
    failure_reason: `failed: ${names}`,
    failure_log: null,
    recoverable: true,
  }
}

/** `https://host/owner/name/pull/7`, with deeper owners on other forges. */
function repositoryOf(url: string): string | null {
  return /^https?:\/\/[^/]+\/(.+?)(?:\/-)?\/(?:pull|merge_requests)\/\d+/.exec(url)?.[1] ?? null
}
