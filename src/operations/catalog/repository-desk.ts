/** Repositories on this machine that may be worked in. `server/repositories` is the implementation. */

export type SetUpStep = {
  readonly kind: 'install' | 'script'
  readonly command: string
  readonly ok: boolean
  /** The end of its output, without terminal escapes. */
  readonly tail: string
  /** The virtual environment that it made, if any. */
  readonly venv: string | null
}

export type RepositoryDesk = {
  /** The checkout that a path or a clone address means; clones when it is not here yet. Throws `path_refused`, `url_refused`. */
  resolve(where: string): Promise<string>
  /** A directory below an allowed root, whether it is a checkout or not. Throws `path_refused`. */
  confine(path: string): Promise<string>
  /** Throws `url_refused`, `path_refused`, `repository_exists`, `git_unreachable`, `git_refused`, `git_failed`. */
  clone(request: {
    readonly url: string
    readonly directory: string | null
    readonly branch: string | null
  }): Promise<{ readonly path: string; readonly url: string; readonly branch: string | null }>
  /** Installs dependencies by lockfile; the repository's own scripts only when asked for. */
  setUp(request: { readonly path: string; readonly runScripts: boolean }): Promise<readonly SetUpStep[]>
}
