import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

// L120
test('where the process is, is asked once at the edge: everything else is told which repository it works in', async () => {
  const root = join(import.meta.dirname, '../../src')
  const names = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.ts'))
  const texts = await Promise.all(names.map(async (name) => [name, await readFile(join(root, name), 'utf8')] as const))
  expect(texts.filter(([, text]) => /process\.(cwd|chdir)\(/.test(text)).map(([name]) => name)).toEqual([
    'main.ts',
    'server-main.ts',
  ])
})
