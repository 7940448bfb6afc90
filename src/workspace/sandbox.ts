/**
 * Our own sandbox: what the agent, the gate, CI and dependency installation run in. It also keeps account of the
 * processes that were started, so that none outlives its session or a killed orchestrator.
 */

export type Confinement = {
  /** Working directory; writable. */
  readonly cwd: string
  /** Further paths that may be written (created when missing is up to the caller). */
  readonly writable: readonly string[]
  /** Paths that must be readable although they lie below a hidden directory (home). */
  readonly readable: readonly string[]
  /**
   * Directories that take new entries, which end with the command and are never seen outside; what is there already
   * stays read-only.
   */
  readonly overlaid?: readonly string[]
}

export type WrappedCommand = { readonly file: string; readonly args: readonly string[] }

export type Sandbox = {
  /** `bubblewrap`: read-only root, hidden home, private temp, own process namespace. `none`: the command as it is. */
  readonly kind: 'bubblewrap' | 'none'
  /** One sentence for people: which protection is in force, or why none. */
  readonly description: string
  wrap(file: string, args: readonly string[], confinement: Confinement): WrappedCommand
}
