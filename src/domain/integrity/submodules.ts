/** Another repository inside this one, added, removed or moved to another commit. */
import type { Changes } from './changes.ts'
import { type Sighting, sightFile } from './sighting.ts'

export function findSubmodules({ files }: Changes): readonly Sighting[] {
  return files
    .filter(({ before, after, path }) => [before, after].includes('submodule') || /(?:^|\/)\.gitmodules$/.test(path))
    .map((file) => ({
      ...sightFile(file, 'a submodule is changed'),
      key: file.hunks.flatMap(({ added }) => added).join('\n'),
    }))
}
