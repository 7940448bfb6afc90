/**
 * Everything the emulator knows, as plain data. `State` can be copied with `structuredClone` (that is how stale answers
 * are made); functions, locks and the clock live in `World`. Logins and repository keys are looked up in lower case.
 * Times are ISO strings without milliseconds, as GitHub writes them.
 */
import type { Ci } from './ci-script.ts'
import type { GithubEvent } from './events.ts'

export type Login = string
export type Sha = string

export type User = {
  readonly id: number
  readonly nodeId: string
  readonly login: Login
  readonly type: 'User' | 'Bot' | 'Organization'
  readonly name: string | null
  readonly email: string | null
  readonly createdAt: string
}

/** Ordered: each role may do what those before it may. `none` sees only public repositories. */
export type Role = 'none' | 'read' | 'triage' | 'write' | 'maintain' | 'admin'

export type PermissionName =
  | 'metadata'
  | 'contents'
  | 'pull_requests'
  | 'issues'
  | 'checks'
  | 'statuses'
  | 'actions'
  | 'workflows'
  | 'administration'
  | 'repository_hooks'
  | 'merge_queues'
export type PermissionLevel = 'read' | 'write' | 'admin'
export type Permissions = Partial<Record<PermissionName, PermissionLevel>>

export type Token = {
  readonly value: string
  /** Whose rights it carries; of an installation token the bot of the app. */
  readonly login: Login
  readonly kind: 'classic' | 'fine-grained' | 'installation'
  /** Classic tokens only; answered in `X-OAuth-Scopes`. */
  readonly scopes: readonly string[]
  /** Fine-grained and installation tokens: what they may do at most. Classic tokens: ignored. */
  readonly permissions: Permissions
  /** `owner/name` in lower case; null = all that the login may see. */
  readonly repositories: readonly string[] | null
  readonly installationId: number | null
  /** Milliseconds since 1970; null = never. */
  expiresAt: number | null
  revoked: boolean
}

export type App = {
  readonly id: number
  readonly nodeId: string
  readonly slug: string
  readonly name: string
  readonly owner: Login
  /** PEM; null for apps that only appear as the author of checks. */
  readonly publicKey: string | null
  readonly permissions: Permissions
  readonly events: readonly string[]
  readonly createdAt: string
}

export type Installation = {
  readonly id: number
  readonly appId: number
  readonly account: Login
  /** `owner/name` in lower case; null = all repositories of the account. */
  readonly repositories: readonly string[] | null
  readonly permissions: Permissions
  suspended: boolean
  readonly createdAt: string
}

export type RepositorySettings = {
  allowSquash: boolean
  allowMerge: boolean
  allowRebase: boolean
  allowAutoMerge: boolean
  deleteBranchOnMerge: boolean
  allowUpdateBranch: boolean
  /** `automatic`: an entry merges as soon as its checks are green; `manual`: when a test calls `processQueue`. */
  mergeQueue: 'automatic' | 'manual'
}

/** Classic branch protection. */
export type BranchProtection = {
  readonly nodeId: string
  /** Null = no required checks. */
  requiredChecks: { contexts: readonly RequiredCheck[]; strict: boolean } | null
  /** Null = pull requests are not required. */
  requiredReviews: { approvals: number; dismissStale: boolean; codeOwners: boolean } | null
  requireConversationResolution: boolean
  enforceAdmins: boolean
  requireLinearHistory: boolean
  allowForcePushes: boolean
  allowDeletions: boolean
}

export type RequiredCheck = { readonly context: string /** Null = any app. */; readonly appId: number | null }

export type Ruleset = {
  readonly id: number
  readonly nodeId: string
  readonly name: string
  enforcement: 'active' | 'evaluate' | 'disabled'
  /** Branch names or patterns: `main`, `release/*`, `~DEFAULT_BRANCH`, `~ALL`. */
  readonly branches: readonly string[]
  readonly rules: readonly Rule[]
  /** Logins that may pass it by; roles are not modelled. */
  readonly bypass: readonly Login[]
}

export type Rule =
  | { readonly type: 'required_status_checks'; readonly checks: readonly RequiredCheck[]; readonly strict: boolean }
  | {
      readonly type: 'pull_request'
      readonly approvals: number
      readonly resolveThreads: boolean
      readonly dismissStale: boolean
      readonly codeOwners: boolean
      /** Null = every method the repository allows. */
      readonly methods: readonly MergeMethod[] | null
    }
  | {
      readonly type: 'merge_queue'
      readonly method: MergeMethod
      readonly groupingStrategy: 'ALLGREEN' | 'HEADGREEN'
      readonly maxEntriesToBuild: number
      readonly checkTimeoutMinutes: number
    }
  | { readonly type: 'non_fast_forward' | 'deletion' | 'required_linear_history' }

export type MergeMethod = 'merge' | 'squash' | 'rebase'

export type Label = {
  readonly id: number
  readonly nodeId: string
  readonly name: string
  readonly color: string
  readonly description: string | null
}

export type Repository = {
  readonly id: number
  readonly nodeId: string
  owner: Login
  name: string
  private: boolean
  archived: boolean
  description: string | null
  defaultBranch: string
  readonly settings: RepositorySettings
  /** False: private repository on a plan without branch protection (REST answers 403 "Upgrade to GitHub Pro ..."). */
  protectionAvailable: boolean
  /** By login in lower case; the owner is admin anyway. */
  readonly collaborators: Map<string, Role>
  /** By branch name. */
  readonly protections: Map<string, BranchProtection>
  readonly rulesets: Ruleset[]
  /** By name in lower case. */
  readonly labels: Map<string, Label>
  /** Branch name to commit; what git has, brought up to date after each push and each act of the emulator. */
  readonly branches: Map<string, Sha>
  /** The number of the next issue or pull request. */
  nextNumber: number
  /** By number, in order of creation. */
  readonly pulls: Map<number, PullRequest>
  readonly checkSuites: CheckSuite[]
  readonly checkRuns: CheckRun[]
  readonly statuses: CommitStatus[]
  readonly workflows: Workflow[]
  readonly workflowRuns: WorkflowRun[]
  readonly webhooks: Webhook[]
  /** The bare repository on this machine. */
  readonly gitDirectory: string
  readonly createdAt: string
  updatedAt: string
  pushedAt: string
}

export type PullRequest = {
  readonly id: number
  readonly nodeId: string
  readonly number: number
  title: string
  body: string | null
  /** Look it up with `findUser`: null there = the account was deleted (ghost). */
  readonly author: Login
  state: 'open' | 'closed'
  draft: boolean
  /** `ref` is a branch name of the same repository; `sha` of an open pull request follows the branch. */
  base: { ref: string; sha: Sha }
  readonly head: { readonly ref: string; sha: Sha }
  merged: boolean
  mergedAt: string | null
  mergedBy: Login | null
  mergeCommitSha: Sha | null
  /** Label names. */
  labels: string[]
  assignees: Login[]
  requestedReviewers: Login[]
  autoMerge: AutoMerge | null
  mergeQueueEntry: MergeQueueEntry | null
  readonly reviews: Review[]
  readonly threads: ReviewThread[]
  readonly comments: IssueComment[]
  readonly createdAt: string
  updatedAt: string
  closedAt: string | null
}

export type AutoMerge = {
  readonly enabledBy: Login
  readonly enabledAt: string
  readonly method: MergeMethod
  readonly commitTitle: string | null
  readonly commitMessage: string | null
}

export type MergeQueueEntry = {
  readonly id: number
  readonly nodeId: string
  readonly enqueuedBy: Login
  readonly enqueuedAt: string
  state: 'QUEUED' | 'AWAITING_CHECKS' | 'MERGEABLE' | 'UNMERGEABLE' | 'LOCKED'
  position: number
  readonly headSha: Sha
  /** The commit that is being tested, once the group was built. */
  groupSha: Sha | null
  /** What it was built on. */
  groupBaseSha: Sha | null
}

export type ReviewState = 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING'

export type Review = {
  readonly id: number
  readonly nodeId: string
  readonly author: Login
  state: ReviewState
  body: string
  readonly commitSha: Sha
  readonly submittedAt: string
  updatedAt: string
}

export type ReviewThread = {
  readonly id: number
  readonly nodeId: string
  /** Null happens: the file is gone, or GitHub lost track. */
  readonly path: string | null
  line: number | null
  readonly originalLine: number | null
  readonly startLine: number | null
  readonly side: 'LEFT' | 'RIGHT'
  readonly subjectType: 'LINE' | 'FILE'
  resolved: boolean
  resolvedBy: Login | null
  outdated: boolean
  /** The first opens the thread. */
  readonly comments: ReviewComment[]
}

export type ReviewComment = {
  readonly id: number
  readonly nodeId: string
  readonly reviewId: number
  readonly author: Login
  body: string
  readonly diffHunk: string
  readonly commitSha: Sha
  /** Id of the thread's first comment; null for that one. */
  readonly inReplyTo: number | null
  minimizedReason: string | null
  readonly createdAt: string
  updatedAt: string
}

export type IssueComment = {
  readonly id: number
  readonly nodeId: string
  readonly author: Login
  body: string
  minimizedReason: string | null
  readonly createdAt: string
  updatedAt: string
}

export type CheckStatus = 'queued' | 'in_progress' | 'completed' | 'waiting' | 'pending' | 'requested'
export type CheckConclusion =
  | 'success'
  | 'failure'
  | 'neutral'
  | 'cancelled'
  | 'skipped'
  | 'timed_out'
  | 'action_required'
  | 'startup_failure'
  | 'stale'

export type CheckSuite = {
  readonly id: number
  readonly nodeId: string
  readonly appSlug: string
  readonly headSha: Sha
  readonly headBranch: string | null
  status: CheckStatus
  conclusion: CheckConclusion | null
  readonly workflowRunId: number | null
  readonly createdAt: string
  updatedAt: string
}

export type CheckRun = {
  /** Of an Actions job also the id of the job. */
  readonly id: number
  readonly nodeId: string
  readonly suiteId: number
  readonly appSlug: string
  readonly name: string
  readonly headSha: Sha
  status: CheckStatus
  conclusion: CheckConclusion | null
  externalId: string
  detailsUrl: string | null
  output: { title: string | null; summary: string | null; text: string | null }
  annotations: Annotation[]
  startedAt: string | null
  completedAt: string | null
}

export type Annotation = {
  readonly path: string
  readonly startLine: number
  readonly endLine: number
  readonly level: 'notice' | 'warning' | 'failure'
  readonly message: string
  readonly title: string | null
}

export type CommitStatus = {
  readonly id: number
  readonly nodeId: string
  readonly sha: Sha
  readonly context: string
  readonly state: 'error' | 'failure' | 'pending' | 'success'
  readonly description: string | null
  readonly targetUrl: string | null
  readonly creator: Login
  readonly createdAt: string
}

export type Workflow = {
  readonly id: number
  readonly nodeId: string
  readonly name: string
  readonly path: string
  state: 'active' | 'disabled_manually'
  readonly createdAt: string
}

export type WorkflowRun = {
  readonly id: number
  readonly nodeId: string
  readonly workflowId: number
  readonly name: string
  readonly displayTitle: string
  readonly runNumber: number
  readonly event: 'push' | 'pull_request' | 'merge_group'
  readonly headSha: Sha
  readonly headBranch: string
  readonly suiteId: number
  readonly actor: Login
  /** Starts at 1. */
  attempt: number
  status: CheckStatus
  conclusion: CheckConclusion | null
  /** Who started the latest attempt. */
  triggeringActor: Login
  /** Of every attempt. */
  readonly jobs: Job[]
  readonly createdAt: string
  updatedAt: string
  startedAt: string
}

export type Job = {
  /** Also the id of its check run. */
  readonly id: number
  readonly nodeId: string
  readonly attempt: number
  readonly name: string
  status: CheckStatus
  conclusion: CheckConclusion | null
  steps: JobStep[]
  /** Null when the job never started: there is nothing to download. */
  log: string | null
  runnerName: string | null
  startedAt: string | null
  completedAt: string | null
}

export type JobStep = {
  readonly number: number
  readonly name: string
  status: 'queued' | 'in_progress' | 'completed'
  conclusion: CheckConclusion | null
  startedAt: string | null
  completedAt: string | null
}

export type Webhook = {
  readonly id: number
  url: string
  secret: string | null
  /** Event names; `*` = all. */
  events: readonly string[]
  active: boolean
  readonly contentType: 'json' | 'form'
  readonly createdAt: string
}

export type State = {
  nextId: number
  /** By login in lower case. A deleted user is not here any more. */
  readonly users: Map<string, User>
  /** Logins in lower case: what they wrote stays, and nobody becomes an account of that name by acting. */
  readonly deletedUsers: Set<string>
  /** By value. */
  readonly tokens: Map<string, Token>
  /** By id. */
  readonly apps: Map<number, App>
  readonly installations: Map<number, Installation>
  /** By `owner/name` in lower case. */
  readonly repositories: Map<string, Repository>
  /** Former `owner/name` in lower case to the id of the repository. */
  readonly renamed: Map<string, number>
}

/** Where this server is for the one who asks: directly it looks like GitHub Enterprise, through a proxy like github.com. */
export type Urls = {
  /** Without a slash at the end, e.g. `http://127.0.0.1:4000` or `http://github.localhost`. */
  readonly html: string
  /** e.g. `http://127.0.0.1:4000/api/v3` or `http://api.github.localhost`. */
  readonly api: string
  readonly graphql: string
}

/**
 * What everything here takes as its first argument. One request sees one `World`, which may be a view: other `urls`, an
 * older copy of the `state`, mergeability not known yet. So do not keep it beyond the request.
 */
export type World = {
  readonly state: State
  readonly now: () => Date
  readonly urls: Urls
  /** Tells webhooks and tests what happened; never throws, never waits. */
  readonly announce: (event: GithubEvent) => void
  /** Work that goes on after the answer (checks, auto-merge, deliveries); `settled` waits for it. */
  readonly background: (work: () => Promise<void>) => void
  /** One at a time per repository: whatever reads refs and moves them. Not reentrant. */
  readonly exclusive: <T>(repository: Repository, work: () => Promise<T>) => Promise<T>
  /** Remembers what can never change (facts about commits), by key. A failure is not remembered. */
  readonly memo: <T>(key: string, make: () => Promise<T>) => Promise<T>
  /** By repository id. */
  readonly ci: Map<number, Ci>
  /** False: every open pull request is `UNKNOWN` (null in REST), as on GitHub right after a push. */
  readonly mergeabilityKnown: boolean
}

/** Who asks. */
export type Viewer = {
  readonly login: Login
  readonly user: User
  readonly token: Token
}
