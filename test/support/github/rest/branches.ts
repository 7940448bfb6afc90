/** REST: branches and their rules, refs, commits and comparisons. */
import { GithubError, notFound } from '../errors.ts'
import { listChanges, readDiff } from '../git/changes.ts'
import { countAheadBehind, listCommits, mergeBase, readCommit, readLog, resolveRef } from '../git/history.ts'
import type { Sha } from '../model.ts'
import { describeCommit, describeFile, describeGitCommit, describeRef } from '../render/commits.ts'
import { apiUrlOf, htmlUrlOf } from '../render/repositories.ts'
import { describeProtection, describeProtectionSummary, describeRules } from '../render/rules.ts'
import { setBranch } from '../service/branches.ts'
import { isProtected } from '../service/rules.ts'
import { listAnswer, pageOf } from './paging.ts'
import { created, noContent, ok, type RepositoryRequest, type Route, repositoryRoute, textOf } from './route.ts'

const CONTENTS = { permission: 'contents', level: 'read' } as const
const CONTENTS_WRITE = { permission: 'contents', level: 'write' } as const
const METADATA = { permission: 'metadata', level: 'read' } as const
const ADMINISTRATION = { permission: 'administration', level: 'read', role: 'admin' } as const

export const branchRoutes: readonly Route[] = [
  repositoryRoute('GET /branches', CONTENTS, (request) =>
    listAnswer(request, [...request.repository.branches], ([name, sha]) => ({
      name,
      commit: { sha, url: `${apiUrlOf(request.world, request.repository)}/commits/${sha}` },
      protected: isProtected(request.repository, name),
    })),
  ),
  repositoryRoute('GET /branches/{+branch}/protection', ADMINISTRATION, readProtection),
  repositoryRoute('GET /branches/{+branch}', CONTENTS, readBranch),
  repositoryRoute('GET /rules/branches/{+branch}', METADATA, (request) =>
    listAnswer(request, describeRules(request.repository, nameOf(request)), (rule) => rule),
  ),
  repositoryRoute('GET /git/ref/heads/{+branch}', CONTENTS, readRef),
  repositoryRoute('GET /git/matching-refs/heads/{+branch}', CONTENTS, matchRefs),
  repositoryRoute('POST /git/refs', CONTENTS_WRITE, createRef),
  repositoryRoute('PATCH /git/refs/heads/{+branch}', CONTENTS_WRITE, changeRef),
  repositoryRoute('DELETE /git/refs/heads/{+branch}', CONTENTS_WRITE, deleteRef),
  repositoryRoute('GET /git/commits/{sha}', CONTENTS, async ({ world, repository, params }) => {
    const commit = await readCommit(world, repository, params.sha ?? '')
    if (commit === null) throw notFound()
    return ok(describeGitCommit(world, repository, commit))
  }),
  repositoryRoute('GET /commits', CONTENTS, listHistory),
  repositoryRoute('GET /compare/{+basehead}', CONTENTS, compare),
].flat()

/** After the routes that go on below a commit: `{ref}` may hold slashes. */
export const commitRoutes: readonly Route[] = repositoryRoute('GET /commits/{+ref}', CONTENTS, async (request) => {
  const { world, repository, headers } = request
  const sha = await resolveCommit(request)
  const commit = await readCommit(world, repository, sha)
  if (commit === null) throw notFound()
  if (headers.accept?.includes('.sha')) return { status: 200, text: sha }
  const parent = commit.parents[0]
  const files = parent === undefined ? [] : await listChanges(world, repository, parent, sha)
  const additions = files.reduce((sum, file) => sum + file.additions, 0)
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0)
  return ok({
    ...describeCommit(world, repository, commit),
    stats: { total: additions + deletions, additions, deletions },
    files: files.map((file) => describeFile(world, repository, file, sha)),
  })
})

/** The commit that `{ref}` names. Throws 422 as GitHub does for an unknown one. */
export async function resolveCommit({ repository, params }: RepositoryRequest): Promise<Sha> {
  const ref = params.ref ?? ''
  const sha = await resolveRef(repository, ref)
  if (sha === null) throw new GithubError(422, `No commit found for SHA: ${ref}`)
  return sha
}

async function readBranch(request: RepositoryRequest) {
  const { world, repository } = request
  const branch = nameOf(request)
  const commit = await readCommit(world, repository, repository.branches.get(branch) ?? '')
  if (commit === null) throw new GithubError(404, 'Branch not found')
  const url = `${apiUrlOf(world, repository)}/branches/${encodeURIComponent(branch)}`
  return ok({
    name: branch,
    commit: describeCommit(world, repository, commit),
    _links: { self: url, html: `${htmlUrlOf(world, repository)}/tree/${branch}` },
    protected: isProtected(repository, branch),
    protection: describeProtectionSummary(repository.protections.get(branch)),
    protection_url: `${url}/protection`,
  })
}

function readProtection(request: RepositoryRequest) {
  const { world, repository } = request
  const branch = nameOf(request)
  if (!repository.protectionAvailable) {
    throw new GithubError(403, 'Upgrade to GitHub Pro or make this repository public to enable this feature.')
  }
  if (!repository.branches.has(branch)) throw new GithubError(404, 'Branch not found')
  const protection = repository.protections.get(branch)
  if (protection === undefined) throw new GithubError(404, 'Branch not protected')
  return ok(describeProtection(world, repository, branch, protection))
}

function readRef(request: RepositoryRequest) {
  const { world, repository } = request
  const branch = nameOf(request)
  const sha = repository.branches.get(branch)
  if (sha === undefined) throw notFound()
  return ok(describeRef(world, repository, branch, sha))
}

function matchRefs(request: RepositoryRequest) {
  const { world, repository } = request
  const start = nameOf(request)
  const matching = [...repository.branches].filter(([branch]) => branch.startsWith(start))
  return listAnswer(request, matching, ([branch, sha]) => describeRef(world, repository, branch, sha))
}

async function createRef({ world, repository, body, login }: RepositoryRequest) {
  const branch = (textOf(body, 'ref') ?? '').replace(/^refs\/heads\//, '')
  const sha = textOf(body, 'sha') ?? ''
  if (repository.branches.has(branch)) throw new GithubError(422, 'Reference already exists')
  if ((await readCommit(world, repository, sha)) === null) throw new GithubError(422, 'Object does not exist')
  await setBranch(world, repository, { by: login, branch, to: sha })
  return created(describeRef(world, repository, branch, sha))
}

async function changeRef(request: RepositoryRequest) {
  const { world, repository, body, login } = request
  const branch = nameOf(request)
  const before = repository.branches.get(branch)
  const sha = textOf(body, 'sha') ?? ''
  if (before === undefined) throw new GithubError(422, 'Reference does not exist')
  if ((await readCommit(world, repository, sha)) === null) throw new GithubError(422, 'Object does not exist')
  const { behind } = await countAheadBehind(world, repository, before, sha)
  if (behind > 0 && body.force !== true) throw new GithubError(422, 'Update is not a fast forward')
  await setBranch(world, repository, { by: login, branch, to: sha })
  return ok(describeRef(world, repository, branch, sha))
}

async function deleteRef(request: RepositoryRequest) {
  const { world, repository, login } = request
  const branch = nameOf(request)
  if (!repository.branches.has(branch)) throw new GithubError(422, 'Reference does not exist')
  const protection = repository.protections.get(branch)
  if (branch === repository.defaultBranch || (protection !== undefined && !protection.allowDeletions)) {
    throw new GithubError(422, 'Cannot delete this protected branch')
  }
  await setBranch(world, repository, { by: login, branch, to: null })
  return noContent()
}

async function listHistory(request: RepositoryRequest) {
  const { world, repository, query } = request
  const head = await resolveRef(repository, query.get('sha') ?? repository.defaultBranch)
  if (head === null) throw new GithubError(409, 'Git Repository is empty.')
  const commits = await readLog(repository, head, 1_000)
  return listAnswer(request, commits, (commit) => describeCommit(world, repository, commit))
}

async function compare(request: RepositoryRequest) {
  const { world, repository, params, headers } = request
  const [from = '', to = ''] = params.basehead ?? ''.split('...')
  const base = await resolveRef(repository, from.split(':').at(-1) ?? '')
  const head = await resolveRef(repository, to.split(':').at(-1) ?? '')
  if (base === null || head === null) throw notFound()
  const common = await mergeBase(world, repository, base, head)
  if (common === null) throw new GithubError(404, `No common ancestor between ${from} and ${to}.`)
  if (headers.accept?.includes('.diff')) return { status: 200, text: await readDiff(repository, common, head) }
  const { ahead, behind } = await countAheadBehind(world, repository, base, head)
  const commits = await listCommits(world, repository, base, head)
  const files = await listChanges(world, repository, common, head)
  const page = pageOf(request, commits)
  const url = `${apiUrlOf(world, repository)}/compare/${from}...${to}`
  const html = `${htmlUrlOf(world, repository)}/compare/${from}...${to}`
  const answer = {
    url,
    html_url: html,
    permalink_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: await commitJson(request, base),
    merge_base_commit: await commitJson(request, common),
    status: ahead > 0 ? (behind > 0 ? 'diverged' : 'ahead') : behind > 0 ? 'behind' : 'identical',
    ahead_by: ahead,
    behind_by: behind,
    total_commits: commits.length,
    commits: page.items.map((commit) => describeCommit(world, repository, commit)),
    files: files.map((file) => describeFile(world, repository, file, head)),
  }
  return { status: 200, headers: page.headers, json: answer }
}

async function commitJson({ world, repository }: RepositoryRequest, sha: Sha) {
  const commit = await readCommit(world, repository, sha)
  return commit === null ? null : describeCommit(world, repository, commit)
}

function nameOf({ params }: RepositoryRequest): string {
  return params.branch ?? ''
}
