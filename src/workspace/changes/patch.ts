/** A patch without context (`-U0`) taken apart. Pure, and in one pass. */
import type { Hunk } from '../../domain/integrity/changes.ts'

export type PatchSection = {
  /** As git quotes it; for patches that come without a list of files. null = deleted. */
  readonly path: string | null
  readonly isBinary: boolean
  readonly hunks: readonly Hunk[]
}

type Open = {
  path: string | null
  isBinary: boolean
  hunks: { oldStart: number; newStart: number; removed: string[]; added: string[] }[]
}

/** One for each `diff --git`. Lines of a hunk carry a sign, so nothing in a file can look like a header. */
export function readPatch(patch: string): readonly PatchSection[] {
  const sections: Open[] = []
  for (const line of patch.split('\n')) {
    const section = sections.at(-1)
    if (line.startsWith('diff --git ')) sections.push({ path: null, isBinary: false, hunks: [] })
    else if (section !== undefined) readLine(section, line)
  }
  return sections
}

function readLine(section: Open, line: string): void {
  const hunk = section.hunks.at(-1)
  if (line.startsWith('@@ ')) section.hunks.push(openHunk(line))
  else if (hunk === undefined) readHeader(section, line)
  else if (line.startsWith('+')) hunk.added.push(line.slice(1))
  else if (line.startsWith('-')) hunk.removed.push(line.slice(1))
}

function readHeader(section: Open, line: string): void {
  if (line.startsWith('Binary files ')) section.isBinary = true
  if (line.startsWith('+++ ') && line !== '+++ /dev/null') section.path = toPath(line.slice(4))
}

/** `b/path`, `"b/p\303\244th"`, with a tab behind a path with blanks. */
function toPath(text: string): string {
  return text
    .replace(/\t$/, '')
    .replace(/^"(.*)"$/, '$1')
    .replace(/^b\//, '')
}

function openHunk(line: string): Open['hunks'][number] {
  const [, oldStart = '0', newStart = '0'] = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(line) ?? []
  return { oldStart: Number(oldStart), newStart: Number(newStart), removed: [], added: [] }
}
