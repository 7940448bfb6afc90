/** docs/examples.md, command by command, as a reader would type them. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { createPlace, type Place } from '../../support/place.ts'
import { findMissing, type PageCommand, readExamples } from './page.ts'
import { runInShell } from './shell.ts'
import { modelFor, SHOP } from './shop.ts'

const page = await readFile(join(import.meta.dirname, '../../../docs/examples.md'), 'utf8')
const examples = readExamples(page)

const places: Place[] = []
afterEach(async () => {
  for (const place of places.splice(0)) await place.cleanup()
})

it('has the eight that it promises', () => {
  expect(examples.map(({ title }) => title[0])).toEqual([...'12345678'])
  for (const { commands } of examples) expect(commands.length).toBeGreaterThan(1)
})

it.each(examples)('$title', { timeout: 180_000 }, async ({ commands }) => {
  const port = await freePort()
  const place = await createPlace({
    scenario: modelFor(),
    repository: { files: SHOP },
    env: { CLAUDETM_REST_PORT: String(port) },
  })
  places.push(place)
  const typed = commands.map((command) => ({
    ...command,
    shell: command.shell.replaceAll('localhost:8000', `localhost:${port}`),
  }))
  const ran = await runInShell(typed, place)
  for (const [index, command] of typed.entries()) {
    const got = ran[index]
    expect(got === undefined ? 'it hung' : problemWith(command, got), `${command.shell}\n${got?.output}`).toBeNull()
  }
})

function problemWith({ exitCode, prints }: PageCommand, got: { exitCode: number; output: string }): string | null {
  if (got.exitCode !== exitCode) return `exit code ${got.exitCode}, not ${exitCode}`
  const missing = findMissing(prints, got.output)
  return missing === null ? null : `it did not print: ${missing}`
}

/** The page names the port that a server has by default. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
