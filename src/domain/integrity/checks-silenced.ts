/** Comments and attributes that tell a linter, a type checker or coverage to look away. */
import type { Changes } from './changes.ts'
import { languageOf } from './languages.ts'
import { matching, netLines } from './net-lines.ts'
import { type Sighting, sightLine } from './sighting.ts'

export function findSilencedChecks({ files }: Changes): readonly Sighting[] {
  const { added } = netLines(
    files,
    matching((file) => languageOf(file.path)?.silenced ?? null),
  )
  return added.map((line) => sightLine(line, `a check is told to look away: ${line.key}`))
}
