/** Attributes and hooks: what git does by itself with files and commits. */
import type { Changes } from './changes.ts'
import { type Sighting, sightFile } from './sighting.ts'

const CONTROLS =
  /(?:^|\/)(?:\.gitattributes|\.gitconfig|\.lfsconfig)$|(?:^|\/)\.(?:husky|githooks|git-hooks)\/|(?:^|\/)(?:lefthook[^/]*|\.lefthook[^/]*|\.overcommit|\.pre-commit-config)\.ya?ml$/

export function findGitControls({ files }: Changes): readonly Sighting[] {
  return files
    .filter(({ path, from }) => CONTROLS.test(path) || (from !== null && CONTROLS.test(from)))
    .map((file) => ({
      ...sightFile(file, 'git attributes or hooks are changed'),
      key: file.hunks.flatMap(({ removed, added }) => [...removed, '\0', ...added]).join('\n'),
    }))
}
