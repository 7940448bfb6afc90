/** What a class sees in a change, before it is named and bounded. */
import type { FileChange } from './changes.ts'

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

const EXCERPT_LINES = 40

/** The change of a file as a diff shows it, the beginning of it. */
export function excerptOf(file: FileChange): string {
  const lines = file.hunks.flatMap(({ oldStart, removed, added, newStart }) => [
    `@@ -${oldStart} +${newStart} @@`,
    ...removed.map((text) => `-${text}`),
    ...added.map((text) => `+${text}`),
  ])
  const more = lines.length > EXCERPT_LINES ? [`(${lines.length - EXCERPT_LINES} more lines)`] : []
  return [...lines.slice(0, EXCERPT_LINES), ...more].join('\n')
}

/** "a, b, c and 4 more" */
export function nameSome(names: readonly string[], shown = 4): string {
  const more = names.length > shown ? ` and ${names.length - shown} more` : ''
  return `${names.slice(0, shown).join(', ')}${more}`
}
