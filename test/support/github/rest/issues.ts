/** REST: the issue side of pull requests: conversation comments and labels. */
import { notFound, validationFailed } from '../errors.ts'
import { describeIssueComment } from '../render/conversation.ts'
import { describeLabel, describePullAsIssue } from '../render/pulls.ts'
import { hasRole, notAccessible } from '../service/access.ts'
import { addIssueComment, deleteIssueComment, editIssueComment, findIssueComment } from '../service/comments.ts'
import { addLabels, createLabel, labelsOf, removeLabel } from '../service/labels.ts'
import { updatePull } from '../service/pulls.ts'
import { isSameLogin } from '../service/users.ts'
import { listAnswer } from './paging.ts'
import { pullOf } from './pulls.ts'
import {
  created,
  noContent,
  numberOf,
  ok,
  type RepositoryRequest,
  type Route,
  repositoryRoute,
  textOf,
} from './route.ts'

const READ = { permission: 'issues', level: 'read' } as const
const WRITE = { permission: 'issues', level: 'write', role: 'read' } as const
const LABEL = { permission: 'issues', level: 'write', role: 'triage' } as const

export const issueRoutes: readonly Route[] = [
  repositoryRoute('GET /issues/{number}', READ, (request) =>
    ok(describePullAsIssue(request.world, request.repository, pullOf(request))),
  ),
  repositoryRoute('PATCH /issues/{number}', LABEL, changeIssue),
  repositoryRoute('GET /issues/{number}/comments', READ, listComments),
  repositoryRoute('POST /issues/{number}/comments', WRITE, addComment),
  repositoryRoute('GET /issues/comments/{comment_id}', READ, (request) => ok(describeFound(request))),
  repositoryRoute('PATCH /issues/comments/{comment_id}', WRITE, editComment),
  repositoryRoute('DELETE /issues/comments/{comment_id}', WRITE, (request) => {
    deleteIssueComment(request.world, request.repository, commentToChange(request), request.login)
    return noContent()
  }),
  repositoryRoute('GET /issues/{number}/labels', READ, (request) => listLabels(request)),
  repositoryRoute('POST /issues/{number}/labels', LABEL, (request) => {
    const names = namesOf(request.body.labels)
    addLabels(request.world, request.repository, pullOf(request), { by: request.login, names })
    return listLabels(request)
  }),
  repositoryRoute('DELETE /issues/{number}/labels/{name}', LABEL, dropLabel),
  repositoryRoute('GET /labels', READ, (request) =>
    listAnswer(request, [...request.repository.labels.values()], (label) =>
      describeLabel(request.world, request.repository, label),
    ),
  ),
  repositoryRoute('POST /labels', LABEL, addLabel),
  repositoryRoute('GET /labels/{name}', READ, ({ world, repository, params }) => {
    const label = repository.labels.get(params.name ?? ''.toLowerCase())
    if (label === undefined) throw notFound()
    return ok(describeLabel(world, repository, label))
  }),
].flat()

function listComments(request: RepositoryRequest) {
  const { world, repository, query } = request
  const pull = pullOf(request)
  const since = query.get('since') ?? ''
  const comments = pull.comments.filter(({ updatedAt }) => updatedAt >= since)
  return listAnswer(request, comments, (comment) => describeIssueComment(world, repository, pull, comment))
}

function addComment(request: RepositoryRequest) {
  const { world, repository, body, login } = request
  const pull = pullOf(request)
  const comment = addIssueComment(world, repository, pull, { by: login, body: textOf(body, 'body') ?? '' })
  return created(describeIssueComment(world, repository, pull, comment))
}

function editComment(request: RepositoryRequest) {
  const comment = commentToChange(request)
  const body = textOf(request.body, 'body') ?? ''
  editIssueComment(request.world, request.repository, comment, { by: request.login, body })
  return ok(describeFound(request))
}

/** One's own, or anybody's with write access. */
function commentToChange({ world, repository, params, viewer }: RepositoryRequest) {
  const { comment } = findIssueComment(repository, numberOf(params, 'comment_id'))
  if (viewer === null) throw notFound()
  const may = isSameLogin(comment.author, viewer.login) || hasRole(world, repository, viewer.login, 'write')
  if (!may) throw notAccessible(viewer.token)
  return comment
}

function describeFound({ world, repository, params }: RepositoryRequest) {
  const { pull, comment } = findIssueComment(repository, numberOf(params, 'comment_id'))
  return describeIssueComment(world, repository, pull, comment)
}

async function changeIssue(request: RepositoryRequest) {
  const { world, repository, body, login } = request
  const pull = pullOf(request)
  const title = textOf(body, 'title')
  const state = textOf(body, 'state')
  await updatePull(world, repository, pull, {
    by: login,
    ...(title === undefined ? {} : { title }),
    ...(body.body === undefined ? {} : { body: textOf(body, 'body') ?? null }),
    ...(state === 'open' || state === 'closed' ? { state } : {}),
    ...(Array.isArray(body.assignees) ? { assignees: namesOf(body.assignees) } : {}),
  })
  return ok(describePullAsIssue(world, repository, pull))
}

function listLabels(request: RepositoryRequest) {
  const { world, repository } = request
  const labels = labelsOf(repository, pullOf(request))
  return listAnswer(request, labels, (label) => describeLabel(world, repository, label))
}

function dropLabel(request: RepositoryRequest) {
  const { world, repository, params, login } = request
  const pull = pullOf(request)
  const name = params.name ?? ''
  if (!labelsOf(repository, pull).some((label) => isSameLogin(label.name, name))) throw notFound()
  removeLabel(world, repository, pull, { by: login, name })
  return listLabels(request)
}

function addLabel({ world, repository, body }: RepositoryRequest) {
  const name = textOf(body, 'name')
  const color = textOf(body, 'color')
  if (name === undefined) throw validationFailed({ resource: 'Label', code: 'missing_field', field: 'name' })
  const label = createLabel(world, repository, {
    name,
    ...(color === undefined ? {} : { color }),
    description: textOf(body, 'description') ?? null,
  })
  return created(describeLabel(world, repository, label))
}

/** Labels come as names or as objects with a name. */
function namesOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  return value.map((entry: unknown) => (typeof entry === 'string' ? entry : String((entry as { name?: unknown }).name)))
}
