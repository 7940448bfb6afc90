/** Reading refs of the repository at hand. */
import type { CommitSha } from '../../domain/ids.ts'
import type { Git } from '../../workspace/git.ts'

/** Absent refs are missing in the answer. Throws a Failure when git cannot say. */
export async function readRefs(git: Git, refs: readonly string[]): Promise<ReadonlyMap<string, CommitSha>> {
  const text = await git.run(['for-each-ref', '--format=%(objectname) %(refname)', ...refs])
  return parseRefLines(text, refs)
}

export async function readRef(git: Git, ref: string): Promise<CommitSha | null> {
  return (await readRefs(git, [ref])).get(ref) ?? null
}

/** Lines of `<object> <ref>`. git's patterns also match refs below or beside what was asked; only exact names count. */
export function parseRefLines(text: string, refs: readonly string[]): ReadonlyMap<string, CommitSha> {
  const found = new Map<string, CommitSha>()
  for (const line of text.split('\n')) {
    const [commit, ref] = line.split(/\s/)
    if (commit && ref !== undefined && refs.includes(ref)) found.set(ref, commit as CommitSha)
  }
  return found
}
