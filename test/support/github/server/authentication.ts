/** Who sends a request: a token in one of the usual headers, or the JWT of an app. */
import { createVerify } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { App, Viewer, World } from '../model.ts'
import { findViewer } from '../service/access.ts'

export type Identity =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'viewer'; readonly viewer: Viewer }
  | { readonly kind: 'app'; readonly app: App }
  /** Credentials were sent and are not good: 401 "Bad credentials". */
  | { readonly kind: 'refused' }

export function identify(world: World, headers: IncomingHttpHeaders): Identity {
  const [scheme = '', value = ''] = (headers.authorization ?? '').split(' ')
  if (scheme === '') return { kind: 'nobody' }
  if (scheme.toLowerCase() === 'basic') return fromBasic(world, value)
  if (value.split('.').length === 3) {
    const app = verifyAppJwt(world, value)
    return app === null ? { kind: 'refused' } : { kind: 'app', app }
  }
  return fromToken(world, value)
}

/** The token may be the password, or the user name beside an empty or an `x-oauth-basic` password. */
function fromBasic(world: World, value: string): Identity {
  const text = Buffer.from(value, 'base64').toString('utf8')
  const user = text.slice(0, text.indexOf(':'))
  const password = text.slice(text.indexOf(':') + 1)
  const identity = fromToken(world, password)
  return identity.kind === 'viewer' ? identity : fromToken(world, user)
}

function fromToken(world: World, value: string): Identity {
  const viewer = findViewer(world, value)
  return viewer === null ? { kind: 'refused' } : { kind: 'viewer', viewer }
}

/** RS256, signed with the app's key, not expired, and good for ten minutes at most. */
function verifyAppJwt(world: World, jwt: string): App | null {
  const [header = '', payload = '', signature = ''] = jwt.split('.')
  const claims = parseJson(payload)
  const app = world.state.apps.get(Number(claims.iss))
  if (app === undefined || app.publicKey === null) return null
  const now = world.now().getTime() / 1000
  const { iat, exp } = claims
  if (typeof exp !== 'number' || typeof iat !== 'number') return null
  if (exp <= now || exp - iat > 660 || iat > now + 60) return null
  const verify = createVerify('RSA-SHA256').update(`${header}.${payload}`)
  return verify.verify(app.publicKey, signature, 'base64url') ? app : null
}

function parseJson(part: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    return {}
  }
}
