/**
 * What is remembered about one slot of the pool, in `<pool>/<n>.json` beside the worktree `<pool>/<n>`: nothing an agent
 * can reach. Losing the file costs an installation, never work: who owns the slot is then read from its HEAD.
 */
import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'

const slotRecordSchema = z.object({
  /** Sessions write in `group` slots only: what checks run in was never in an agent's hands. */
  use: z.enum(['group', 'checkout']),
  /** The branch it is bound to; null = free. */
  branch: z.string().nullable(),
  /** False from the moment it is bound until its tree stands: what is found there before that is not work. */
  ready: z.boolean(),
  /** Dependencies this slot holds; null while they are being installed. */
  installed: z
    .object({ digest: z.string(), directories: z.array(z.string()).readonly() })
    .readonly()
    .nullable(),
})

export type SlotRecord = Readonly<z.infer<typeof slotRecordSchema>>
export type SlotUse = SlotRecord['use']

/** null = there is none, or it cannot be understood. */
export async function readSlotRecord(file: string): Promise<SlotRecord | null> {
  try {
    return slotRecordSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    return null
  }
}

export async function writeSlotRecord(file: string, record: SlotRecord): Promise<void> {
  const temporary = `${file}.tmp`
  const handle = await open(temporary, 'w', 0o600)
  try {
    await handle.writeFile(`${JSON.stringify(record)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
  await syncDirectory(dirname(file))
}

/** Some file systems cannot synchronise a directory; a lost record is rebuilt anyway. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  await directory
    .sync()
    .catch(() => {})
    .finally(() => directory.close())
}

export async function removeSlotRecord(file: string): Promise<void> {
  await rm(file, { force: true })
}
