/** Writes commits without touching a checkout, its index or any branch. */
import { join } from 'node:path'
import type { CommitSha } from '../../src/domain/ids.ts'
import { createGit } from '../../src/workspace/git.ts'
import type { TestRepository } from './repository.ts'

export type CommitRequest = {
  readonly parent: CommitSha
  /** Path to text; null deletes. */
  readonly files?: Readonly<Record<string, string | null>>
  readonly message?: string
}

export function createCommitWriter(
  repository: Pick<TestRepository, 'path' | 'directory' | 'environment'>,
): (request: CommitRequest) => Promise<CommitSha> {
  const index = join(repository.directory, 'index')
  const git = createGit(repository.path, { ...repository.environment, GIT_INDEX_FILE: index })
  return async ({ parent, files = {}, message = 'work' }) => {
    await git.run(['read-tree', parent])
    for (const [path, text] of Object.entries(files)) {
      if (text === null) {
        await git.run(['update-index', '--force-remove', path])
      } else {
        const blob = await git.run(['hash-object', '-w', '--stdin'], { input: text })
        await git.run(['update-index', '--add', '--cacheinfo', `100644,${blob},${path}`])
      }
    }
    const tree = await git.run(['write-tree'])
    return (await git.run(['commit-tree', tree, '-p', parent, '-m', message])) as CommitSha
  }
}
