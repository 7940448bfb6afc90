/**
 * What a request is for. Directly the server looks like GitHub Enterprise (`/api/v3`, `/api/graphql`); to those who use
 * it as a proxy it is `github.localhost` and `api.github.localhost`, as github.com is.
 */
import type { IncomingMessage } from 'node:http'
import type { Urls } from '../model.ts'

export type Area = 'rest' | 'graphql' | 'git' | 'log' | 'other'

export type Address = {
  readonly area: Area
  /** REST: below the API's root. Else the whole path. */
  readonly path: string
  readonly query: URLSearchParams
  readonly urls: Urls
}

export const PROXY_URLS: Urls = {
  html: 'http://github.localhost',
  api: 'http://api.github.localhost',
  graphql: 'http://api.github.localhost/graphql',
}

export function enterpriseUrls(origin: string): Urls {
  return { html: origin, api: `${origin}/api/v3`, graphql: `${origin}/api/graphql` }
}

/** `own`: how the server calls itself when it is asked directly. */
export function parseAddress(message: IncomingMessage, own: Urls): Address {
  const url = new URL(message.url ?? '/', `http://${message.headers.host ?? 'localhost'}`)
  const about = { query: url.searchParams }
  if (url.hostname === 'api.github.localhost') {
    const area = url.pathname === '/graphql' ? 'graphql' : 'rest'
    return { ...about, area, path: url.pathname, urls: PROXY_URLS }
  }
  const urls = url.hostname === 'github.localhost' ? PROXY_URLS : own
  if (url.pathname.startsWith('/api/v3/')) return { ...about, area: 'rest', path: url.pathname.slice(7), urls }
  if (url.pathname === '/api/graphql') return { ...about, area: 'graphql', path: url.pathname, urls }
  if (url.pathname.startsWith('/_logs/')) return { ...about, area: 'log', path: url.pathname, urls }
  return { ...about, area: isGitPath(url.pathname) ? 'git' : 'other', path: url.pathname, urls }
}

function isGitPath(path: string): boolean {
  return /^\/[^/]+\/[^/]+\/(info\/refs|git-upload-pack|git-receive-pack|HEAD|objects\/.+)$/.test(path)
}
