/**
 * Could a workflow file start for this pull request? Read narrowly and honestly: whatever is not understood for certain
 * means that it could.
 */
import { matchesFilters } from './filter-patterns.ts'
import { readOnSection, type Trigger } from './workflow-file.ts'

export type PullRequestFacts = {
  readonly headBranch: string
  readonly baseBranch: string
  /** null = not known, or too many to tell. */
  readonly changedFiles: readonly string[] | null
}

/** Events that put no check on the head of a pull request by themselves. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'branch_protection_rule',
  'delete',
  'deployment',
  'deployment_status',
  'discussion',
  'discussion_comment',
  'fork',
  'gollum',
  'image_version',
  'issue_comment',
  'issues',
  'label',
  'merge_group',
  'milestone',
  'page_build',
  'public',
  'registry_package',
  'release',
  'repository_dispatch',
  'schedule',
  'watch',
  'workflow_call',
  'workflow_dispatch',
  'workflow_run',
])

export function couldStart(workflowText: string, pr: PullRequestFacts): boolean {
  const triggers = readOnSection(workflowText)
  return triggers === null || triggers.some((trigger) => couldTrigger(trigger, pr))
}

function couldTrigger({ event, filters }: Trigger, pr: PullRequestFacts): boolean {
  if (ELSEWHERE.has(event)) return false
  if (filters === null) return true
  if (event === 'push') return couldPush(filters, pr)
  if (event !== 'pull_request' && event !== 'pull_request_target') return true
  if (filters.types?.every((type) => type === 'closed')) return false
  return matchesFilters(filters, 'branches', [pr.baseBranch]) && matchesPaths(filters, pr)
}

/** With filters for tags alone, branches start nothing. */
function couldPush(filters: NonNullable<Trigger['filters']>, pr: PullRequestFacts): boolean {
  const isForBranches = 'branches' in filters || 'branches-ignore' in filters
  const isForTags = 'tags' in filters || 'tags-ignore' in filters
  if (isForTags && !isForBranches) return false
  return matchesFilters(filters, 'branches', [pr.headBranch]) && matchesPaths(filters, pr)
}

function matchesPaths(filters: NonNullable<Trigger['filters']>, { changedFiles }: PullRequestFacts): boolean {
  return changedFiles === null || matchesFilters(filters, 'paths', changedFiles)
}
