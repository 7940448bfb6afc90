/** Changes for tests of the diff guard, written as people read them. */
import type { Changes, FileChange, Hunk } from '../../src/domain/integrity/changes.ts'
import { NO_CHANGES } from '../../src/domain/integrity/changes.ts'

/**
 * Lines with `-` or `+`; an empty line begins another hunk. `is` says what the file is to the change: `M` by default,
 * `A`dded, `D`eleted.
 */
export function change(
  path: string,
  lines: string,
  more: Partial<FileChange> & { is?: 'A' | 'M' | 'D' } = {},
): FileChange {
  const { is = 'M', ...changes } = more
  return {
    path,
    from: null,
    before: is === 'A' ? 'absent' : 'file',
    after: is === 'D' ? 'absent' : 'file',
    content: 'text',
    sizeBytes: null,
    hunks: toHunks(lines),
    ...changes,
  }
}

function toHunks(text: string): readonly Hunk[] {
  const blocks = text.split(/\n\s*\n/).filter((block) => block.trim() !== '')
  return blocks.map((block, index) => {
    const lines = block.split('\n').filter((line) => /^[-+]/.test(line))
    const of = (sign: string) => lines.filter((line) => line.startsWith(sign)).map((line) => line.slice(1))
    return { oldStart: index * 10 + 1, newStart: index * 10 + 1, removed: of('-'), added: of('+') }
  })
}

export function changes(...files: FileChange[]): Changes {
  return { ...NO_CHANGES, files }
}
