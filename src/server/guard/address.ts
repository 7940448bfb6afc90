/** Who is at the other end of the connection; what a header says about it is not believed. */
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'

export function addressOf(c: Context): string {
  return getConnInfo(c).remote.address ?? 'unknown'
}
