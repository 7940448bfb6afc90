/** Tokens, GitHub Apps and their installations. */
import { createHash, randomUUID } from 'node:crypto'
import type { App, Installation, Login, Permissions, Token, World } from '../model.ts'
import { identity, nextId, timestamp } from '../world.ts'
import { ensureUser } from './users.ts'

export type TokenRequest = {
  readonly login: Login
  /** Default `classic` with the scopes `repo` and `workflow`; with `permissions` it is fine-grained. */
  readonly scopes?: readonly string[]
  readonly permissions?: Permissions
  /** Fine-grained only: `owner/name`; default all. */
  readonly repositories?: readonly string[]
  readonly expiresAt?: number
  /** Default a new one that looks like GitHub's. */
  readonly value?: string
}

export function createToken(world: World, request: TokenRequest): Token {
  ensureUser(world, { login: request.login })
  const kind = request.permissions === undefined ? 'classic' : 'fine-grained'
  return addToken(world, {
    value: request.value ?? (kind === 'classic' ? `ghp_${secret()}` : `github_pat_${secret()}`),
    login: request.login,
    kind,
    scopes: kind === 'classic' ? (request.scopes ?? ['repo', 'workflow']) : [],
    permissions: request.permissions ?? {},
    repositories: request.repositories?.map((name) => name.toLowerCase()) ?? null,
    installationId: null,
    expiresAt: request.expiresAt ?? null,
  })
}

export type AppRequest = {
  readonly slug: string
  readonly owner?: Login
  /** PEM. Without it the app only signs checks. */
  readonly publicKey?: string
  readonly permissions?: Permissions
  readonly id?: number
}

/** Finds the app or creates it, with its bot account. */
export function ensureApp(world: World, request: AppRequest): App {
  const known = findApp(world, request.slug)
  if (known !== null) return known
  const made = identity(world, 'A')
  const app: App = {
    ...made,
    id: request.id ?? made.id,
    slug: request.slug,
    name: request.slug === 'github-actions' ? 'GitHub Actions' : request.slug,
    owner: request.owner ?? 'github',
    publicKey: request.publicKey ?? null,
    permissions: request.permissions ?? {},
    events: [],
    createdAt: timestamp(world),
  }
  ensureUser(world, { login: app.owner, type: app.owner === 'github' ? 'Organization' : 'User' })
  ensureUser(world, { login: `${app.slug}[bot]`, type: 'Bot' })
  world.state.apps.set(app.id, app)
  return app
}

export function findApp(world: World, slug: string): App | null {
  for (const app of world.state.apps.values()) if (app.slug === slug) return app
  return null
}

export function installApp(
  world: World,
  request: {
    readonly app: App
    readonly account: Login
    /** `owner/name`; default all of the account. */
    readonly repositories?: readonly string[]
    /** Default what the app asks for. */
    readonly permissions?: Permissions
  },
): Installation {
  const installation: Installation = {
    id: nextId(world),
    appId: request.app.id,
    account: request.account,
    repositories: request.repositories?.map((name) => name.toLowerCase()) ?? null,
    permissions: request.permissions ?? request.app.permissions,
    suspended: false,
    createdAt: timestamp(world),
  }
  world.state.installations.set(installation.id, installation)
  return installation
}

/** Good for an hour. `narrowed`: fewer repositories or permissions than the installation has. */
export function createInstallationToken(
  world: World,
  installation: Installation,
  narrowed: { readonly repositories?: readonly string[]; readonly permissions?: Permissions } = {},
): Token {
  const app = world.state.apps.get(installation.appId)
  return addToken(world, {
    value: `ghs_${secret()}`,
    login: `${app?.slug ?? 'unknown'}[bot]`,
    kind: 'installation',
    scopes: [],
    permissions: { metadata: 'read', ...(narrowed.permissions ?? installation.permissions) },
    repositories:
      narrowed.repositories?.map((name) => `${installation.account}/${name}`.toLowerCase()) ??
      installation.repositories,
    installationId: installation.id,
    expiresAt: world.now().getTime() + 3_600_000,
  })
}

function addToken(world: World, facts: Omit<Token, 'revoked'>): Token {
  const token: Token = { ...facts, revoked: false }
  world.state.tokens.set(token.value, token)
  return token
}

function secret(): string {
  return createHash('sha256').update(randomUUID()).digest('hex').slice(0, 36)
}
