/** The text that is searched for secrets: every changed line with the place it comes from. Pure. */
import type { CommitSha } from '../../domain/ids.ts'
import type { FileChange } from '../../domain/integrity/changes.ts'
import { readPatch } from './patch.ts'

export type SearchedLine = {
  readonly path: string
  readonly text: string
  /** False for what was removed: it is no finding, and must not be shown either. */
  readonly isAdded: boolean
  readonly line: number | null
  readonly commit: CommitSha | null
}

export const COMMIT_MESSAGE = '(commit message)'

export function changedLines(files: readonly { readonly file: FileChange }[]): SearchedLine[] {
  return files.flatMap(({ file: { path, hunks } }) =>
    hunks.flatMap(({ newStart, added, removed }) => [
      ...removed.map((text) => ({ path, text, isAdded: false, line: null, commit: null })),
      ...added.map((text, index) => ({ path, text, isAdded: true, line: newStart + index, commit: null })),
    ]),
  )
}

/**
 * `git log -p` whose commits begin with `<mark> begins <commit>` and whose messages end with `<mark>`. The mark is the name of
 * the newest commit, which no text in these commits can know.
 */
export function historyLines(log: string, mark: CommitSha): SearchedLine[] {
  const commits = log.split(new RegExp(`^${mark} begins `, 'm')).slice(1)
  return commits.flatMap((text) => {
    const [commit = '', ...rest] = text.split('\n')
    const end = rest.indexOf(mark)
    const [message, patch] = [rest.slice(0, end), rest.slice(end + 1).join('\n')]
    const inMessage = message.map((line) => ({
      path: COMMIT_MESSAGE,
      text: line,
      isAdded: true,
      line: null,
      commit: commit as CommitSha,
    }))
    const inFiles = readPatch(patch).flatMap(({ path, hunks }) =>
      hunks.flatMap(({ added }) =>
        added.map((line) => ({ path: path ?? '', text: line, isAdded: true, line: null, commit: commit as CommitSha })),
      ),
    )
    return [...inMessage, ...inFiles]
  })
}
