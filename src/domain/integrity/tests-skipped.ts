/** Tests that are still there and do not run any more, or keep others from running (`only`). */
import type { Changes } from './changes.ts'
import { languageOf } from './languages.ts'
import { byFile, type ChangedLine, matching, netLines } from './net-lines.ts'
import { nameSome, type Sighting, sightFile } from './sighting.ts'

export function findSkippedTests({ files }: Changes): readonly Sighting[] {
  const { added } = netLines(
    files,
    matching((file) => languageOf(file.path)?.skipped ?? null),
  )
  const fewer = added.filter((line) => !isNewAndConditional(line))
  return [...byFile(fewer)].map(([file, lines]) => {
    const words = lines.map((line) => line.key)
    return {
      ...sightFile(file, `tests do not run any more: ${nameSome(words, 3)}`),
      line: lines[0]?.number ?? null,
      key: words.sort().join('\n'),
    }
  })
}

/** A new test that runs where it can takes nothing away; one that was there and is now made conditional may. */
function isNewAndConditional({ text, hunk }: ChangedLine): boolean {
  return CONDITIONAL.test(text) && hunk.removed.length === 0
}

const CONDITIONAL = /\b(?:skipIf|runIf|skipif|skipUnless|DisabledIf\w*|DisabledOn\w+)\b/
