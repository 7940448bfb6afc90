/** Accounts and apps as REST writes them. */
import type { App, Login, User, World } from '../model.ts'
import { findApp } from '../service/credentials.ts'
import { findUser } from '../service/users.ts'

export type Json = Record<string, unknown>

/** Null for a deleted account ("ghost"), as GitHub does in reviews and comments. */
export function toUserJson(world: World, login: Login | null): Json | null {
  const user = findUser(world, login)
  return user === null ? null : describeUser(world, user)
}

export function describeUser(world: World, user: User): Json {
  const url = `${world.urls.api}/users/${encodeURIComponent(user.login)}`
  return {
    login: user.login,
    id: user.id,
    node_id: user.nodeId,
    avatar_url: `${world.urls.html}/avatars/u/${user.id}?v=4`,
    gravatar_id: '',
    url,
    html_url: `${world.urls.html}/${user.type === 'Bot' ? `apps/${user.login.replace('[bot]', '')}` : user.login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: user.type,
    user_view_type: 'public',
    site_admin: false,
  }
}

/** `GET /user` and `/users/{login}` say more. */
export function describeFullUser(world: World, user: User): Json {
  return {
    ...describeUser(world, user),
    name: user.name,
    company: null,
    blog: '',
    location: null,
    email: user.email,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: user.createdAt,
    updated_at: user.createdAt,
  }
}

export function toAppJson(world: World, slug: string): Json | null {
  const app = findApp(world, slug)
  return app === null ? null : describeApp(world, app)
}

export function describeApp(world: World, app: App): Json {
  return {
    id: app.id,
    client_id: `Iv1.${app.id}`,
    slug: app.slug,
    node_id: app.nodeId,
    owner: toUserJson(world, app.owner),
    name: app.name,
    description: '',
    external_url: world.urls.html,
    html_url: `${world.urls.html}/apps/${app.slug}`,
    created_at: app.createdAt,
    updated_at: app.createdAt,
    permissions: app.permissions,
    events: app.events,
    installations_count: [...world.state.installations.values()].filter(({ appId }) => appId === app.id).length,
  }
}
