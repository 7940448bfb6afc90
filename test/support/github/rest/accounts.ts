/** REST: who is asking, GitHub Apps and their installations, and facts about the server. */
import { GithubError, notFound } from '../errors.ts'
import type { App, Installation, Permissions, World } from '../model.ts'
import { describeInstallation } from '../render/hooks.ts'
import { describeRepository } from '../render/repositories.ts'
import { describeApp, describeFullUser } from '../render/users.ts'
import { canSee, notAccessible } from '../service/access.ts'
import { createInstallationToken } from '../service/credentials.ts'
import { fullNameOf } from '../service/repositories.ts'
import { findUser, isSameLogin } from '../service/users.ts'
import { countedAnswer, listAnswer } from './paging.ts'
import {
  created,
  numberOf,
  ok,
  type Params,
  type RestRequest,
  type Route,
  requireViewer,
  route,
  textsOf,
} from './route.ts'

export const accountRoutes: readonly Route[] = [
  route('GET /user', (request) => {
    const viewer = requireViewer(request)
    if (viewer.token.kind === 'installation') throw notAccessible(viewer.token)
    return ok(describeFullUser(request.world, viewer.user))
  }),
  route('GET /users/{username}', ({ world }, params) => {
    const user = findUser(world, params.username ?? '')
    if (user === null) throw notFound()
    return ok(describeFullUser(world, user))
  }),
  route('GET /meta', () => ok({ verifiable_password_authentication: true, installed_version: '3.17.0' })),
  route('GET /app', (request) => ok(describeApp(request.world, requireApp(request)))),
  route('GET /app/installations', (request) => {
    const app = requireApp(request)
    const mine = [...request.world.state.installations.values()].filter(({ appId }) => appId === app.id)
    return listAnswer(request, mine, (installation) => describeInstallation(request.world, app, installation))
  }),
  route('GET /repos/{owner}/{repo}/installation', (request, params) => {
    const app = requireApp(request)
    return ok(describeInstallation(request.world, app, installationFor(request.world, app, params)))
  }),
  route('POST /app/installations/{installation_id}/access_tokens', makeToken),
  route('GET /installation/repositories', (request) => {
    const viewer = requireViewer(request)
    const seen = [...request.world.state.repositories.values()].filter(
      (repository) =>
        canSee(request.world, viewer, repository) &&
        (viewer.token.repositories === null ||
          viewer.token.repositories.includes(fullNameOf(repository).toLowerCase())),
    )
    return countedAnswer(request, 'repositories', seen, (repository) => describeRepository(request.world, repository))
  }),
]

function makeToken(request: RestRequest, params: Params) {
  const { world, body } = request
  const app = requireApp(request)
  const installation = world.state.installations.get(numberOf(params, 'installation_id'))
  if (installation === undefined || installation.appId !== app.id) throw notFound()
  if (installation.suspended) throw new GithubError(403, 'This installation has been suspended')
  const repositories = textsOf(body, 'repositories')
  const token = createInstallationToken(world, installation, {
    ...(repositories.length === 0 ? {} : { repositories }),
    ...(body.permissions === undefined ? {} : { permissions: body.permissions as Permissions }),
  })
  return created({
    token: token.value,
    expires_at: new Date(token.expiresAt ?? 0).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    permissions: token.permissions,
    repository_selection: token.repositories === null ? 'all' : 'selected',
  })
}

function installationFor(world: World, app: App, params: Params): Installation {
  const name = `${params.owner}/${params.repo}`.toLowerCase()
  for (const installation of world.state.installations.values()) {
    if (installation.appId !== app.id || !isSameLogin(installation.account, params.owner ?? '')) continue
    if (installation.repositories === null || installation.repositories.includes(name)) return installation
  }
  throw notFound()
}

function requireApp(request: RestRequest): App {
  if (request.app === null) throw new GithubError(401, 'A JSON web token could not be decoded')
  return request.app
}
