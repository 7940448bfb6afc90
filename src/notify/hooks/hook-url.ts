/** Where a hook points, as text. Loads nothing: the command line asks here before anything else. */
export const MAX_URL_CHARS = 2_048

/** null = it is a web address that a webhook can be sent to. */
export function urlProblem(text: string): string | null {
  if (text.length > MAX_URL_CHARS) return `must not be longer than ${MAX_URL_CHARS} characters`
  if (!/^https?:\/\//i.test(text)) return 'must start with http:// or https://'
  const url = URL.parse(text)
  if (url === null || url.hostname === '' || /\s/.test(text)) return 'is not a valid web address'
  if (url.username !== '' || url.password !== '') {
    return 'must not contain a user name or password; use a header: Authorization'
  }
  return null
}

/** Of an address in a URL, without the brackets around IPv6. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}

/** The path of a webhook's address is often its password. */
export function shownUrl(text: string): string {
  const url = URL.parse(text)
  if (url === null) return 'an address that cannot be read'
  return url.pathname === '/' && url.search === '' ? url.origin : `${url.origin}/…`
}
