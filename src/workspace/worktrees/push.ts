/** Sends exactly one commit to exactly one ref, whatever the user's configuration would add to a push. */
import type { CommitSha } from '../../domain/ids.ts'
import type { Git } from '../git.ts'

export type PushRequest = {
  readonly commit: CommitSha
  readonly remote: string
  readonly ref: string
  readonly force: boolean
  readonly expected: CommitSha | null
}

/**
 * Throws `git_refused`, `git_unreachable`, `timeout`. The remote holding this commit already is success, with and without
 * force, so that it may be called again after a crash.
 */
export async function pushCommit(git: Git, request: PushRequest): Promise<void> {
  const { commit, remote, ref, force, expected } = request
  // an empty expectation means: the ref must not exist
  const lease = force ? [`--force-with-lease=${ref}:${expected ?? ''}`] : []
  const plain = ['--quiet', '--no-follow-tags', '--recurse-submodules=no', '--no-signed']
  await git.run(['push', ...plain, ...lease, '--', remote, `${commit}:${ref}`])
}
