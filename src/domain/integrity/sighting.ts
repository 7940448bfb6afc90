/** What a class sees in a change, before it is named and bounded. */
import type { FileChange, Hunk } from './changes.ts'
import type { ChangedLine } from './net-lines.ts'

export type Sighting = {
  readonly path: string
  readonly line: number | null
  readonly what: string
  /** Tells it apart from others of its class in the same file, whatever line it stands on. */
  readonly key: string
  readonly excerpt: string
}

/** About a file as a whole. */
export function sightFile(file: FileChange, what: string): Sighting {
  return { path: file.path, line: null, what, key: what, excerpt: excerptOf(file) }
}

export function isGone(file: FileChange): boolean {
  return file.after === 'absent'
}

/** About one line, with what stands around it in the change. */
export function sightLine(line: ChangedLine, what: string): Sighting {
  const { file, hunk, number, text, key } = line
  const index = number - hunk.newStart
  const near = hunk.added[index] === text ? aroundAdded(hunk, index) : aroundRemoved(hunk, number - hunk.oldStart)
  return { ...sightFile({ ...file, hunks: [near] }, what.slice(0, MAX_WHAT_CHARS)), line: number, key }
}

const AROUND = 8
const MAX_WHAT_CHARS = 240

function aroundAdded(hunk: Hunk, index: number): Hunk {
  const from = Math.max(0, index - AROUND)
  const added = hunk.added.slice(from, index + AROUND)
  return { ...hunk, newStart: hunk.newStart + from, removed: hunk.removed.slice(0, AROUND), added }
}

function aroundRemoved(hunk: Hunk, index: number): Hunk {
  const from = Math.max(0, index - AROUND)
  const removed = hunk.removed.slice(from, index + AROUND)
  return { ...hunk, oldStart: hunk.oldStart + from, removed, added: hunk.added.slice(0, AROUND) }
}

const EXCERPT_LINES = 40

/** The beginning of the change of a file, as a diff shows it. */
function excerptOf(file: FileChange): string {
  const lines: string[] = []
  for (const { oldStart, removed, added, newStart } of file.hunks) {
    const room = EXCERPT_LINES - lines.length
    if (room <= 0) return [...lines, '(and more)'].join('\n')
    const shown = [
      ...removed.slice(0, room).map((text) => `-${text}`),
      ...added.slice(0, room).map((text) => `+${text}`),
    ]
    lines.push(`@@ -${oldStart} +${newStart} @@`, ...shown)
  }
  return lines.join('\n')
}

/** "a, b, c and 4 more" */
export function nameSome(names: readonly string[], shown = 4): string {
  const more = names.length > shown ? ` and ${names.length - shown} more` : ''
  return `${names.slice(0, shown).join(', ')}${more}`
}
