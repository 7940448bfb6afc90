/** Whether a hook may point where it points, as far as that can be said without asking anybody. Pure. */
import { isIP } from 'node:net'
import { type AddressPolicy, isPrivateAddress, refuseAddress } from '../delivery/address-rules.ts'
import { bareHost } from './hook-url.ts'

/** What the policy says already now; names are judged by their addresses, at every delivery. null = nothing against it. */
export function policyProblem(text: string, policy: AddressPolicy): string | null {
  const { protocol, hostname } = new URL(text)
  const host = bareHost(hostname)
  const isLiteral = isIP(host) !== 0
  const refused = isLiteral
    ? refuseAddress(host, policy)
    : isLocalName(host)
      ? refuseAddress('127.0.0.1', policy)
      : null
  if (refused !== null) return `points to ${host}: ${refused}${policy.allowPrivate ? '' : ALLOW_PRIVATE}`
  if (protocol === 'https:' || policy.allowHttp) return null
  // Without an address nothing is known yet: with private addresses allowed, the delivery decides.
  if (policy.allowPrivate && (!isLiteral || isPrivateAddress(host))) return null
  return `is not encrypted${ALLOW_HTTP}`
}

export const ALLOW_PRIVATE = ' (CLAUDETM_WEBHOOKS_ALLOW_PRIVATE=true allows it)'
export const ALLOW_HTTP = ': use https:// (CLAUDETM_WEBHOOKS_ALLOW_HTTP=true allows http://)'

function isLocalName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost')
}
