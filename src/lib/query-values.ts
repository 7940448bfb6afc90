/** Numbers and flags that come as text in the query of a request, and as themselves in JSON. Spelled plainly or refused. */
import { z } from 'zod'

const DIGITS = /^\d{1,16}$/

/** `''`, `' 1'`, `0x10` and `1e2` are numbers for JavaScript, but nobody means them. */
export function wholeNumber({ min, max }: { readonly min: number; readonly max: number }) {
  const number = z.int().min(min).max(max)
  return z.preprocess((given) => (typeof given === 'string' && DIGITS.test(given) ? Number(given) : given), number)
}

export const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])
