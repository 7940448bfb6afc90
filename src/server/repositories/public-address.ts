/** Whether the name of a host leads out of this machine and its networks: asked before git goes there. */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { Failure } from '../../domain/failure.ts'

/** The addresses of a host, every one of them public. Throws `url_refused`, `git_unreachable`. */
export async function requirePublic(host: string): Promise<readonly string[]> {
  const addresses = isIP(host) === 0 ? await resolve(host) : [host]
  const bad = addresses.find((address) => !isPublic(address))
  if (bad === undefined) return addresses
  throw new Failure('url_refused', `${host} is on this machine or in a private network`, {
    facts: { address: host, field: 'url' },
  })
}

async function resolve(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address)
  } catch (cause) {
    throw new Failure('git_unreachable', `the name ${host} leads nowhere`, { facts: { host }, cause })
  }
}

/** Addresses of IPv4 inside of IPv6 are judged as what they are. */
export function isPublic(address: string): boolean {
  if (isIP(address) === 0) return false // the library reads short forms such as 127.1, too
  return ipaddr.process(address).range() === 'unicast'
}
