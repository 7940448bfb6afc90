/** Test cases that are gone, and were not moved, renamed or replaced in place. */
import type { Changes, FileChange, Hunk } from './changes.ts'
import { isTestByName, languageOf } from './languages.ts'
import { byFile, type ChangedLine, type KeyOf, netLines } from './net-lines.ts'
import { isGone, nameSome, type Sighting, sightFile } from './sighting.ts'

export function findDeletedTests({ files }: Changes): readonly Sighting[] {
  const cases = deletedCases(files)
  const deleted = [...cases].map(([file, lines]) => sightCases(file, lines))
  // A test file without a case that we can read is a test all the same.
  const unreadable = files.filter(
    (file) => isGone(file) && isTestByName(file.path) && !cases.has(file) && !hadCases(file),
  )
  return [...deleted, ...unreadable.map((file) => sightFile(file, 'a file of tests is deleted'))]
}

/** By file: the cases that are really gone. */
export function deletedCases(files: readonly FileChange[]): ReadonlyMap<FileChange, readonly ChangedLine[]> {
  const { removed, added } = netLines(files, caseName)
  const [fewer, more] = [countByHunk(removed), countByHunk(added)]
  // Reworded: in the same place there are now as many cases as before.
  return byFile(removed.filter(({ hunk }) => (more.get(hunk) ?? 0) < (fewer.get(hunk) ?? 0)))
}

function sightCases(file: FileChange, lines: readonly ChangedLine[]): Sighting {
  const names = lines.map((line) => line.key)
  const count = names.length === 1 ? 'a test is' : `${names.length} tests are`
  const what = `${isGone(file) ? 'the file is deleted and ' : ''}${count} gone: ${nameSome(names)}`
  return {
    ...sightFile(file, what),
    line: isGone(file) ? null : (lines[0]?.hunk.newStart ?? null),
    key: names.sort().join('\n'),
  }
}

function countByHunk(lines: readonly ChangedLine[]): ReadonlyMap<Hunk, number> {
  const counts = new Map<Hunk, number>()
  for (const { hunk } of lines) counts.set(hunk, (counts.get(hunk) ?? 0) + 1)
  return counts
}

function hadCases(file: FileChange): boolean {
  return file.hunks.some(({ removed }) => removed.some((_, index) => caseName(removed, index, file) !== null))
}

const LOOK_BELOW = 6

const caseName: KeyOf = (lines, index, file) => {
  const language = languageOf(file.path)
  if (language === null) return null
  const match = language.testCase.exec(lines[index] ?? '')
  if (match === null) return null
  const own = match.slice(1).find((group) => group !== undefined && group !== '')
  return own ?? nameBelow(lines, index, language.nameBelow) ?? (lines[index] ?? '').trim()
}

function nameBelow(lines: readonly string[], index: number, pattern: RegExp): string | null {
  for (const line of lines.slice(index + 1, index + 1 + LOOK_BELOW)) {
    const name = pattern.exec(line)?.[1]
    if (name !== undefined) return name
  }
  return null
}
