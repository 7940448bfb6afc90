/** Tests that are still there and prove less: fewer assertions, ones that always hold, ones that pin nothing. */
import type { Changes, FileChange, Hunk } from './changes.ts'
import { isTestFile, type Language, languageOf } from './languages.ts'
import { byFile, matching, netLines } from './net-lines.ts'
import { isGone, type Sighting, sightFile, sightLine } from './sighting.ts'
import { deletedCases } from './tests-deleted.ts'

export function findWeakenedTests({ files }: Changes): readonly Sighting[] {
  return [...fewerAssertions(files), ...alwaysTrue(files), ...looser(files)]
}

/** Deleted cases take their assertions with them: that is another finding. */
function fewerAssertions(files: readonly FileChange[]): readonly Sighting[] {
  const tests = files.filter((file) => isTestFile(file.path))
  const { removed, added } = netLines(
    tests,
    matching((file) => languageOf(file.path)?.assertion ?? null),
  )
  const gone = deletedCases(files)
  const fresh = byFile(added)
  return [...byFile(removed)].flatMap(([file, lines]) => {
    const lost = lines.length - (fresh.get(file)?.length ?? 0)
    if (lost <= 0 || isGone(file) || gone.has(file)) return []
    const what = `${lost} ${lost === 1 ? 'assertion' : 'assertions'} fewer`
    const key = lines
      .map((line) => line.key)
      .sort()
      .join('\n')
    return [{ ...sightFile(file, what), line: lines[0]?.hunk.newStart ?? null, key }]
  })
}

function alwaysTrue(files: readonly FileChange[]): readonly Sighting[] {
  const { added } = netLines(
    files.filter((file) => isTestFile(file.path)),
    matching((file) => languageOf(file.path)?.vacuous ?? null),
  )
  return added.map((line) => sightLine(line, `an assertion always holds: ${line.key}`))
}

function looser(files: readonly FileChange[]): readonly Sighting[] {
  return files.flatMap((file) => {
    const language = isTestFile(file.path) ? languageOf(file.path) : null
    if (language === null) return []
    const hunks = file.hunks.filter((hunk) => isLooser(hunk, language))
    return hunks.map((hunk) => ({
      ...sightFile({ ...file, hunks: [hunk] }, 'an assertion pins less than before'),
      line: hunk.newStart,
      key: hunk.added.join('\n'),
    }))
  })
}

function isLooser({ removed, added }: Hunk, { strict, lax }: Language): boolean {
  const count = (lines: readonly string[], pattern: RegExp) => lines.filter((line) => pattern.test(line)).length
  const lostStrict = count(removed, strict) > count(added, strict)
  const isLax = (line: string) => lax.test(line) && !strict.test(line)
  return lostStrict && added.filter(isLax).length > removed.filter(isLax).length
}
