/** Keeps the state directory out of the user's commits, through the repository's own exclude file. */
import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { onDisk, readIfPresent } from './disk.ts'

const PATTERN = '.claude-task-master/'

/** Adds the pattern once. Two processes at the same moment may both add it, which does no harm. */
export async function ensureIgnored(commonGitDir: string): Promise<void> {
  const file = join(commonGitDir, 'info', 'exclude')
  const text = (await readIfPresent(file)) ?? ''
  if (text.split('\n').some((line) => line.trim() === PATTERN)) return
  const separator = text === '' || text.endsWith('\n') ? '' : '\n'
  await onDisk(file, async () => {
    await mkdir(join(commonGitDir, 'info'), { recursive: true })
    await appendFile(file, `${separator}# claudetm: state of runs\n${PATTERN}\n`)
  })
}
