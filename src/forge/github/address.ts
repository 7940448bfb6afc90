/**
 * Where a repository lives, told from its remote's url: host, names and the addresses of the APIs. Pure but for one look
 * into the file in which `gh` keeps its hosts.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../../lib/environment.ts'

export type GithubAddress = {
  /** With the port, when the web address has one. */
  readonly host: string
  readonly owner: string
  readonly name: string
  readonly apiUrl: string
  readonly graphqlUrl: string
  readonly webUrl: string
}

type Remote = { readonly scheme: string; readonly host: string; readonly owner: string; readonly name: string }

/**
 * null = not the url of a repository on a host of that form; whether the host is GitHub is `isGithubHost`'s question.
 * GITHUB_SERVER_URL, GITHUB_API_URL and GITHUB_GRAPHQL_URL count when the server's host is the remote's.
 */
export function parseGithubRemote(url: string, environment: Environment): GithubAddress | null {
  const remote = parseRemote(url)
  if (remote === null) return null
  const { owner, name } = remote
  const server = toServer(remote, environment)
  const declared = server.isDeclared ? environment : {}
  const { apiUrl, graphqlUrl } = apisOf(server.url)
  return {
    host: server.url.host,
    owner,
    name,
    apiUrl: withoutSlash(declared.GITHUB_API_URL) ?? apiUrl,
    graphqlUrl: withoutSlash(declared.GITHUB_GRAPHQL_URL) ?? graphqlUrl,
    webUrl: `${server.url.origin}/${owner}/${name}`,
  }
}

/** github.com, GitHub's own data-residency hosts, and what the environment or `gh` calls GitHub. */
export function isGithubHost(host: string, environment: Environment): boolean {
  const wanted = host.toLowerCase()
  if (isPublicHost(wanted) || isResidencyHost(wanted)) return true
  const server = parseUrl(environment.GITHUB_SERVER_URL)
  const declared = [server?.host, server?.hostname, environment.GH_HOST?.toLowerCase()]
  return declared.includes(wanted) || hostsOfGh(environment).includes(wanted)
}

/** `https://host:port/owner/name.git`, `ssh://git@host:22/owner/name`, `git@host:owner/name.git`. */
function parseRemote(url: string): Remote | null {
  const text = url.trim()
  const parsed = /^[a-z][a-z+]*:\/\//i.test(text) ? parseUrl(text) : null
  if (parsed === null && text.includes('://')) return null
  const scp = parsed === null ? /^(?:[^@/\s]+@)?([^:/\s]{2,}):(?!\/\/)(.+)$/.exec(text) : null
  const host = parsed?.host ?? scp?.[1]?.toLowerCase()
  const path = parsed?.pathname ?? scp?.[2]
  if (!host || path === undefined || !URL.canParse(`https://${host}`)) return null
  const [owner, name, ...rest] = path
    .replace(/^\/+|\/+$/g, '')
    .split('/')
    .map(decode)
  const bare = name?.replace(/\.git$/i, '')
  if (!owner || !bare || rest.length > 0 || owner.includes('/') || bare.includes('/')) return null
  return { scheme: parsed?.protocol ?? 'ssh:', host, owner, name: bare }
}

/** A port of ssh says nothing about the port of the web; `ssh.github.com` is github.com's ssh behind port 443. */
function toServer(remote: Remote, environment: Environment): { url: URL; isDeclared: boolean } {
  const isWeb = remote.scheme === 'https:' || remote.scheme === 'http:'
  const name = remote.host.replace(/:\d+$/, '')
  const host = isWeb ? remote.host : name === 'ssh.github.com' ? 'github.com' : name
  const declared = parseUrl(environment.GITHUB_SERVER_URL)
  if (declared !== null && (isWeb ? declared.host : declared.hostname) === host) {
    return { url: declared, isDeclared: true }
  }
  const plain = host === 'www.github.com' ? 'github.com' : host
  const scheme = remote.scheme === 'http:' && !isPublicHost(plain) ? 'http:' : 'https:'
  return { url: new URL(`${scheme}//${plain}`), isDeclared: false }
}

function apisOf({ protocol, host, origin }: URL): { apiUrl: string; graphqlUrl: string } {
  if (isPublicHost(host) || isResidencyHost(host)) {
    const apiUrl = `${protocol}//api.${host}`
    return { apiUrl, graphqlUrl: `${apiUrl}/graphql` }
  }
  return { apiUrl: `${origin}/api/v3`, graphqlUrl: `${origin}/api/graphql` }
}

function isPublicHost(host: string): boolean {
  return ['github.com', 'www.github.com', 'ssh.github.com'].includes(host)
}

function isResidencyHost(host: string): boolean {
  return host.endsWith('.ghe.com')
}

/** The top-level keys of hosts.yml; a file that is not there knows no hosts. */
function hostsOfGh(environment: Environment): readonly string[] {
  const { GH_CONFIG_DIR, XDG_CONFIG_HOME, HOME } = environment
  const directory =
    GH_CONFIG_DIR || (XDG_CONFIG_HOME ? join(XDG_CONFIG_HOME, 'gh') : join(HOME ?? '/', '.config', 'gh'))
  try {
    const text = readFileSync(join(directory, 'hosts.yml'), 'utf8')
    return [...text.matchAll(/^["']?([^\s"'#:]+(?::\d+)?)["']?:\s*$/gm)].map(([, host]) => host?.toLowerCase() ?? '')
  } catch {
    return []
  }
}

function parseUrl(text: string | undefined): URL | null {
  return text ? URL.parse(text) : null
}

function withoutSlash(url: string | undefined): string | null {
  return url ? url.replace(/\/+$/, '') : null
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Hosts that GitHub runs itself; every other one is an Enterprise server. */
export function isPublicGithub({ host }: Pick<GithubAddress, 'host'>): boolean {
  return isPublicHost(host) || isResidencyHost(host)
}
