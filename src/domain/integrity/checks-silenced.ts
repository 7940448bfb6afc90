/** Comments and attributes that tell a linter, a type checker or coverage to look away. */
import type { Changes } from './changes.ts'
import { languageOf } from './languages.ts'
import { matching, netLines } from './net-lines.ts'
import { type Sighting, sightFile } from './sighting.ts'

export function findSilencedChecks({ files }: Changes): readonly Sighting[] {
  const { added } = netLines(
    files,
    matching((file) => languageOf(file.path)?.silenced ?? null),
  )
  return added.map(({ file, hunk, number, key }) => ({
    ...sightFile({ ...file, hunks: [hunk] }, `a check is told to look away: ${key.slice(0, 160)}`),
    line: number,
    key,
  }))
}
