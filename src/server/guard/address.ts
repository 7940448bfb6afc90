/**
 * Who is at the other end of the connection, for the throttle and the audit. What X-Forwarded-For says is believed of the
 * proxies that are configured and of nobody else: whoever reaches the port could write it.
 */
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'
import ipaddr from 'ipaddr.js'
import { Failure } from '../../domain/failure.ts'

export type AddressRange = readonly [address: ipaddr.IPv4 | ipaddr.IPv6, prefixBits: number]

/** An address, or a network as `10.0.0.0/8`. Throws `config_invalid`. */
export function parseAddressRange(text: string, variable: string): AddressRange {
  const [, name = '', given] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const address = toAddress(name)
  const most = address?.kind() === 'ipv4' ? 32 : 128
  const bits = Number(given ?? most)
  if (address !== null && bits <= most) return [address, bits]
  throw new Failure('config_invalid', `${variable}: ${text} is neither an address nor a network such as 10.0.0.0/8`, {
    facts: { variable },
  })
}

export function createAddressOf(trusted: readonly AddressRange[]): (c: Context) => string {
  return (c) => farEnd(getConnInfo(c).remote.address ?? 'unknown', c.req.header('x-forwarded-for'), trusted)
}

/**
 * Each proxy writes down at the end of the list who asked it; so from the right on, the first that is not a proxy of ours is
 * who is meant. What stands left of it was in the request already.
 */
export function farEnd(peer: string, forwardedFor: string | undefined, trusted: readonly AddressRange[]): string {
  const hops = (forwardedFor ?? '').split(',').map((hop) => toAddress(withoutPort(hop.trim())))
  let known = toAddress(peer)
  if (known === null) return peer
  while (isOneOf(known, trusted)) {
    const before = hops.pop() ?? null
    if (before === null) break // the list has ended, or holds something that is no address
    known = before
  }
  return known.toString()
}

/** IPv4 inside of IPv6 as what it is. */
function toAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  // The library reads short forms such as 127.1, too.
  const isSpelledOut = text.includes(':') ? ipaddr.IPv6.isValid(text) : ipaddr.IPv4.isValidFourPartDecimal(text)
  return isSpelledOut ? ipaddr.process(text) : null
}

function withoutPort(hop: string): string {
  const [, bracketed, plain] = /^\[([^\]]+)\](?::\d+)?$|^([^:]+):\d+$/.exec(hop) ?? []
  return bracketed ?? plain ?? hop
}

function isOneOf(address: ipaddr.IPv4 | ipaddr.IPv6, ranges: readonly AddressRange[]): boolean {
  return ranges.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))
}
