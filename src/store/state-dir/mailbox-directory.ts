/** The mailbox of one machine: `mailbox/` in the state directory. */
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { RunId } from '../../domain/ids.ts'
import { CHANGEABLE_OPTIONS, type OptionChanges } from '../../domain/option-changes.ts'
import { ensureDirectory, listIfPresent, readIfPresent, remove, replaceFile } from '../disk.ts'
import type { Letter, Mailbox } from '../mailbox.ts'
import { layoutOf } from './layout.ts'

const common = { runId: z.string(), sender: z.string(), priority: z.int().min(0).max(3), at: z.number() }
const letterFile = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('message'), text: z.string().min(1), ...common }),
  z.object({
    kind: z.literal('options'),
    changes: z.partialRecord(z.enum(CHANGEABLE_OPTIONS), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    ...common,
  }),
])

/** `directory`: the state directory. */
export function createMailbox({ directory, now }: { directory: string; now: () => number }): Mailbox {
  const { mailbox } = layoutOf(directory)
  const fileOf = (id: string) => join(mailbox, `${id}.json`)

  async function read(id: string): Promise<Letter | null> {
    const json = await readIfPresent(fileOf(id))
    if (json === null) return null
    const parsed = letterFile.safeParse(parseJson(json))
    if (!parsed.success) {
      await rename(fileOf(id), join(mailbox, `${id}.bad`)).catch(() => {})
      return null
    }
    const { data } = parsed
    // Only names are checked here: values were judged where they came in, and the file is private to the user.
    const letter = { ...data, id, runId: data.runId as RunId }
    return letter.kind === 'options' ? { ...letter, changes: letter.changes as OptionChanges } : letter
  }

  return {
    async put(letter) {
      await ensureDirectory(directory)
      await ensureDirectory(mailbox)
      const at = now()
      const id = `${String(at).padStart(14, '0')}-${crypto.randomUUID()}`
      await replaceFile(fileOf(id), `${JSON.stringify({ ...letter, at })}\n`, { durable: true })
      return id
    },
    async letters() {
      const names = (await listIfPresent(mailbox)).filter(isLetterFile).sort()
      const found = await Promise.all(names.map((name) => read(name.slice(0, -'.json'.length))))
      return found.filter((letter) => letter !== null).sort((a, b) => b.priority - a.priority)
    },
    async remove(ids) {
      await Promise.all(ids.filter((id) => isLetterFile(`${id}.json`)).map((id) => remove(fileOf(id))))
    },
  }
}

function isLetterFile(name: string): boolean {
  return /^\d{14,}-[0-9a-f-]{36}\.json$/.test(name)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
