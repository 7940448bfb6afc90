/** Check suites, the workflow runs behind them, and the apps that report. */
import type * as Github from '@octokit/graphql-schema'
import { latestCheckRuns } from '../../service/checks.ts'
import { findApp } from '../../service/credentials.ts'
import { findWorkflow } from '../../service/workflow-runs.ts'
import { toConnection } from '../connection.ts'
import { type Resolvers, requireReadable } from '../context.ts'
import { repositoryPath, toUrl } from '../links.ts'
import {
  type AppSource,
  type CheckRunSource,
  type RunSource,
  type SuiteSource,
  toBranch,
  toPull,
  toRepository,
  type WorkflowSource,
  wrap,
} from '../sources.ts'
import { commitOf, upper } from './rollups.ts'

function suitePath({ repository, suite }: SuiteSource): string {
  return `${repositoryPath(repository)}/commit/${suite.headSha}/checks?check_suite_id=${suite.id}`
}

export const suiteResolvers: Resolvers<Github.CheckSuite, SuiteSource> = {
  id: ({ suite }) => suite.nodeId,
  databaseId: ({ suite }) => suite.id,
  status: ({ suite }) => upper(suite.status),
  conclusion: ({ suite }) => upper(suite.conclusion),
  createdAt: ({ suite }) => suite.createdAt,
  updatedAt: ({ suite }) => suite.updatedAt,
  app: ({ suite }, _args, { world }) => {
    const app = findApp(world, suite.appSlug)
    return app && wrap('App', { app })
  },
  branch: ({ repository, suite }) => (suite.headBranch === null ? null : toBranch(repository, suite.headBranch)),
  commit: ({ repository, suite }, _args, context) => commitOf(context, repository, suite.headSha),
  creator: () => null,
  push: () => null,
  repository: ({ repository }) => toRepository(repository),
  resourcePath: suitePath,
  url: (source, _args, { world }) => toUrl(world, suitePath(source)),
  matchingPullRequests: ({ repository, suite }, args, _context, info) => {
    const pulls = [...repository.pulls.values()].filter(({ head }) => head.sha === suite.headSha)
    return toConnection(
      pulls.map((pull) => toPull(repository, pull)),
      args,
      info,
    )
  },
  checkRuns: (source, args: Github.CheckSuiteCheckRunsArgs, _context, info) =>
    toConnection(checkRunsOf(source, args.filterBy ?? {}), args, info),
  workflowRun: ({ repository, suite }, _args, context) => {
    const run = repository.workflowRuns.find(({ id }) => id === suite.workflowRunId)
    if (run === undefined) return null
    requireReadable(context, repository, 'actions')
    return wrap('WorkflowRun', { repository, run })
  },
}

function checkRunsOf({ repository, suite }: SuiteSource, filter: Github.CheckRunFilter): readonly CheckRunSource[] {
  const all = repository.checkRuns.filter(({ suiteId }) => suiteId === suite.id)
  const latest = latestCheckRuns(repository, suite.headSha)
  return all
    .filter((checkRun) => filter.checkType === 'ALL' || latest.includes(checkRun))
    .filter(({ name }) => filter.checkName == null || name === filter.checkName)
    .filter(({ status }) => filter.status == null || upper(status) === filter.status)
    .map((checkRun) => wrap('CheckRun', { repository, checkRun }))
}

function runPath({ repository, run }: RunSource): string {
  return `${repositoryPath(repository)}/actions/runs/${run.id}`
}

export const runResolvers: Resolvers<Github.WorkflowRun, RunSource> = {
  id: ({ run }) => run.nodeId,
  databaseId: ({ run }) => run.id,
  event: ({ run }) => run.event,
  runNumber: ({ run }) => run.runNumber,
  createdAt: ({ run }) => run.createdAt,
  updatedAt: ({ run }) => run.updatedAt,
  resourcePath: runPath,
  url: (source, _args, { world }) => toUrl(world, runPath(source)),
  file: () => null,
  deploymentReviews: (_source, args, _context, info) => toConnection([], args, info),
  pendingDeploymentRequests: (_source, args, _context, info) => toConnection([], args, info),
  checkSuite: ({ repository, run }) => {
    const suite = repository.checkSuites.find(({ id }) => id === run.suiteId)
    return suite === undefined ? null : wrap('CheckSuite', { repository, suite })
  },
  workflow: ({ repository, run }) => wrap('Workflow', { repository, workflow: findWorkflow(repository, run) }),
}

function workflowPath({ repository, workflow }: WorkflowSource): string {
  return `${repositoryPath(repository)}/actions/workflows/${workflow.path.split('/').at(-1)}`
}

export const workflowResolvers: Resolvers<Github.Workflow, WorkflowSource> = {
  id: ({ workflow }) => workflow.nodeId,
  databaseId: ({ workflow }) => workflow.id,
  name: ({ workflow }) => workflow.name,
  state: ({ workflow }) => workflow.state.toUpperCase(),
  createdAt: ({ workflow }) => workflow.createdAt,
  updatedAt: ({ workflow }) => workflow.createdAt,
  resourcePath: workflowPath,
  url: (source, _args, { world }) => toUrl(world, workflowPath(source)),
  runs: ({ repository, workflow }, args, _context, info) => {
    const runs = repository.workflowRuns.filter(({ workflowId }) => workflowId === workflow.id).toReversed()
    return toConnection(
      runs.map((run) => wrap('WorkflowRun', { repository, run })),
      args,
      info,
    )
  },
}

export const appResolvers: Resolvers<Github.App, AppSource> = {
  id: ({ app }) => app.nodeId,
  databaseId: ({ app }) => app.id,
  slug: ({ app }) => app.slug,
  name: ({ app }) => app.name,
  description: () => null,
  createdAt: ({ app }) => app.createdAt,
  updatedAt: ({ app }) => app.createdAt,
  logoBackgroundColor: () => 'ffffff',
  logoUrl: ({ app }) => `https://avatars.githubusercontent.com/in/${app.id}`,
  url: ({ app }, _args, { world }) => toUrl(world, `/apps/${app.slug}`),
}
