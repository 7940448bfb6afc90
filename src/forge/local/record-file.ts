/** Files of the local forge: below directories that are made when needed, replaced as a whole or not at all. */
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ensureDirectory, errorCode, FILE_MODE, onDisk, replaceFile } from '../../store/disk.ts'

export async function writeRecord(path: string, text: string): Promise<void> {
  await ensureDirectory(dirname(path))
  await replaceFile(path, text, { durable: true })
}

/** Takes a name that nobody has; false = taken. The file is empty until it is written. */
export async function claimRecord(path: string): Promise<boolean> {
  await ensureDirectory(dirname(path))
  return onDisk(path, async () => {
    try {
      await (await open(path, 'wx', FILE_MODE)).close()
      return true
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false
      throw error
    }
  })
}
