/** The conversation of a pull request: comments that belong to no line. */
import { notFound, validationFailed } from '../errors.ts'
import type { IssueComment, Login, PullRequest, Repository, World } from '../model.ts'
import { identity, timestamp } from '../world.ts'

export function addIssueComment(
  world: World,
  repository: Repository,
  pull: PullRequest,
  request: { readonly by: Login; readonly body: string },
): IssueComment {
  requireBody(request.body)
  const at = timestamp(world)
  const comment: IssueComment = {
    ...identity(world, 'IC'),
    author: request.by,
    body: request.body,
    minimizedReason: null,
    createdAt: at,
    updatedAt: at,
  }
  pull.comments.push(comment)
  pull.updatedAt = at
  world.announce({ name: 'issue_comment', action: 'created', repository, sender: request.by, pull, comment })
  return comment
}

export function editIssueComment(
  world: World,
  repository: Repository,
  comment: IssueComment,
  request: { readonly by: Login; readonly body: string },
): IssueComment {
  requireBody(request.body)
  const { pull } = findIssueComment(repository, comment.id)
  const extra = { changes: { body: { from: comment.body } } }
  comment.body = request.body
  comment.updatedAt = timestamp(world)
  pull.updatedAt = comment.updatedAt
  world.announce({ name: 'issue_comment', action: 'edited', repository, sender: request.by, pull, comment, extra })
  return comment
}

export function deleteIssueComment(world: World, repository: Repository, comment: IssueComment, by: Login): void {
  const { pull } = findIssueComment(repository, comment.id)
  pull.comments.splice(pull.comments.indexOf(comment), 1)
  world.announce({ name: 'issue_comment', action: 'deleted', repository, sender: by, pull, comment })
}

/** Throws 404 when there is none. */
export function findIssueComment(
  repository: Repository,
  id: number,
): { readonly pull: PullRequest; readonly comment: IssueComment } {
  for (const pull of repository.pulls.values()) {
    const comment = pull.comments.find((candidate) => candidate.id === id)
    if (comment !== undefined) return { pull, comment }
  }
  throw notFound()
}

function requireBody(body: unknown): void {
  if (typeof body !== 'string' || body.trim() === '') {
    throw validationFailed({ resource: 'IssueComment', code: 'custom', field: 'body', message: "body can't be blank" })
  }
  if (body.length > 65_536) {
    const message = 'body is too long (maximum is 65536 characters)'
    throw validationFailed({ resource: 'IssueComment', code: 'custom', field: 'body', message })
  }
}
