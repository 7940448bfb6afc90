/** A git that stops answering at one call, as if the process had been killed there: nothing after it happens. */
import type { Git } from '../../src/workspace/git.ts'

export type FrozenGit = {
  readonly git: Git
  /** Resolves when the call is reached. */
  readonly reached: Promise<void>
  /** Name of the newest call, e.g. `push`. */
  command(): string
}

/** `before`: the call is not made. `after`: it is made, and nobody learns how it ended. */
export function freezeGit(git: Git, at: { call: number; when: 'before' | 'after' }): FrozenGit {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
  let calls = 0
  let command = ''

  async function through<T>(args: readonly string[], perform: () => Promise<T>): Promise<T> {
    calls += 1
    command = args[0] ?? ''
    if (calls < at.call) return perform()
    if (calls === at.call && at.when === 'after') await perform().catch(() => {})
    reach()
    return new Promise<never>(() => {})
  }

  return {
    git: {
      ...git,
      try: (args, options) => through(args, () => git.try(args, options)),
      run: (args, options) => through(args, () => git.run(args, options)),
    },
    reached,
    command: () => command,
  }
}
