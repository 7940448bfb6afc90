/**
 * Branches of a remote as it has them now. What was seen there is kept under `refs/claudetm/seen/`, so that its objects
 * stay; the user's own `refs/remotes/` are left alone, because fetching into them could collide with a fetch of theirs.
 */
import type { CommitSha } from '../../domain/ids.ts'
import { type Git, toGitFailure } from '../../workspace/git.ts'

export type RemoteBranches = {
  /** null = no such branch there. Throws a Failure when the remote does not say. */
  read(branch: string): Promise<CommitSha | null>
  /** The same, with its objects brought here. */
  fetch(branch: string): Promise<CommitSha | null>
  /** Deletes the branch if it still is at `expected`; throws a Failure otherwise. */
  delete(branch: string, expected: CommitSha): Promise<void>
}

const NO_SUCH_REF = 2 // exit code of `ls-remote --exit-code`

export function createRemoteBranches({ git, remote }: { git: Git; remote: string }): RemoteBranches {
  const present = new Set<CommitSha>()
  let asked: { branches: Set<string>; answer: Promise<ReadonlyMap<string, CommitSha>> } | null = null
  let fetching: Promise<unknown> = Promise.resolve()

  /** One connection answers for all that is asked in the same moment; what is under way already is too old to be joined. */
  async function read(branch: string): Promise<CommitSha | null> {
    asked ??= open()
    asked.branches.add(branch)
    return (await asked.answer).get(toRef(branch)) ?? null
  }

  function open(): NonNullable<typeof asked> {
    const branches = new Set<string>()
    const answer = new Promise((resolve) => setImmediate(resolve)).then(() => {
      asked = null
      return listRefs([...branches].map(toRef))
    })
    return { branches, answer }
  }

  async function listRefs(refs: readonly string[]): Promise<ReadonlyMap<string, CommitSha>> {
    const args = ['ls-remote', '--exit-code', remote, ...refs]
    const result = await git.try(args)
    if (result.exitCode === NO_SUCH_REF) return new Map()
    if (result.exitCode !== 0) throw toGitFailure(args, result)
    return parseRefLines(result.stdout)
  }

  /** One at a time: two would fight for the same ref. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = fetching.then(work)
    fetching = result.catch(() => {})
    return result
  }

  async function bring(branch: string, commit: CommitSha): Promise<void> {
    const found = await git.try(['cat-file', '-e', `${commit}^{commit}`])
    if (found.exitCode === 0) return
    const quietly = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--refmap=']
    await git.run(['fetch', ...quietly, remote, `+${toRef(branch)}:refs/claudetm/seen/${branch}`])
  }

  return {
    read,
    async fetch(branch) {
      const commit = await read(branch)
      if (commit === null || present.has(commit)) return commit
      await inTurn(() => bring(branch, commit))
      present.add(commit)
      return commit
    },
    async delete(branch, expected) {
      const ref = toRef(branch)
      await git.run(['push', '--quiet', `--force-with-lease=${ref}:${expected}`, remote, `:${ref}`])
      await git.try(['update-ref', '-d', `refs/claudetm/seen/${branch}`])
    },
  }
}

/** Lines of `<object> <ref>`; patterns also match refs below or beside what was asked, so whole names are looked up. */
function parseRefLines(text: string): ReadonlyMap<string, CommitSha> {
  const lines = text.split('\n').map((line) => line.split(/\s/))
  return new Map(lines.flatMap(([commit, ref]) => (commit && ref ? [[ref, commit as CommitSha] as const] : [])))
}

function toRef(branch: string): string {
  return `refs/heads/${branch}`
}
