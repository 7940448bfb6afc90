/** What a request has to look like to ask for an operation, and how the answer differs from the usual. */
import type { FailureKind } from '../../domain/failure.ts'
import type { Operation, StreamOperation } from '../../operations/catalog/operation.ts'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

export type Route = {
  readonly method: Method
  /** With `{id}` for what the path holds. */
  readonly path: string
  readonly operation: Operation | StreamOperation
  /** Of a good answer; default 200. */
  readonly status?: number
  /** An answer with the body of a good one that tells of a bad end. */
  readonly badEnd?: { readonly status: number; readonly isIt: (output: unknown) => boolean }
  /** In the OpenAPI document, where the name of the operation is taken. */
  readonly operationId?: string
  /** Where a failure is answered differently from everywhere else. */
  readonly failures?: FailureAnswers
  /** Answered without the password. */
  readonly isPublic?: true
  /** Only where a password is configured, as in the original: it brings foreign code onto the machine, or sends from it. */
  readonly needsPassword?: true
}

export type FailureAnswers = Readonly<Partial<Record<FailureKind, { readonly status: number; readonly code: string }>>>
