/** Lines that are really gone or really new: what was moved, within a file or to another one, is neither. */
import type { FileChange, Hunk } from './changes.ts'

export type ChangedLine = {
  readonly file: FileChange
  readonly hunk: Hunk
  readonly number: number
  readonly text: string
  /** What it is compared by. */
  readonly key: string
}

/** The key of a line that matters, else null. May look at its neighbours. */
export type KeyOf = (lines: readonly string[], index: number, file: FileChange) => string | null

export type NetLines = { readonly removed: readonly ChangedLine[]; readonly added: readonly ChangedLine[] }

export function netLines(files: readonly FileChange[], keyOf: KeyOf): NetLines {
  const removed = files.flatMap((file) => pick(file, 'removed', keyOf))
  const added = files.flatMap((file) => pick(file, 'added', keyOf))
  return { removed: without(removed, added), added: without(added, removed) }
}

/** By the words of the line itself, for lines that match. */
export function matching(pattern: (file: FileChange) => RegExp | null): KeyOf {
  return (lines, index, file) => {
    const text = (lines[index] ?? '').trim()
    return pattern(file)?.test(lines[index] ?? '') === true ? text : null
  }
}

function pick(file: FileChange, side: 'removed' | 'added', keyOf: KeyOf): ChangedLine[] {
  return file.hunks.flatMap((hunk) => {
    const lines = hunk[side]
    const start = side === 'removed' ? hunk.oldStart : hunk.newStart
    return lines.flatMap((text, index) => {
      const key = keyOf(lines, index, file)
      return key === null ? [] : [{ file, hunk, number: start + index, text, key }]
    })
  })
}

/** Each of the others cancels one with the same key. */
function without(lines: readonly ChangedLine[], others: readonly ChangedLine[]): readonly ChangedLine[] {
  const left = new Map<string, number>()
  for (const { key } of others) left.set(key, (left.get(key) ?? 0) + 1)
  return lines.filter(({ key }) => {
    const count = left.get(key) ?? 0
    if (count === 0) return true
    left.set(key, count - 1)
    return false
  })
}

export function byFile(lines: readonly ChangedLine[]): ReadonlyMap<FileChange, readonly ChangedLine[]> {
  const groups = new Map<FileChange, ChangedLine[]>()
  for (const line of lines) {
    const group = groups.get(line.file)
    if (group === undefined) groups.set(line.file, [line])
    else group.push(line)
  }
  return groups
}
