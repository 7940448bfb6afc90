/** Who guesses passwords is slowed down: few tries at once, then one now and then; by address, and all together. */
import ipaddr from 'ipaddr.js'

export type Throttle = {
  /** Milliseconds until this address may try again; 0 = now. */
  waitMs(address: string): number
  /** A try that is not known to be right. */
  failed(address: string): void
  /** The last one was right after all. */
  forgive(address: string): void
}

/** Tries in a row that cost nothing. */
const FREE_TRIES = 5
/** A try comes back after this long. */
const REFILL_MS = 10_000
/** Of all addresses together. */
const FREE_TRIES_OF_ALL = 50
const REFILL_OF_ALL_MS = 1_000
const REMEMBERED_ADDRESSES = 10_000

type Bucket = { used: number; at: number }

export function createThrottle(now: () => number): Throttle {
  const buckets = new Map<string, Bucket>()
  const all: Bucket = { used: 0, at: now() }

  function waitOf(bucket: Bucket, tries: number, refillMs: number): number {
    const used = usedNow(bucket, now(), refillMs)
    return used <= tries - 1 ? 0 : Math.ceil((used - tries + 1) * refillMs)
  }

  return {
    waitMs(address) {
      const own = buckets.get(homeOf(address))
      const ownWait = own === undefined ? 0 : waitOf(own, FREE_TRIES, REFILL_MS)
      return Math.max(ownWait, waitOf(all, FREE_TRIES_OF_ALL, REFILL_OF_ALL_MS))
    },
    failed(address) {
      const home = homeOf(address)
      const own = buckets.get(home) ?? { used: 0, at: now() }
      buckets.delete(home)
      buckets.set(home, spend(own, now(), REFILL_MS))
      Object.assign(all, spend(all, now(), REFILL_OF_ALL_MS))
      const [oldest] = buckets.keys()
      if (buckets.size > REMEMBERED_ADDRESSES && oldest !== undefined) buckets.delete(oldest)
    },
    forgive(address) {
      buckets.delete(homeOf(address))
      all.used = Math.max(0, all.used - 1)
    },
  }
}

/** Whoever has one address of IPv6 has all of its network: 2^64 of them are one guesser. */
function homeOf(address: string): string {
  if (!address.includes(':') || !ipaddr.IPv6.isValid(address)) return address
  return ipaddr.IPv6.networkAddressFromCIDR(`${ipaddr.IPv6.parse(address).toNormalizedString()}/64`).toString()
}

function usedNow({ used, at }: Bucket, now: number, refillMs: number): number {
  return Math.max(0, used - (now - at) / refillMs)
}

function spend(bucket: Bucket, now: number, refillMs: number): Bucket {
  return { used: usedNow(bucket, now, refillMs) + 1, at: now }
}
