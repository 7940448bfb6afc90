/** Refusals in GitHub's words. REST answers `status` and `message`; GraphQL answers `type` and the same message. */
export type ErrorType = 'NOT_FOUND' | 'FORBIDDEN' | 'UNPROCESSABLE' | 'INSUFFICIENT_SCOPES'

export type ErrorDetail = {
  readonly resource: string
  readonly code: 'custom' | 'missing' | 'missing_field' | 'invalid' | 'already_exists'
  readonly field?: string
  readonly message?: string
}

export class GithubError extends Error {
  readonly status: number
  readonly type: ErrorType
  readonly errors: readonly ErrorDetail[]

  constructor(status: number, message: string, errors: readonly ErrorDetail[] = []) {
    super(message)
    this.name = 'GithubError'
    this.status = status
    this.type = status === 404 ? 'NOT_FOUND' : status === 401 || status === 403 ? 'FORBIDDEN' : 'UNPROCESSABLE'
    this.errors = errors
  }
}

export function notFound(): GithubError {
  return new GithubError(404, 'Not Found')
}

export function validationFailed(...errors: ErrorDetail[]): GithubError {
  return new GithubError(422, 'Validation Failed', errors)
}
