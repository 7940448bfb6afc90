/** Where things are for people: paths below the web address, and the whole address. */
import type { IssueComment, PullRequest, Repository, Review, ReviewComment, World } from '../model.ts'

export function repositoryPath({ owner, name }: Repository): string {
  return `/${owner}/${name}`
}

export function pullPath(repository: Repository, { number }: Pick<PullRequest, 'number'>): string {
  return `${repositoryPath(repository)}/pull/${number}`
}

export function reviewPath(repository: Repository, pull: PullRequest, { id }: Review): string {
  return `${pullPath(repository, pull)}#pullrequestreview-${id}`
}

export function reviewCommentPath(repository: Repository, pull: PullRequest, { id }: ReviewComment): string {
  return `${pullPath(repository, pull)}#discussion_r${id}`
}

export function issueCommentPath(repository: Repository, pull: PullRequest, { id }: IssueComment): string {
  return `${pullPath(repository, pull)}#issuecomment-${id}`
}

export function toUrl({ urls }: World, path: string): string {
  return `${urls.html}${path}`
}
