/** What docs/troubleshooting.md quotes is what the program says: each quotation in a first column stands in the sources. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

function sources(directory: string): readonly string[] {
  return readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|js)$/.test(name))
    .map((name) => readFileSync(join(ROOT, directory, name), 'utf8'))
}

/** What is put together is shown with `…` on the page. */
const SAID = [...sources('src'), ...sources('bin')].join('\n').replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…')

const page = readFileSync(join(ROOT, 'docs/troubleshooting.md'), 'utf8')
const quotations = [...page.matchAll(/^\|[^|]*?`([^`|]+)`[^|]*\|/gm)]
  .map(([, quoted = '']) => quoted)
  .filter((quoted) => !quoted.startsWith('claudetm ') || quoted.startsWith('claudetm needs'))

it.each(quotations)('%s', (quoted) => {
  const parts = quoted
    .split('…')
    .map((part) => part.trim())
    .filter((part) => part.length > 3)
  expect(parts.length).toBeGreaterThan(0)
  expect(parts.filter((part) => !SAID.includes(part))).toEqual([])
})
