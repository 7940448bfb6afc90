/** Files that a repository carries for ever: huge ones, and binaries that are no picture, font or sound. */
import type { Changes, FileChange } from './changes.ts'
import { isGone, type Sighting, sightFile } from './sighting.ts'

const LARGE_BYTES = 1024 * 1024
const MEDIA = /\.(?:png|jpe?g|gif|webp|avif|ico|bmp|svgz?|woff2?|ttf|otf|eot|mp3|ogg|wav|mp4|webm|pdf)$/i

export function findLargeFiles({ files }: Changes): readonly Sighting[] {
  return files.flatMap((file) => {
    const what = isGone(file) || file.after === 'submodule' ? null : describe(file)
    return what === null ? [] : [{ ...sightFile(file, what), key: String(file.sizeBytes) }]
  })
}

function describe({ content, sizeBytes, path, from, hunks }: FileChange): string | null {
  if (from !== null && hunks.length === 0 && content === 'text') return null
  const size = sizeBytes === null ? '' : ` of ${Math.ceil(sizeBytes / 1024)} KiB`
  if ((sizeBytes ?? 0) > LARGE_BYTES) return `a file${size}`
  return content === 'binary' && !MEDIA.test(path) ? `a binary file${size}` : null
}
