/** Check runs and statuses, and whether a rule demands them. */
import type * as Github from '@octokit/graphql-schema'
import { notFound } from '../../errors.ts'
import type { PullRequest, Repository } from '../../model.ts'
import { findApp } from '../../service/credentials.ts'
import { requiredChecks } from '../../service/rules.ts'
import { toConnection } from '../connection.ts'
import type { Context, Resolvers } from '../context.ts'
import { RefusedField } from '../errors.ts'
import { repositoryPath, toUrl } from '../links.ts'
import { type CheckRunSource, type StatusSource, toActor, toRepository, wrap } from '../sources.ts'
import { commitOf, upper } from './rollups.ts'

type RequiredArgs = { readonly pullRequestId?: string | null; readonly pullRequestNumber?: number | null }

function isRequired(repository: Repository, name: string, appId: number | null, args: RequiredArgs): boolean {
  const pull = pullOf(repository, args)
  return requiredChecks(repository, pull.base.ref).some(
    (rule) => rule.context === name && (rule.appId === null || rule.appId === appId),
  )
}

function pullOf(repository: Repository, { pullRequestId, pullRequestNumber }: RequiredArgs): PullRequest {
  if (pullRequestId == null && pullRequestNumber == null) {
    throw new RefusedField('ARGUMENT_ERROR', 'One of pullRequestId or pullRequestNumber must be provided.')
  }
  const found = [...repository.pulls.values()].find(
    ({ nodeId, number }) => nodeId === pullRequestId || number === pullRequestNumber,
  )
  if (found === undefined) throw notFound()
  return found
}

function checkRunPath({ repository, checkRun }: CheckRunSource): string {
  return `${repositoryPath(repository)}/runs/${checkRun.id}`
}

export const checkRunResolvers: Resolvers<Github.CheckRun, CheckRunSource> = {
  id: ({ checkRun }) => checkRun.nodeId,
  databaseId: ({ checkRun }) => checkRun.id,
  name: ({ checkRun }) => checkRun.name,
  status: ({ checkRun }) => upper(checkRun.status),
  conclusion: ({ checkRun }) => upper(checkRun.conclusion),
  detailsUrl: ({ checkRun }) => checkRun.detailsUrl,
  url: (source, _args, { world }) => source.checkRun.detailsUrl ?? toUrl(world, checkRunPath(source)),
  permalink: (source, _args, { world }) => toUrl(world, checkRunPath(source)),
  resourcePath: checkRunPath,
  externalId: ({ checkRun }) => checkRun.externalId,
  title: ({ checkRun }) => checkRun.output.title,
  summary: ({ checkRun }) => checkRun.output.summary,
  text: ({ checkRun }) => checkRun.output.text,
  startedAt: ({ checkRun }) => checkRun.startedAt,
  completedAt: ({ checkRun }) => checkRun.completedAt,
  deployment: () => null,
  pendingDeploymentRequest: () => null,
  repository: ({ repository }) => toRepository(repository),
  isRequired: ({ repository, checkRun }, args: RequiredArgs, { world }) =>
    isRequired(repository, checkRun.name, findApp(world, checkRun.appSlug)?.id ?? null, args),
  checkSuite: ({ repository, checkRun }) => {
    const suite = repository.checkSuites.find(({ id }) => id === checkRun.suiteId)
    return suite === undefined ? null : wrap('CheckSuite', { repository, suite })
  },
  annotations: (source, args, context, info) => toConnection(annotationsOf(source, context), args, info),
  steps: ({ repository, checkRun }, args: Github.CheckRunStepsArgs, _context, info) => {
    const job = repository.workflowRuns.flatMap(({ jobs }) => jobs).find(({ id }) => id === checkRun.id)
    const steps = (job?.steps ?? []).filter(({ number }) => args.number == null || number === args.number)
    const shown = steps.map((step) => ({
      ...step,
      status: upper(step.status),
      conclusion: upper(step.conclusion),
      externalId: null,
      secondsToCompletion: null,
    }))
    return toConnection(shown, args, info)
  },
}

function annotationsOf({ repository, checkRun }: CheckRunSource, { world }: Context) {
  return checkRun.annotations.map((annotation) => ({
    annotationLevel: annotation.level.toUpperCase(),
    blobUrl: toUrl(world, `${repositoryPath(repository)}/blob/${checkRun.headSha}/${annotation.path}`),
    databaseId: null,
    location: {
      start: { line: annotation.startLine, column: null },
      end: { line: annotation.endLine, column: null },
    },
    message: annotation.message,
    path: annotation.path,
    rawDetails: null,
    title: annotation.title,
  }))
}

export const statusResolvers: Resolvers<Github.StatusContext, StatusSource> = {
  id: ({ status }) => status.nodeId,
  context: ({ status }) => status.context,
  state: ({ status }) => status.state.toUpperCase(),
  description: ({ status }) => status.description,
  targetUrl: ({ status }) => status.targetUrl,
  createdAt: ({ status }) => status.createdAt,
  creator: ({ status }, _args, { world }) => toActor(world, status.creator),
  avatarUrl: () => null,
  commit: ({ repository, status }, _args, context) => commitOf(context, repository, status.sha),
  isRequired: ({ repository, status }, args: RequiredArgs) => isRequired(repository, status.context, null, args),
}
