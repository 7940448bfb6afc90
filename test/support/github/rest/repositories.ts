/** REST: repositories, collaborators, files and webhooks. */
import { GithubError, notFound, validationFailed } from '../errors.ts'
import { readFileAt } from '../git/changes.ts'
import { git, tryGit } from '../git/git.ts'
import { resolveRef } from '../git/history.ts'
import type { Webhook } from '../model.ts'
import { describeWebhook } from '../render/hooks.ts'
import { apiUrlOf, describeFullRepository, htmlUrlOf } from '../render/repositories.ts'
import { toUserJson } from '../render/users.ts'
import { roleOf } from '../service/access.ts'
import { findUser } from '../service/users.ts'
import { createWebhook } from '../service/webhooks.ts'
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
  textsOf,
} from './route.ts'

const READ = { permission: 'metadata', level: 'read' } as const
const CONTENTS = { permission: 'contents', level: 'read' } as const
const HOOKS = { permission: 'repository_hooks', level: 'read', role: 'admin' } as const
const HOOKS_WRITE = { permission: 'repository_hooks', level: 'write', role: 'admin' } as const

export const repositoryRoutes: readonly Route[] = [
  repositoryRoute('GET', READ, ({ world, repository, viewer }) =>
    ok(describeFullRepository(world, repository, viewer)),
  ),
  repositoryRoute('GET /collaborators/{username}/permission', READ, readPermission),
  repositoryRoute('GET /contents/{+path}', CONTENTS, readContents),
  repositoryRoute('GET /hooks', HOOKS, (request) =>
    listAnswer(request, request.repository.webhooks, (hook) =>
      describeWebhook(request.world, request.repository, hook),
    ),
  ),
  repositoryRoute('POST /hooks', HOOKS_WRITE, addWebhook),
  repositoryRoute('GET /hooks/{hook_id}', HOOKS, (request) =>
    ok(describeWebhook(request.world, request.repository, findWebhook(request))),
  ),
  repositoryRoute('PATCH /hooks/{hook_id}', HOOKS_WRITE, changeWebhook),
  repositoryRoute('DELETE /hooks/{hook_id}', HOOKS_WRITE, (request) => {
    const { webhooks } = request.repository
    webhooks.splice(webhooks.indexOf(findWebhook(request)), 1)
    return noContent()
  }),
].flat()

/** `permission` knows four levels only; `role_name` all. */
function readPermission({ world, repository, params }: RepositoryRequest) {
  const user = findUser(world, params.username ?? '')
  if (user === null) throw notFound()
  const role = roleOf(world, repository, user.login)
  const permission = { none: 'none', read: 'read', triage: 'read', write: 'write', maintain: 'write', admin: 'admin' }[
    role
  ]
  const permissions = {
    admin: role === 'admin',
    push: permission === 'write' || role === 'admin',
    pull: role !== 'none',
  }
  return ok({ permission, role_name: role, user: { ...toUserJson(world, user.login), permissions, role_name: role } })
}

async function readContents(request: RepositoryRequest) {
  const { repository, params, query, headers } = request
  const path = params.path ?? ''
  const ref = query.get('ref') ?? repository.defaultBranch
  const commit = await resolveRef(repository, ref)
  if (commit === null) throw new GithubError(404, `No commit found for the ref ${ref}`)
  const content = await readFileAt(repository, commit, path)
  if (content === null) return listDirectory(request, { path, commit, ref })
  if (headers.accept?.includes('raw')) return { status: 200, text: content }
  const entry = await describeEntry(request, { path, commit, ref })
  const encoded = Buffer.from(content)
    .toString('base64')
    .replace(/(.{60})/g, '$1\n')
  return ok({ ...entry, content: encoded, encoding: 'base64' })
}

type Place = { readonly path: string; readonly commit: string; readonly ref: string }

async function listDirectory(request: RepositoryRequest, { path, commit, ref }: Place) {
  const result = await tryGit(request.repository.gitDirectory, ['ls-tree', '--name-only', '-z', `${commit}:${path}`])
  if (result.exitCode !== 0) throw notFound()
  const names = result.stdout.split('\0').filter((name) => name !== '')
  const prefix = path === '' ? '' : `${path}/`
  return ok(await Promise.all(names.map((name) => describeEntry(request, { path: `${prefix}${name}`, commit, ref }))))
}

async function describeEntry({ world, repository }: RepositoryRequest, { path, commit, ref }: Place) {
  const directory = repository.gitDirectory
  const sha = await git(directory, ['rev-parse', `${commit}:${path}`])
  const kind = await git(directory, ['cat-file', '-t', sha])
  const size = kind === 'blob' ? Number(await git(directory, ['cat-file', '-s', sha])) : 0
  const url = `${apiUrlOf(world, repository)}/contents/${path}?ref=${ref}`
  const gitUrl = `${apiUrlOf(world, repository)}/git/${kind === 'blob' ? 'blobs' : 'trees'}/${sha}`
  const html = `${htmlUrlOf(world, repository)}/blob/${ref}/${path}`
  return {
    type: kind === 'blob' ? 'file' : 'dir',
    name: path.split('/').at(-1) ?? '',
    path,
    sha,
    size,
    url,
    html_url: html,
    git_url: gitUrl,
    download_url: kind === 'blob' ? `${htmlUrlOf(world, repository)}/raw/${ref}/${path}` : null,
    _links: { self: url, git: gitUrl, html },
  }
}

function addWebhook({ world, repository, body }: RepositoryRequest) {
  const config = configOf(body.config)
  const url = textOf(config, 'url')
  if (url === undefined) throw validationFailed({ resource: 'Hook', code: 'missing_field', field: 'url' })
  if (repository.webhooks.some((hook) => hook.url === url)) {
    throw validationFailed({ resource: 'Hook', code: 'custom', message: 'Hook already exists on this repository' })
  }
  const events = textsOf(body, 'events')
  const webhook = createWebhook(world, repository, {
    url,
    secret: textOf(config, 'secret') ?? null,
    events: events.length === 0 ? ['push'] : events,
    active: body.active !== false,
    contentType: textOf(config, 'content_type') === 'json' ? 'json' : 'form',
  })
  return created(describeWebhook(world, repository, webhook))
}

function changeWebhook(request: RepositoryRequest) {
  const { world, repository, body } = request
  const webhook = findWebhook(request)
  const config = configOf(body.config)
  if (typeof body.active === 'boolean') webhook.active = body.active
  if (Array.isArray(body.events)) webhook.events = textsOf(body, 'events')
  webhook.url = textOf(config, 'url') ?? webhook.url
  webhook.secret = textOf(config, 'secret') ?? webhook.secret
  return ok(describeWebhook(world, repository, webhook))
}

function findWebhook({ repository, params }: RepositoryRequest): Webhook {
  const id = numberOf(params, 'hook_id')
  const webhook = repository.webhooks.find((candidate) => candidate.id === id)
  if (webhook === undefined) throw notFound()
  return webhook
}

function configOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
