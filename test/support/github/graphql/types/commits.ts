/** Commits. */
import { createHash } from 'node:crypto'
import type * as Github from '@octokit/graphql-schema'
import { listChanges } from '../../git/changes.ts'
import { git } from '../../git/git.ts'
import { type CommitPerson, mergeBase, readCommit, readLog } from '../../git/history.ts'
import type { PullRequest } from '../../model.ts'
import { latestStatuses } from '../../service/checks.ts'
import { noReplyEmail } from '../../service/users.ts'
import { toConnection } from '../connection.ts'
import { type Context, type Resolvers, requireReadable } from '../context.ts'
import { readExpression, readObject } from '../git-objects.ts'
import { toPlaceId } from '../ids.ts'
import { repositoryPath, toUrl } from '../links.ts'
import { type CommitSource, toPull, toRepository, toUserActor, wrap } from '../sources.ts'
import { toHtml } from './remarks.ts'
import { rollupOf } from './rollups.ts'
import { entriesOf } from './trees.ts'

/** More than any test repository has. */
const MAX_HISTORY = 10_000

const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

function headline(message: string): string {
  return message.split('\n')[0] ?? ''
}

function bodyOf(message: string): string {
  return message.slice(headline(message).length).trim()
}

function toGitActor(person: CommitPerson, { world }: Context) {
  const user = [...world.state.users.values()].find((each) => noReplyEmail(each) === person.email)
  return {
    name: person.name,
    email: person.email,
    date: person.date,
    user: user === undefined ? null : toUserActor(user),
    avatarUrl: `https://www.gravatar.com/avatar/${createHash('sha256').update(person.email).digest('hex')}`,
  }
}

async function changesOf({ repository, commit }: CommitSource, { world }: Context) {
  const files = await listChanges(world, repository, commit.parents[0] ?? EMPTY_TREE, commit.sha)
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)
  return {
    files: files.length,
    additions: sum(files.map(({ additions }) => additions)),
    deletions: sum(files.map(({ deletions }) => deletions)),
  }
}

function commitPath({ repository, commit }: CommitSource): string {
  return `${repositoryPath(repository)}/commit/${commit.sha}`
}

type OnCommit = Pick<CommitSource, 'repository' | 'commit'>

async function historyOf({ repository, commit }: OnCommit, args: Github.CommitHistoryArgs, { world }: Context) {
  const all =
    args.path == null
      ? await readLog(repository, commit.sha, MAX_HISTORY)
      : await commitsTouching({ repository, commit }, args.path, world)
  const [since, until] = [args.since, args.until].map((time) => (time == null ? null : Date.parse(String(time))))
  return all.filter(({ committer }) => {
    const at = Date.parse(committer.date)
    return (since == null || at >= since) && (until == null || at <= until)
  })
}

async function commitsTouching({ repository, commit }: OnCommit, path: string, world: Context['world']) {
  const text = await git(repository.gitDirectory, ['log', '--format=%H', commit.sha, '--', path])
  const commits = await Promise.all(
    text
      .split('\n')
      .filter(Boolean)
      .map((sha) => readCommit(world, repository, sha)),
  )
  return commits.filter((each) => each !== null)
}

/** Open or merged, with this commit among theirs. */
async function pullsWith({ repository, commit }: CommitSource, { world }: Context): Promise<readonly PullRequest[]> {
  const found = await Promise.all(
    [...repository.pulls.values()].map(async (pull) => {
      if (pull.mergeCommitSha === commit.sha) return [pull]
      const base = await mergeBase(world, repository, commit.sha, pull.head.sha)
      const inBase = await mergeBase(world, repository, commit.sha, pull.base.sha)
      return base === commit.sha && inBase !== commit.sha ? [pull] : []
    }),
  )
  return found.flat()
}

export const commitResolvers: Resolvers<Github.Commit, CommitSource> = {
  id: ({ repository, commit }) => toPlaceId('commit', repository, commit.sha),
  oid: ({ commit }) => commit.sha,
  abbreviatedOid: ({ commit }) => commit.sha.slice(0, 7),
  message: ({ commit }) => commit.message,
  messageHeadline: ({ commit }) => headline(commit.message),
  messageBody: ({ commit }) => bodyOf(commit.message),
  messageHeadlineHTML: ({ commit }) => toHtml(headline(commit.message)),
  messageBodyHTML: ({ commit }) => toHtml(bodyOf(commit.message)),
  author: ({ commit }, _args, context) => toGitActor(commit.author, context),
  committer: ({ commit }, _args, context) => toGitActor(commit.committer, context),
  authors: ({ commit }, args, context, info) => toConnection([toGitActor(commit.author, context)], args, info),
  authoredByCommitter: ({ commit }) => commit.author.email === commit.committer.email,
  authoredDate: ({ commit }) => commit.author.date,
  committedDate: ({ commit }) => commit.committer.date,
  committedViaWeb: () => false,
  pushedDate: () => null,
  signature: () => null,
  onBehalfOf: () => null,
  additions: async (source, _args, context) => (await changesOf(source, context)).additions,
  deletions: async (source, _args, context) => (await changesOf(source, context)).deletions,
  changedFiles: async (source, _args, context) => (await changesOf(source, context)).files,
  changedFilesIfAvailable: async (source, _args, context) => (await changesOf(source, context)).files,
  repository: ({ repository }) => toRepository(repository),
  resourcePath: commitPath,
  commitResourcePath: commitPath,
  url: (source, _args, { world }) => toUrl(world, commitPath(source)),
  commitUrl: (source, _args, { world }) => toUrl(world, commitPath(source)),
  treeResourcePath: ({ repository, commit }) => `${repositoryPath(repository)}/tree/${commit.sha}`,
  treeUrl: ({ repository, commit }, _args, { world }) =>
    toUrl(world, `${repositoryPath(repository)}/tree/${commit.sha}`),
  tree: ({ repository, commit }) => wrap('Tree', { repository, sha: commit.treeSha, path: '' }),
  file: async ({ repository, commit }, { path }: Github.CommitFileArgs, { world }) => {
    const cut = path.lastIndexOf('/')
    const parent = path.slice(0, Math.max(cut, 0))
    const tree = await readExpression(world, repository, `${commit.sha}:${parent}`)
    return tree?.__typename === 'Tree'
      ? ((await entriesOf(tree, world)).find(({ name }) => name === path.slice(cut + 1)) ?? null)
      : null
  },
  parents: async ({ repository, commit }, args, { world }, info) => {
    const parents = await Promise.all(commit.parents.map((sha) => readObject(world, repository, sha)))
    return toConnection(parents, args, info)
  },
  history: async (source, args: Github.CommitHistoryArgs, context, info) => {
    requireReadable(context, source.repository, 'contents')
    const commits = await historyOf(source, args, context)
    return toConnection(
      commits.map((commit) => wrap('Commit', { repository: source.repository, commit })),
      args,
      info,
    )
  },
  statusCheckRollup: ({ repository, commit }, _args, context) => rollupOf(context, repository, commit.sha),
  status: ({ repository, commit }, _args, context) => {
    requireReadable(context, repository, 'statuses')
    return toStatus({ repository, commit })
  },
  checkSuites: ({ repository, commit }, args: Github.CommitCheckSuitesArgs, context, info) => {
    requireReadable(context, repository, 'checks')
    const { appId, checkName } = args.filterBy ?? {}
    const suites = repository.checkSuites
      .filter(({ headSha }) => headSha === commit.sha)
      .filter(({ appSlug }) => appId == null || context.world.state.apps.get(appId)?.slug === appSlug)
      .filter(
        ({ id }) =>
          checkName == null || repository.checkRuns.some((each) => each.suiteId === id && each.name === checkName),
      )
    return toConnection(
      suites.map((suite) => wrap('CheckSuite', { repository, suite })),
      args,
      info,
    )
  },
  associatedPullRequests: async (source, args, context, info) => {
    requireReadable(context, source.repository, 'pull_requests')
    const pulls = await pullsWith(source, context)
    return toConnection(
      pulls.map((pull) => toPull(source.repository, pull)),
      args,
      info,
    )
  },
  comments: (_source, args, _context, info) => toConnection([], args, info),
}

/** Only the statuses of the older kind; null without any. */
function toStatus({ repository, commit }: OnCommit) {
  const contexts = latestStatuses(repository, commit.sha).map((status) => wrap('StatusContext', { repository, status }))
  if (contexts.length === 0) return null
  const states = contexts.map(({ status }) => status.state)
  const worst = (['error', 'failure', 'pending'] as const).find((state) => states.includes(state)) ?? 'success'
  return {
    id: toPlaceId('status', repository, commit.sha),
    state: worst.toUpperCase(),
    commit: wrap('Commit', { repository, commit }),
    contexts,
  }
}
