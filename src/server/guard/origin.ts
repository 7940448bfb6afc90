/**
 * A web page that somebody looks at must not speak to this server: neither under a name of its own that suddenly means
 * our address (DNS rebinding, seen by the Host header), nor across origins (seen by the Origin header).
 */
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import type { MiddlewareHandler } from 'hono'
import { Refusal } from '../rest/problem.ts'

export function checkOrigin({
  allowedHosts,
  allowedOrigins,
  isExempt,
}: {
  allowedHosts: readonly string[]
  allowedOrigins: readonly string[]
  /** Proved in another way. */
  isExempt: (path: string) => boolean
}): MiddlewareHandler {
  const hosts = new Set(['localhost', hostname(), ...allowedHosts].map((name) => name.toLowerCase()))
  const origins = new Set(allowedOrigins.map((origin) => origin.toLowerCase()))

  return async function origin(c, next) {
    if (isExempt(c.req.path)) return next()
    const host = c.req.header('host') ?? ''
    if (!isOurs(host)) throw new Refusal(wrongHost(host))
    const from = c.req.header('origin')
    if (from !== undefined && !isSameOrigin(from, host) && !origins.has(from.toLowerCase()))
      throw new Refusal(WRONG_ORIGIN)
    return next()
  }

  /** An address cannot be rebound; a name can. */
  function isOurs(host: string): boolean {
    const name = nameOf(host)
    return name !== null && (isIP(name) !== 0 || hosts.has(name))
  }
}

function nameOf(host: string): string | null {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(host) ?? []
  return (bracketed ?? plain)?.toLowerCase().replace(/\.$/, '') ?? null
}

/** Whether a proxy in front speaks TLS is not ours to know. */
function isSameOrigin(origin: string, host: string): boolean {
  return /^https?:\/\//i.test(origin) && origin.replace(/^https?:\/\//i, '').toLowerCase() === host.toLowerCase()
}

function wrongHost(host: string) {
  return {
    status: 421,
    code: 'host_not_allowed',
    message: `this server does not answer to the name ${JSON.stringify(host.slice(0, 100))}`,
    suggestion: 'Name it in CLAUDETM_ALLOWED_HOSTS',
  }
}

const WRONG_ORIGIN = {
  status: 403,
  code: 'origin_not_allowed',
  message: 'pages of other origins may not speak to this server',
  suggestion: 'Name the origin in CLAUDETM_CORS_ORIGINS',
}
