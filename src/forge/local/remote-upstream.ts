/**
 * Branches shared through a remote. What was last seen there is kept under `refs/claudetm/seen/`, so that its objects
 * stay; the user's own `refs/remotes/` are left alone, because fetching into them could collide with a fetch of theirs.
 */
import { Failure } from '../../domain/failure.ts'
import type { CommitSha } from '../../domain/ids.ts'
import { type Git, toGitFailure } from '../../workspace/git.ts'
import { createLimit } from './limit.ts'
import { parseRefLines, readRef } from './refs.ts'
import type { Upstream } from './upstream.ts'

const NO_SUCH_REF = 2 // exit code of `ls-remote --exit-code`

export function createRemoteUpstream({
  git,
  remote,
  targetBranch,
}: {
  git: Git
  remote: string
  targetBranch: string
}): Upstream {
  const oneFetchAtATime = createLimit(1) // two would fight for the same ref

  /** Commits whose objects are known to be here. */
  const present = new Set<CommitSha>()
  const looks = new Map<string, Promise<ReadonlyMap<string, CommitSha>>>()

  /** One connection answers for every branch that matters, and for everybody who asks while it is under way. */
  function look(branches: readonly string[]): Promise<ReadonlyMap<string, CommitSha>> {
    const refs = branches.map(toRef)
    const shared = [...looks].find(([key]) => refs.every((ref) => key.split(' ').includes(ref)))
    if (shared !== undefined) return shared[1]
    const key = refs.join(' ')
    const answer = askRemote(refs).finally(() => looks.delete(key))
    looks.set(key, answer)
    return answer
  }

  async function askRemote(refs: readonly string[]): Promise<ReadonlyMap<string, CommitSha>> {
    const args = ['ls-remote', '--exit-code', remote, ...refs]
    const result = await git.try(args)
    if (result.exitCode === NO_SUCH_REF) return new Map()
    if (result.exitCode !== 0) throw toGitFailure(args, result)
    return parseRefLines(result.stdout, refs)
  }

  async function readBranch(branch: string): Promise<CommitSha | null> {
    return (await look([branch, targetBranch])).get(toRef(branch)) ?? null
  }

  async function fetchBranch(branch: string): Promise<void> {
    const quietly = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--refmap=']
    await git.run(['fetch', ...quietly, remote, `+${toRef(branch)}:${toSeenRef(branch)}`])
  }

  /** A remote without the branch (a new, empty one) gets it with the first merge: the local branch counts until then. */
  async function readLocalTarget(): Promise<CommitSha> {
    const local = await readRef(git, toRef(targetBranch))
    if (local !== null) return local
    throw new Failure('branch_missing', `neither ${remote} nor this repository has a branch ${targetBranch}`, {
      facts: { branch: targetBranch },
    })
  }

  return {
    pushTarget: (headBranch) => ({ remote, ref: toRef(headBranch) }),
    readHead: readBranch,
    readTarget: () =>
      oneFetchAtATime(async () => {
        const there = (await look([targetBranch])).get(toRef(targetBranch))
        if (there === undefined) return readLocalTarget()
        if (present.has(there)) return there
        if ((await readRef(git, toSeenRef(targetBranch))) !== there) await fetchBranch(targetBranch)
        const seen = (await readRef(git, toSeenRef(targetBranch))) ?? there
        present.add(seen)
        return seen
      }),
    ensureCommit: (headBranch, head) =>
      oneFetchAtATime(async () => {
        if (present.has(head)) return
        const found = await git.try(['cat-file', '-e', `${head}^{commit}`])
        if (found.exitCode !== 0) await fetchBranch(headBranch)
        present.add(head)
      }),
    async advanceTarget({ commit }) {
      await git.run(['push', '--quiet', remote, `${commit}:${toRef(targetBranch)}`]) // never forced: a descendant of what is there
      await git.run(['update-ref', toSeenRef(targetBranch), commit])
    },
    async advanceHead({ headBranch, from, to }) {
      const ref = toRef(headBranch)
      await git.run(['push', '--quiet', `--force-with-lease=${ref}:${from}`, remote, `${to}:${ref}`])
      await git.run(['update-ref', toSeenRef(headBranch), to])
    },
    async deleteHead(headBranch, expected) {
      const ref = toRef(headBranch)
      await git.run(['push', '--quiet', `--force-with-lease=${ref}:${expected}`, remote, `:${ref}`])
      await git.run(['update-ref', '-d', toSeenRef(headBranch)])
    },
  }
}

function toRef(branch: string): string {
  return `refs/heads/${branch}`
}

function toSeenRef(branch: string): string {
  return `refs/claudetm/seen/${branch}`
}
