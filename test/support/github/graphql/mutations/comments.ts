/** The conversation below a pull request. */
import type * as Github from '@octokit/graphql-schema'
import type { IssueComment, PullRequest, Repository } from '../../model.ts'
import { addIssueComment, deleteIssueComment, editIssueComment } from '../../service/comments.ts'
import { isSameLogin } from '../../service/users.ts'
import { type Context, requireWritable } from '../context.ts'
import { requireKind } from '../nodes.ts'
import { toPull, wrap } from '../sources.ts'
import type { Mutations } from './mutation.ts'

type Place = { readonly repository: Repository; readonly pull: PullRequest; readonly comment: IssueComment }

function requireOwn(context: Context, id: string, mutation: string): Place {
  const { repository, pull, comment } = requireKind(context, id, 'issue_comment')
  const role = isSameLogin(comment.author, context.viewer.login) ? 'read' : 'write'
  requireWritable(context, repository, mutation, { permission: 'pull_requests', role })
  return { repository, pull, comment }
}

export const commentMutations: Mutations = {
  addComment: (input: Github.AddCommentInput, context) => {
    const { repository, pull } = requireKind(context, input.subjectId, 'pull')
    requireWritable(context, repository, 'addComment', { permission: 'pull_requests', role: 'read' })
    const { world, viewer } = context
    const comment = addIssueComment(world, repository, pull, { by: viewer.login, body: input.body })
    const edge = { cursor: '', node: wrap('IssueComment', { repository, pull, comment }) }
    return { commentEdge: edge, timelineEdge: edge, subject: toPull(repository, pull) }
  },

  updateIssueComment: (input: Github.UpdateIssueCommentInput, context) => {
    const place = requireOwn(context, input.id, 'updateIssueComment')
    editIssueComment(context.world, place.repository, place.comment, { by: context.viewer.login, body: input.body })
    return { issueComment: wrap('IssueComment', place) }
  },

  deleteIssueComment: (input: Github.DeleteIssueCommentInput, context) => {
    const { repository, comment } = requireOwn(context, input.id, 'deleteIssueComment')
    deleteIssueComment(context.world, repository, comment, context.viewer.login)
    return {}
  },
}
