/** What could not be looked at is not in order: unknown is not no. */
import type { Changes } from './changes.ts'
import { isLockfile } from './lockfiles.ts'
import { nameSome, type Sighting } from './sighting.ts'

export function findUnread({ files, unread }: Changes): readonly Sighting[] {
  const paths = files.filter(({ content, path }) => content === 'unread' && !isLockfile(path)).map((file) => file.path)
  const whole = unread.map(
    (why): Sighting => ({ path: '', line: null, what: `not looked at: ${why}`, key: why, excerpt: '' }),
  )
  if (paths.length === 0) return whole
  const what = `not looked at, because the change is too large: ${nameSome(paths)}`
  return [
    ...whole,
    { path: paths[0] ?? '', line: null, what, key: String(paths.length), excerpt: paths.slice(0, 40).join('\n') },
  ]
}
