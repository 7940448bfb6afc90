/** What a script of the agent can do, in the sandbox and without it: as docs/security.md says, no more and no less. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createSandbox } from '../../../src/workspace/confinement/create-sandbox.ts'
import { toTable, tryFromInside } from './inside.ts'

const probe = await createSandbox({
  mode: 'auto',
  home: '/nonexistent',
  environmentPath: process.env.PATH ?? '',
  platform: process.platform,
})
const DOCUMENT = join(import.meta.dirname, '../../../docs/security.md')

test.skipIf(probe.kind === 'none')('every attack from inside ends as documented', { timeout: 120_000 }, async () => {
  const results = await tryFromInside()
  const measured = results.map(({ attack, sandbox, off }) => ({
    what: attack.what,
    sandbox,
    off: typeof attack.off === 'object' ? attack.off : off,
  }))
  expect(measured).toEqual(results.map(({ attack: { what, sandbox, off } }) => ({ what, sandbox, off })))
  expect(cellsOf(await readFile(DOCUMENT, 'utf8'))).toContain(cellsOf(toTable(results)))
})

/** However wide the formatter makes the columns. */
function cellsOf(markdown: string): string {
  return markdown.replace(/ *\| */g, '|').replace(/-{3,}/g, '---')
}
