/** What happened, as webhooks and tests hear it. The subject is the thing itself; its JSON is made when it is delivered. */
import type {
  CheckRun,
  CheckSuite,
  CommitStatus,
  IssueComment,
  Job,
  Login,
  PullRequest,
  Repository,
  Review,
  ReviewComment,
  ReviewThread,
  Sha,
  WorkflowRun,
} from './model.ts'

type About = {
  readonly action: string | null
  readonly repository: Repository
  readonly sender: Login
  /** Further members of the webhook's body: `changes`, `label`, `before`, `after`, ... */
  readonly extra?: Readonly<Record<string, unknown>>
}

export type GithubEvent = About &
  (
    | { readonly name: 'pull_request'; readonly pull: PullRequest }
    | { readonly name: 'pull_request_review'; readonly pull: PullRequest; readonly review: Review }
    | {
        readonly name: 'pull_request_review_comment'
        readonly pull: PullRequest
        readonly thread: ReviewThread
        readonly comment: ReviewComment
      }
    | { readonly name: 'pull_request_review_thread'; readonly pull: PullRequest; readonly thread: ReviewThread }
    | { readonly name: 'issue_comment'; readonly pull: PullRequest; readonly comment: IssueComment }
    | { readonly name: 'check_run'; readonly checkRun: CheckRun }
    | { readonly name: 'check_suite'; readonly suite: CheckSuite }
    | { readonly name: 'status'; readonly status: CommitStatus }
    | { readonly name: 'workflow_run'; readonly run: WorkflowRun }
    | { readonly name: 'workflow_job'; readonly run: WorkflowRun; readonly job: Job }
    | {
        readonly name: 'push'
        readonly ref: string
        readonly before: Sha
        readonly after: Sha
        readonly forced: boolean
      }
    | {
        readonly name: 'merge_group'
        readonly headSha: Sha
        readonly headRef: string
        readonly baseRef: string
        readonly baseSha: Sha
      }
  )

export type EventName = GithubEvent['name']
