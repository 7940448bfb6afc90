/** Letters to a run: none is lost, none is read in the wrong order, nonsense is set aside. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createMailbox } from '../../src/store/state-dir/mailbox-directory.ts'
import { RUN } from '../contracts/samples.ts'

let directory = ''
let now = 1_000
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'claudetm-mailbox-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const open = () => createMailbox({ directory, now: () => now++ })
const message = (text: string, priority = 1) => ({ kind: 'message', runId: RUN, text, sender: 'me', priority }) as const

it('is empty where nobody wrote', async () => {
  expect(await open().letters()).toEqual([])
})

it('is read by priority, then in the order of writing, by whoever opens it', async () => {
  for (const letter of [message('one'), message('two'), message('urgent', 3)]) await open().put(letter)
  const texts = (await open().letters()).map((letter) => (letter.kind === 'message' ? letter.text : ''))
  expect(texts).toEqual(['urgent', 'one', 'two'])
})

it('keeps what was not removed', async () => {
  const first = await open().put(message('one'))
  await open().put({ kind: 'options', runId: RUN, changes: { maxCostUsd: 5 }, sender: 'me', priority: 2 })
  await open().remove([first, '../../state'])
  expect(await open().letters()).toEqual([expect.objectContaining({ kind: 'options', changes: { maxCostUsd: 5 } })])
})

it('many writers at once lose nothing', async () => {
  await Promise.all(Array.from({ length: 50 }, (_, index) => open().put(message(`letter ${index}`))))
  expect(await open().letters()).toHaveLength(50)
})

it('sets aside what is not a letter', async () => {
  const id = await open().put(message('one'))
  await writeFile(join(directory, 'mailbox', `${id}.json`), '{"kind":"options","changes":{"goal":"x"}}')
  expect(await open().letters()).toEqual([])
  expect(await readdir(join(directory, 'mailbox'))).toEqual([`${id}.bad`])
})
