/** Nobody gets past without the password: as a Bearer token like the original's, or as the password of Basic. */
import type { MiddlewareHandler } from 'hono'
import type { Variables } from '../rest/app.ts'
import { Refusal } from '../rest/problem.ts'
import type { Password } from './password.ts'
import type { Throttle } from './throttle.ts'

const CHALLENGE = { 'WWW-Authenticate': 'Bearer realm="claudetm", Basic realm="claudetm", charset="UTF-8"' }

export function requirePassword({
  password,
  throttle,
  isPublic,
}: {
  password: Password
  throttle: Throttle
  isPublic: (method: string, path: string) => boolean
}): MiddlewareHandler<{ Variables: Variables }> {
  return async function authentication(c, next) {
    if (isPublic(c.req.method, c.req.path)) return next()
    const candidate = parseAuthorization(c.req.header('authorization'))
    if (candidate === null) throw new Refusal(MISSING)
    if (!password.isKnown(candidate)) await verify(candidate, c.get('address'))
    return next()
  }

  async function verify(candidate: string, address: string): Promise<void> {
    const waitMs = throttle.waitMs(address)
    if (waitMs > 0) throw new Refusal(throttled(waitMs))
    // Counted before it is known: many tries at once are many tries.
    throttle.failed(address)
    if (await password.verify(candidate)) return throttle.forgive(address)
    throw new Refusal(WRONG)
  }
}

const MISSING = {
  status: 401,
  code: 'missing_authorization',
  message: 'this server wants its password: Authorization: Bearer <password>',
  headers: CHALLENGE,
}

const WRONG = { status: 403, code: 'invalid_password', message: 'the password is wrong' }

function throttled(waitMs: number) {
  const seconds = Math.ceil(waitMs / 1_000)
  return {
    status: 429,
    code: 'too_many_attempts',
    message: `too many wrong passwords; try again in ${seconds} s`,
    headers: { 'Retry-After': String(seconds) },
  }
}

/** null = no password in it. */
export function parseAuthorization(header: string | undefined): string | null {
  const [, scheme = '', value = ''] = /^(\S+) +(\S.*)$/.exec(header ?? '') ?? []
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return value
    case 'basic':
      return passwordOfBasic(value)
    default:
      return null
  }
}

function passwordOfBasic(value: string): string | null {
  const text = Buffer.from(value, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  const password = colon < 0 ? '' : text.slice(colon + 1)
  return password === '' ? null : password
}
