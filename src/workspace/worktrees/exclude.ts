/** The repository's own `info/exclude`: what we put into trees must neither look like work nor be committed. */
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readIfPresent } from './disk.ts'

/** The state directory of runs. */
export const STATE_PATTERN = '.claude-task-master/'

const MARK = '# claudetm: its state, and installed dependencies this project does not ignore itself'

/** Adds what is missing, once; every other line stays as it is. */
export async function ensureExcluded(commonDir: string, patterns: readonly string[]): Promise<void> {
  const file = join(commonDir, 'info', 'exclude')
  const text = (await readIfPresent(file)) ?? ''
  const lines = text.split('\n').map((line) => line.trim())
  const missing = patterns.filter((pattern) => !lines.includes(pattern))
  if (missing.length === 0) return
  const separator = text === '' || text.endsWith('\n') ? '' : '\n'
  const added = [...(lines.includes(MARK) ? [] : [MARK]), ...missing].join('\n')
  await mkdir(join(commonDir, 'info'), { recursive: true })
  await writeFile(`${file}.claudetm`, `${text}${separator}${added}\n`)
  await rename(`${file}.claudetm`, file)
}
