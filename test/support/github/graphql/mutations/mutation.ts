/** How mutations are written: the checked input in, the payload out; the caller's id comes back by itself. */
import type { Context } from '../context.ts'

export type Input = { readonly clientMutationId?: string | null }

// Written as a method, so that a mutation may name the input that the schema has checked already.
export type Mutation = {
  method(input: Input, context: Context): object | Promise<object>
}['method']

export type Mutations = Readonly<Record<string, Mutation>>

/** `MERGE` is what the API takes when nothing is said. */
export function methodOf(method: string | null | undefined): 'merge' | 'squash' | 'rebase' {
  if (method === 'SQUASH') return 'squash'
  return method === 'REBASE' ? 'rebase' : 'merge'
}
