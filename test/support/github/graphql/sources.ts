/** What resolvers are given: a thing of the model, and what it belongs to. `__typename` tells unions what it is. */
import type { Commit } from '../git/history.ts'
import type {
  App,
  CheckRun,
  CheckSuite,
  CommitStatus,
  IssueComment,
  Label,
  Login,
  MergeQueueEntry,
  PullRequest,
  Repository,
  Review,
  ReviewComment,
  ReviewThread,
  Rule,
  Ruleset,
  Sha,
  User,
  Workflow,
  WorkflowRun,
  World,
} from '../model.ts'
import { findUser } from '../service/users.ts'

export type ActorSource = { readonly __typename: 'User' | 'Bot' | 'Organization'; readonly user: User }
export type RepositorySource = { readonly __typename: 'Repository'; readonly repository: Repository }
export type PullSource = {
  readonly __typename: 'PullRequest'
  readonly repository: Repository
  readonly pull: PullRequest
}
type OnPull<Name extends string, Extra> = Extra & {
  readonly __typename: Name
  readonly repository: Repository
  readonly pull: PullRequest
}
type OnRepository<Name extends string, Extra> = Extra & { readonly __typename: Name; readonly repository: Repository }

export type ReviewSource = OnPull<'PullRequestReview', { readonly review: Review }>
export type ThreadSource = OnPull<'PullRequestReviewThread', { readonly thread: ReviewThread }>
export type ReviewCommentSource = OnPull<
  'PullRequestReviewComment',
  { readonly thread: ReviewThread; readonly comment: ReviewComment }
>
export type IssueCommentSource = OnPull<'IssueComment', { readonly comment: IssueComment }>
export type QueueEntrySource = OnPull<'MergeQueueEntry', { readonly entry: MergeQueueEntry }>
export type QueueSource = OnRepository<'MergeQueue', { readonly branch: string }>
export type RefSource = OnRepository<'Ref', { readonly prefix: string; readonly name: string; readonly sha: Sha }>
export type CommitSource = OnRepository<'Commit', { readonly commit: Commit }>
export type TreeSource = OnRepository<'Tree', { readonly sha: Sha; readonly path: string | null }>
export type BlobSource = OnRepository<'Blob', { readonly sha: Sha }>
export type RollupSource = OnRepository<'StatusCheckRollup', { readonly sha: Sha }>
export type CheckRunSource = OnRepository<'CheckRun', { readonly checkRun: CheckRun }>
export type StatusSource = OnRepository<'StatusContext', { readonly status: CommitStatus }>
export type SuiteSource = OnRepository<'CheckSuite', { readonly suite: CheckSuite }>
export type RunSource = OnRepository<'WorkflowRun', { readonly run: WorkflowRun }>
export type WorkflowSource = OnRepository<'Workflow', { readonly workflow: Workflow }>
export type LabelSource = OnRepository<'Label', { readonly label: Label }>
export type RulesetSource = OnRepository<'RepositoryRuleset', { readonly ruleset: Ruleset }>
export type RuleSource = OnRepository<
  'RepositoryRule',
  { readonly ruleset: Ruleset; readonly rule: Rule; readonly index: number }
>
export type ProtectionSource = OnRepository<'BranchProtectionRule', { readonly pattern: string }>
export type AppSource = { readonly __typename: 'App'; readonly app: App }

export function toRepository(repository: Repository): RepositorySource {
  return { __typename: 'Repository', repository }
}

export function toPull(repository: Repository, pull: PullRequest): PullSource {
  return { __typename: 'PullRequest', repository, pull }
}

/** Null for a deleted account. */
export function toActor(world: World, login: Login | null): ActorSource | null {
  const user = findUser(world, login)
  return user === null ? null : toUserActor(user)
}

export function toUserActor(user: User): ActorSource {
  return { __typename: user.type, user }
}

/** Null when the branch is gone. */
export function toBranch(repository: Repository, name: string): RefSource | null {
  const sha = repository.branches.get(name)
  return sha === undefined ? null : { __typename: 'Ref', repository, prefix: 'refs/heads/', name, sha }
}

/** The thing with only its wrapper changed: `{ repository, pull }` of one source for another. */
export function wrap<Name extends string, Extra extends object>(
  __typename: Name,
  extra: Extra,
): Extra & { readonly __typename: Name } {
  return { ...extra, __typename }
}
