/** Which addresses a delivery may go to. Judged on the address itself, after every name was resolved. Pure. */
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

export type AddressPolicy = {
  /** Addresses of this machine and of private networks too. */
  readonly allowPrivate: boolean
  /** Without TLS to public addresses too. */
  readonly allowHttp: boolean
}

/** null = allowed; else what it is, for people. */
export function refuseAddress(address: string, { allowPrivate }: Pick<AddressPolicy, 'allowPrivate'>): string | null {
  if (isIP(address) === 0) return 'not an address' // the library reads short forms such as 1.2.3, too
  const kind = kindOf(ipaddr.parse(address))
  if (kind === 'public') return null
  if (kind === 'never') return 'a reserved or link-local address, where no webhook may go'
  return allowPrivate ? null : 'an address of this machine or of a private network'
}

export function isPrivateAddress(address: string): boolean {
  return isIP(address) !== 0 && kindOf(ipaddr.parse(address)) === 'private'
}

type Kind = 'public' | 'private' | 'never'

/** What `allow_private` opens. Link-local is not among it: there live the metadata services of the clouds. */
const PRIVATE: ReadonlySet<string> = new Set(['private', 'loopback', 'uniqueLocal', 'carrierGradeNat'])

/** Services of clouds that hand out credentials or configuration, outside of link-local. */
const METADATA: ReadonlySet<string> = new Set(['fd00:ec2::254', '100.100.100.200', '168.63.129.16', '192.0.0.192'])

function kindOf(address: ipaddr.IPv4 | ipaddr.IPv6): Kind {
  if (METADATA.has(address.toString())) return 'never'
  const range: string = address.range()
  if (address.kind() === 'ipv6') {
    const embedded = embeddedAddress(address as ipaddr.IPv6, range)
    if (embedded !== null) return kindOf(embedded)
  }
  if (range === 'unicast') return 'public'
  return PRIVATE.has(range) ? 'private' : 'never'
}

/** IPv4 inside of IPv6: mapped, and as NAT64 hands it out (64:ff9b::/96). Other tunnels are never needed. */
function embeddedAddress(address: ipaddr.IPv6, range: string): ipaddr.IPv4 | null {
  const isNat64 = range === 'rfc6052' && address.match(ipaddr.IPv6.parse('64:ff9b::'), 96)
  if (range !== 'ipv4Mapped' && !isNat64) return null
  return new ipaddr.IPv4(address.toByteArray().slice(-4))
}
