/**
 * state.json and its copies. A copy of every revision is written, as a file of its own, before state.json is replaced:
 * so the copy with the highest number is never older than what state.json held. When state.json cannot be read, that
 * copy is taken or none: an older one does not know what was done since, and work already merged would be done again.
 * The older copies are kept for people.
 */
import { join } from 'node:path'
import { Failure } from '../../domain/failure.ts'
import type { RunState } from '../../domain/run.ts'
import { ensureDirectory, listIfPresent, readIfPresent, remove, replaceFile, stageFile } from '../disk.ts'
import { readLastEvent } from './event-log.ts'
import type { Layout } from './layout.ts'

const KEPT_COPIES = 3

export type StoredState = {
  readonly state: RunState
  /** What was wrong with state.json when the newest copy had to be taken. */
  readonly damage: string | null
}

export type WriteSteps = {
  /** What has to be on the disk before the new state is. */
  readonly alongside: () => Promise<void>
  /** The last word: throws when the state must not be replaced after all. */
  readonly beforeCommit: () => void
}

export type StateFile = {
  /** Writes nothing. Throws `state_corrupt`, `state_newer`. */
  read(): Promise<StoredState | null>
  write(state: RunState, steps: WriteSteps): Promise<void>
}

export function createStateFile(layout: Layout): StateFile {
  let schema: Promise<typeof import('./state-schema.ts')> | null = null
  return { read, write }

  /** zod takes long to load, and a person who asks for the status should not wait for it. */
  function loadSchema(): Promise<typeof import('./state-schema.ts')> {
    schema ??= import('./state-schema.ts')
    return schema
  }

  /** What could not be read back is not written: the run would be lost at its next start. */
  async function validate(state: RunState): Promise<void> {
    const { parseState } = await loadSchema()
    const parsed = parseState(state)
    if (parsed.kind !== 'valid') {
      const problem = parsed.kind === 'invalid' ? parsed.problem : 'it claims to be newer than this program'
      throw new Failure('internal', `a state was to be saved that could not be loaded again: ${problem}`)
    }
  }

  async function read(): Promise<StoredState | null> {
    const json = await readIfPresent(layout.state)
    if (json === null) return null
    const { parseStateText } = await loadSchema()
    const parsed = parseStateText(json)
    if (parsed.kind === 'valid') return { state: parsed.state, damage: null }
    if (parsed.kind === 'newer') throw newer(layout.state, parsed.schemaVersion)
    const state = await readNewestCopy()
    if (state === null) throw corrupt(layout, parsed.problem)
    return { state, damage: parsed.problem }
  }

  async function readNewestCopy(): Promise<RunState | null> {
    const newest = Math.max(0, ...(await copies()))
    const json = await readIfPresent(copyOf(newest))
    const { parseStateText } = await loadSchema()
    const parsed = parseStateText(json ?? '')
    if (parsed.kind !== 'valid' || parsed.state.revision !== newest) return null
    const lastEvent = readLastEvent(layout.events)
    return lastEvent === null || lastEvent.runId === parsed.state.runId ? parsed.state : null
  }

  /** Everything is written side by side, so that the disk is waited for once; only the last step replaces anything. */
  async function write(state: RunState, { alongside, beforeCommit }: WriteSteps): Promise<void> {
    await validate(state)
    const json = `${JSON.stringify(state, null, 1)}\n`
    const [staged, ...others] = await Promise.allSettled([
      stageFile(layout.state, json, { durable: true }),
      writeCopy(state.revision, json),
      alongside(),
    ])
    if (staged.status === 'rejected') throw staged.reason
    try {
      for (const other of others) if (other.status === 'rejected') throw other.reason
      beforeCommit()
    } catch (error) {
      await staged.value.discard()
      throw error
    }
    await staged.value.commit()
  }

  /** Not synchronised: after a power cut it is state.json that is whole. */
  async function writeCopy(revision: number, json: string): Promise<void> {
    await ensureDirectory(layout.stateCopies)
    await replaceFile(copyOf(revision), json, { durable: false })
    // Higher ones are of a run that is no more.
    const superfluous = (await copies()).filter((number) => number > revision || number <= revision - KEPT_COPIES)
    await Promise.all(superfluous.map((number) => remove(copyOf(number))))
  }

  async function copies(): Promise<readonly number[]> {
    const names = await listIfPresent(layout.stateCopies)
    return names.filter((name) => /^\d+\.json$/.test(name)).map((name) => Number.parseInt(name, 10))
  }

  function copyOf(revision: number): string {
    return join(layout.stateCopies, `${String(revision).padStart(6, '0')}.json`)
  }
}

function newer(file: string, schemaVersion: number): Failure {
  return new Failure('state_newer', `${file} was written by a newer version (schema ${schemaVersion})`, {
    facts: { file, schemaVersion },
  })
}

function corrupt(layout: Layout, problem: string): Failure {
  const message = `${layout.state} cannot be read and its newest copy neither; what is left is in ${layout.stateCopies}`
  return new Failure('state_corrupt', message, { facts: { file: layout.state, copies: layout.stateCopies, problem } })
}
