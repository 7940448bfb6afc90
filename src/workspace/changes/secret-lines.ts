/** The text that is searched for secrets: every added line with the place it comes from. Pure. */
import type { CommitSha } from '../../domain/ids.ts'
import type { FileChange } from '../../domain/integrity/changes.ts'
import { readPatch } from './patch.ts'

export type AddedLine = {
  readonly path: string
  readonly text: string
  readonly line: number | null
  readonly commit: CommitSha | null
}

export const COMMIT_MESSAGE = '(commit message)'

export function addedLines(files: readonly { readonly file: FileChange }[]): AddedLine[] {
  return files.flatMap(({ file }) =>
    file.hunks.flatMap(({ newStart, added }) =>
      added.map((text, index) => ({ path: file.path, text, line: newStart + index, commit: null })),
    ),
  )
}

/**
 * `git log -p` whose commits begin with `<mark> begins <commit>` and whose messages end with `<mark>`. The mark is the name of
 * the newest commit, which no text in these commits can know.
 */
export function historyLines(log: string, mark: CommitSha): AddedLine[] {
  const commits = log.split(new RegExp(`^${mark} begins `, 'm')).slice(1)
  return commits.flatMap((text) => {
    const [commit = '', ...rest] = text.split('\n')
    const end = rest.indexOf(mark)
    const [message, patch] = [rest.slice(0, end), rest.slice(end + 1).join('\n')]
    const inMessage = message.map((line) => ({
      path: COMMIT_MESSAGE,
      text: line,
      line: null,
      commit: commit as CommitSha,
    }))
    const inFiles = readPatch(patch).flatMap(({ path, hunks }) =>
      hunks.flatMap(({ added }) =>
        added.map((line) => ({ path: path ?? '', text: line, line: null, commit: commit as CommitSha })),
      ),
    )
    return [...inMessage, ...inFiles]
  })
}
