/** Files that a repository carries for ever: huge ones, and binaries that are no picture, font or sound. */
import type { Changes, FileChange } from './changes.ts'
import { isLockfile } from './lockfiles.ts'
import { type Sighting, sightFile } from './sighting.ts'

const LARGE_BYTES = 1024 * 1024
const MEDIA = /\.(?:png|jpe?g|gif|webp|avif|ico|bmp|svgz?|woff2?|ttf|otf|eot|mp3|ogg|wav|mp4|webm|pdf)$/i

export function findLargeFiles({ files }: Changes): readonly Sighting[] {
  return files.flatMap((file) => {
    const isNew = file.before === 'absent' && file.after === 'file'
    const what = isNew && !isLockfile(file.path) ? describe(file) : null
    return what === null ? [] : [{ ...sightFile(file, what), key: String(file.sizeBytes) }]
  })
}

function describe({ content, sizeBytes, path }: FileChange): string | null {
  const size = sizeBytes === null ? '' : ` of ${Math.ceil(sizeBytes / 1024)} KiB`
  if ((sizeBytes ?? 0) > LARGE_BYTES) return `a file${size}`
  return content === 'binary' && !MEDIA.test(path) ? `a binary file${size}` : null
}
