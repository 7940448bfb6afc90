/** Which resolvers answer for which type, and what happens where there is none. */
import type { GraphQLFieldResolver } from 'graphql'
import type { Context, Resolver } from './context.ts'
import { commentMutations } from './mutations/comments.ts'
import { labelMutations } from './mutations/labels.ts'
import { mergeMutations } from './mutations/merging.ts'
import type { Mutations } from './mutations/mutation.ts'
import { pullMutations } from './mutations/pulls.ts'
import { reviewMutations } from './mutations/reviews.ts'
import { queryResolvers } from './query.ts'
import { botResolvers, organizationResolvers, userResolvers } from './types/actors.ts'
import { checkRunResolvers, statusResolvers } from './types/check-runs.ts'
import { appResolvers, runResolvers, suiteResolvers, workflowResolvers } from './types/check-suites.ts'
import { commitResolvers } from './types/commits.ts'
import { labelResolvers } from './types/labels.ts'
import { pullResolvers } from './types/pull-requests.ts'
import { queueEntryResolvers, queueResolvers } from './types/queues.ts'
import { refResolvers } from './types/refs.ts'
import { repositoryResolvers } from './types/repositories.ts'
import { issueCommentResolvers, reviewCommentResolvers, reviewResolvers, threadResolvers } from './types/reviews.ts'
import { rollupResolvers } from './types/rollups.ts'
import { protectionResolvers, ruleResolvers, rulesetResolvers } from './types/rules.ts'
import { blobResolvers, treeResolvers } from './types/trees.ts'

type Fields = Readonly<Record<string, Resolver<never>>>

/** By type and field; also what tests ask for, to see that it is all answered. */
export const RESOLVERS: Readonly<Record<string, Fields>> = {
  Query: queryResolvers,
  App: appResolvers,
  Blob: blobResolvers,
  Bot: botResolvers,
  BranchProtectionRule: protectionResolvers,
  CheckRun: checkRunResolvers,
  CheckSuite: suiteResolvers,
  Commit: commitResolvers,
  IssueComment: issueCommentResolvers,
  Label: labelResolvers,
  MergeQueue: queueResolvers,
  MergeQueueEntry: queueEntryResolvers,
  Organization: organizationResolvers,
  PullRequest: pullResolvers,
  PullRequestReview: reviewResolvers,
  PullRequestReviewComment: reviewCommentResolvers,
  PullRequestReviewThread: threadResolvers,
  Ref: refResolvers,
  Repository: repositoryResolvers,
  RepositoryRule: ruleResolvers,
  RepositoryRuleset: rulesetResolvers,
  StatusCheckRollup: rollupResolvers,
  StatusContext: statusResolvers,
  Tree: treeResolvers,
  User: userResolvers,
  Workflow: workflowResolvers,
  WorkflowRun: runResolvers,
}

const MUTATIONS: Mutations = {
  ...commentMutations,
  ...labelMutations,
  ...mergeMutations,
  ...pullMutations,
  ...reviewMutations,
}

/** Types without resolvers (pages, payloads, counts, ...) are objects that hold their fields. */
export const resolveField: GraphQLFieldResolver<object, Context, Record<string, unknown>> = (
  source,
  args,
  context,
  info,
) => {
  const type = info.parentType.name
  if (type === 'Mutation') return mutate(info.fieldName, args, context)
  const resolver = RESOLVERS[type] === undefined ? memberOf(source, info.fieldName) : RESOLVERS[type][info.fieldName]
  if (resolver === undefined) throw new Error(`the emulator does not answer ${type}.${info.fieldName}`)
  return resolver(source as never, args, context, info)
}

function memberOf(source: object, name: string): Resolver<object> | undefined {
  if (!Object.hasOwn(source, name)) return undefined
  const member: unknown = source[name as keyof typeof source]
  if (typeof member !== 'function') return () => member
  return (_source, args, context, info) => member(args, context, info)
}

async function mutate(name: string, { input }: Record<string, unknown>, context: Context): Promise<object> {
  const mutation = MUTATIONS[name]
  if (mutation === undefined) throw new Error(`the emulator does not answer the mutation ${name}`)
  const given = input as { clientMutationId?: string | null }
  return { clientMutationId: given.clientMutationId ?? null, ...(await mutation(given, context)) }
}
