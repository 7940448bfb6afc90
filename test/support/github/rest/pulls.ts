/** REST: pull requests: list, open, read, change, merge, update. */

import { GithubError, notFound } from '../errors.ts'
import { listChanges, readDiff } from '../git/changes.ts'
import type { MergeMethod, PullRequest } from '../model.ts'
import { describeCommit, describeFile } from '../render/commits.ts'
import { describeFullPull, describePull, diffBase } from '../render/pulls.ts'
import { apiUrlOf } from '../render/repositories.ts'
import { pullCommits } from '../service/merge-building.ts'
import { mergePull } from '../service/merging.ts'
import { createPull, findPull, updatePull } from '../service/pulls.ts'
import { updateBranch } from '../service/updating.ts'
import { listAnswer } from './paging.ts'
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

const READ = { permission: 'pull_requests', level: 'read' } as const
/** Whoever may read may also open one, from a fork; without forks the branch has to be there already. */
const OPEN = { permission: 'pull_requests', level: 'write', role: 'read' } as const
const WRITE = { permission: 'pull_requests', level: 'write' } as const
const MERGE = { permission: 'contents', level: 'write' } as const

export const pullRoutes: readonly Route[] = [
  repositoryRoute('GET /pulls', READ, listPulls),
  repositoryRoute('POST /pulls', OPEN, openPull),
  repositoryRoute('GET /pulls/{number}', READ, readPull),
  repositoryRoute('PATCH /pulls/{number}', OPEN, changePull),
  repositoryRoute('GET /pulls/{number}/merge', READ, (request) => {
    if (!pullOf(request).merged) throw notFound()
    return noContent()
  }),
  repositoryRoute('PUT /pulls/{number}/merge', MERGE, merge),
  repositoryRoute('PUT /pulls/{number}/update-branch', WRITE, update),
  repositoryRoute('GET /pulls/{number}/files', READ, listFiles),
  repositoryRoute('GET /pulls/{number}/commits', READ, listPullCommits),
].flat()

export function pullOf({ repository, params }: RepositoryRequest): PullRequest {
  return findPull(repository, numberOf(params, 'number'))
}

function listPulls(request: RepositoryRequest) {
  const { world, repository, query } = request
  const state = query.get('state') ?? 'open'
  const head = query.get('head')
  const base = query.get('base')
  const found = [...repository.pulls.values()].filter(
    (pull) =>
      (state === 'all' || pull.state === state) &&
      (head === null || head.toLowerCase() === `${repository.owner}:${pull.head.ref}`.toLowerCase()) &&
      (base === null || base === pull.base.ref),
  )
  const order = query.get('sort') === 'updated' ? byUpdate : byCreation
  const ascending = query.get('direction') === 'asc'
  found.sort((a, b) => (ascending ? order(a, b) : order(b, a)))
  return listAnswer(request, found, (pull) => describePull(world, repository, pull))
}

const byCreation = (a: PullRequest, b: PullRequest) => a.number - b.number
const byUpdate = (a: PullRequest, b: PullRequest) => a.updatedAt.localeCompare(b.updatedAt) || a.number - b.number

async function openPull({ world, repository, body, login }: RepositoryRequest) {
  const pull = await createPull(world, repository, {
    by: login,
    title: textOf(body, 'title') ?? '',
    body: textOf(body, 'body') ?? null,
    head: textOf(body, 'head') ?? '',
    draft: body.draft === true,
    base: textOf(body, 'base') ?? '',
  })
  return created(await describeFullPull(world, repository, pull))
}

async function readPull(request: RepositoryRequest) {
  const { world, repository, headers } = request
  const pull = pullOf(request)
  if (headers.accept?.includes('.diff') || headers.accept?.includes('.patch')) {
    return { status: 200, text: await readDiff(repository, await diffBase(world, repository, pull), pull.head.sha) }
  }
  return ok(await describeFullPull(world, repository, pull))
}

async function changePull(request: RepositoryRequest) {
  const { world, repository, body, login } = request
  const pull = pullOf(request)
  const state = textOf(body, 'state')
  const title = textOf(body, 'title')
  const base = textOf(body, 'base')
  await updatePull(world, repository, pull, {
    by: login,
    ...(title === undefined ? {} : { title }),
    ...(body.body === undefined ? {} : { body: textOf(body, 'body') ?? null }),
    ...(base === undefined ? {} : { base }),
    ...(state === 'open' || state === 'closed' ? { state } : {}),
  })
  return ok(await describeFullPull(world, repository, pull))
}

async function merge(request: RepositoryRequest) {
  const { world, repository, body, login } = request
  const method = textOf(body, 'merge_method') ?? 'merge'
  if (!isMethod(method)) throw new GithubError(422, `Invalid request.\n\n"${method}" is not a merge method.`)
  const sha = await mergePull(world, repository, pullOf(request), {
    by: login,
    method,
    sha: textOf(body, 'sha') ?? null,
    title: textOf(body, 'commit_title') ?? null,
    message: textOf(body, 'commit_message') ?? null,
  })
  return ok({ sha, merged: true, message: 'Pull Request successfully merged' })
}

async function update(request: RepositoryRequest) {
  const { world, repository, body, login } = request
  const pull = pullOf(request)
  await updateBranch(world, repository, pull, { by: login, expectedHead: textOf(body, 'expected_head_sha') ?? null })
  const url = `${apiUrlOf(world, repository)}/pulls/${pull.number}`
  return { status: 202, json: { message: 'Updating pull request branch.', url } }
}

async function listFiles(request: RepositoryRequest) {
  const { world, repository } = request
  const pull = pullOf(request)
  const files = await listChanges(world, repository, await diffBase(world, repository, pull), pull.head.sha)
  return listAnswer(request, files, (file) => describeFile(world, repository, file, pull.head.sha))
}

async function listPullCommits(request: RepositoryRequest) {
  const { world, repository } = request
  const pull = pullOf(request)
  const commits = await pullCommits(world, repository, pull, pull.base.sha)
  return listAnswer(request, commits, (commit) => describeCommit(world, repository, commit))
}

function isMethod(method: string): method is MergeMethod {
  return method === 'merge' || method === 'squash' || method === 'rebase'
}
