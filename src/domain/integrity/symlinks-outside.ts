/** Links that lead out of the repository: whoever reads through them reads somebody's machine. */
import type { Changes, FileChange } from './changes.ts'
import { type Sighting, sightFile } from './sighting.ts'

export function findOutsideLinks({ files }: Changes): readonly Sighting[] {
  return files.flatMap((file) => {
    if (file.after !== 'symlink') return []
    const target = file.hunks.flatMap(({ added }) => added).at(-1)
    if (target === undefined || !leadsOutside(file, target)) return []
    return [sightFile(file, `a link leads out of the repository, to ${target.slice(0, 200)}`)]
  })
}

function leadsOutside({ path }: FileChange, target: string): boolean {
  if (/^(?:\/|~|[A-Za-z]:|\\)/.test(target)) return true
  let depth = path.split('/').length - 1
  for (const part of target.split(/[/\\]/)) {
    if (part === '' || part === '.') continue
    depth += part === '..' ? -1 : 1
    if (depth < 0 || (depth === 0 && part === '.git')) return true
  }
  return /(?:^|\/)\.git(?:\/|$)/.test(target)
}
