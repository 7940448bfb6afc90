/**
 * What may be cloned from: https and ssh, spelled plainly. Everything else that git understands (helpers such as `ext::`,
 * options that begin with a dash, passwords in the address, plain http) is refused before git sees it. Pure.
 */
import { Failure } from '../../domain/failure.ts'

export type CloneAddress = {
  readonly url: string
  readonly scheme: 'https' | 'ssh'
  readonly host: string
  readonly port: number
  /** For a directory of its own: `owner/name`. */
  readonly owner: string
  readonly name: string
}

const HOST = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i
const USER = /^[a-z0-9_][a-z0-9._-]{0,63}$/i
const PATH = /^[A-Za-z0-9._~+@-][A-Za-z0-9._~+@/-]{0,1000}$/
const SCP = /^(?:([^@:/\s]+)@)([^@:/\s]+):([^\s]+)$/

/** Looks like an address, not like a path. */
export function isAddress(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(text) || SCP.test(text)
}

/** Throws `url_refused`. */
export function parseCloneAddress(text: string): CloneAddress {
  if (!/^[\x21-\x7e]{1,2048}$/.test(text)) throw refused('it holds characters that do not belong into an address')
  const scp = SCP.exec(text)
  if (scp !== null && !text.includes('://')) {
    const [, user = '', host = '', path = ''] = scp
    return parts(text, { scheme: 'ssh', user, host, port: 22, path })
  }
  const url = URL.parse(text)
  if (url === null) throw refused('it is not an address')
  const scheme = SCHEMES[url.protocol]
  if (scheme === undefined) throw refused(`only https:// and ssh are cloned from, not ${url.protocol}`)
  if (url.password !== '') throw refused('it holds a password; give the server a credential instead')
  if (scheme === 'https' && url.username !== '')
    throw refused('it holds a user name; give the server a credential instead')
  if (url.search !== '' || url.hash !== '') throw refused('it holds a query')
  const port = url.port === '' ? DEFAULT_PORTS[scheme] : Number(url.port)
  return parts(text, { scheme, user: url.username, host: url.hostname, port, path: url.pathname.slice(1) })
}

const SCHEMES: Readonly<Record<string, CloneAddress['scheme']>> = { 'https:': 'https', 'ssh:': 'ssh' }
const DEFAULT_PORTS = { https: 443, ssh: 22 } as const

type Parts = { scheme: CloneAddress['scheme']; user: string; host: string; port: number; path: string }

function parts(url: string, { scheme, user, host, port, path }: Parts): CloneAddress {
  if (user !== '' && !USER.test(user)) throw refused('its user name is not one')
  const bare = host.replace(/^\[|\]$/g, '')
  if (!HOST.test(bare) && !/^[0-9a-f:.]+$/i.test(bare)) throw refused('its host is not one')
  const names = path.replace(/\/+$/, '').split('/')
  if (!PATH.test(path) || names.some((name) => name === '' || name === '.' || name === '..' || name.startsWith('-'))) {
    throw refused('its path is not that of a repository')
  }
  const name = toDirectoryName(names.at(-1) ?? '')
  const owner = toDirectoryName(names.slice(0, -1).join('-') || bare)
  return { url, scheme, host: bare, port, owner, name }
}

/** With or without `.git` and a slash at the end it is the same repository. `text`: what a checkout says of its origin. */
export function isSameRepository(text: string, { url }: Pick<CloneAddress, 'url'>): boolean {
  return withoutEnding(text) === withoutEnding(url)
}

function withoutEnding(url: string): string {
  return url.replace(/\/+$/, '').replace(/\.git$/, '')
}

function toDirectoryName(text: string): string {
  const name = text
    .replace(/\.git$/i, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 100)
  if (name === '') throw refused('its path does not name a repository')
  return name
}

function refused(why: string): Failure {
  return new Failure('url_refused', `this address is not cloned from: ${why}`, { facts: { field: 'url' } })
}
