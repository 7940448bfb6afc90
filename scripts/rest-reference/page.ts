/** docs/rest.md as it should be now. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describeServer } from '../../src/server/rest/pages.ts'
import { ROUTES } from '../../src/server/rest/routes.ts'
import { renderReference } from './render.ts'

const ROOT = join(import.meta.dirname, '../..')
export const PAGE = join(ROOT, 'docs/rest.md')

/** Without the version: a release alone changes nothing in it. Formatted as everything else here. */
export function makePage(): string {
  const text = renderReference(describeServer({ routes: ROUTES, version: '' }))
  const biome = join(ROOT, 'node_modules/.bin/biome')
  const { status, stdout, stderr } = spawnSync(biome, ['format', '--stdin-file-path=docs/rest.md'], {
    cwd: ROOT,
    input: text,
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  })
  if (status !== 0) throw new Error(`biome: ${stderr}`)
  return stdout
}
