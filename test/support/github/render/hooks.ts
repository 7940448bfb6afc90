/** Webhooks and installations as REST writes them; secrets never. */
import type { App, Installation, Repository, Webhook, World } from '../model.ts'
import { apiUrlOf } from './repositories.ts'
import { type Json, toUserJson } from './users.ts'

export function describeWebhook(world: World, repository: Repository, webhook: Webhook): Json {
  const url = `${apiUrlOf(world, repository)}/hooks/${webhook.id}`
  const secret = webhook.secret === null ? {} : { secret: '********' }
  return {
    type: 'Repository',
    id: webhook.id,
    name: 'web',
    active: webhook.active,
    events: webhook.events,
    config: { content_type: webhook.contentType, insecure_ssl: '0', url: webhook.url, ...secret },
    updated_at: webhook.createdAt,
    created_at: webhook.createdAt,
    url,
    test_url: `${url}/test`,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    last_response: { code: null, status: 'unused', message: null },
  }
}

export function describeInstallation(world: World, app: App, installation: Installation): Json {
  const account = toUserJson(world, installation.account)
  return {
    id: installation.id,
    account,
    repository_selection: installation.repositories === null ? 'all' : 'selected',
    access_tokens_url: `${world.urls.api}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${world.urls.api}/installation/repositories`,
    html_url: `${world.urls.html}/settings/installations/${installation.id}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: account?.id ?? 0,
    target_type: account?.type ?? 'User',
    permissions: installation.permissions,
    events: app.events,
    created_at: installation.createdAt,
    updated_at: installation.createdAt,
    single_file_name: null,
    suspended_by: null,
    suspended_at: installation.suspended ? installation.createdAt : null,
  }
}
