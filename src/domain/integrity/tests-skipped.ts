/** Tests that are still there and do not run any more, or keep others from running (`only`). */
import type { Changes } from './changes.ts'
import { languageOf } from './languages.ts'
import { byFile, matching, netLines } from './net-lines.ts'
import { nameSome, type Sighting, sightFile } from './sighting.ts'

export function findSkippedTests({ files }: Changes): readonly Sighting[] {
  const { added } = netLines(
    files,
    matching((file) => languageOf(file.path)?.skipped ?? null),
  )
  return [...byFile(added)].map(([file, lines]) => {
    const words = lines.map((line) => line.key)
    return {
      ...sightFile(file, `tests do not run any more: ${nameSome(words, 3)}`),
      line: lines[0]?.number ?? null,
      key: words.sort().join('\n'),
    }
  })
}
