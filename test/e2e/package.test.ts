import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { CLI } from '../support/cli.ts'

const ROOT = join(import.meta.dirname, '../..')

it('the package holds what runs and what is read, and nothing else', () => {
  const packed = spawnSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], { cwd: ROOT, encoding: 'utf8' })
  const [listing] = JSON.parse(packed.stdout) as [{ files: { path: string }[] }]
  const places = new Set(listing.files.map(({ path }) => path.split('/')[0]))
  expect([...places].sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'bin', 'dist', 'package.json'])
})

it('an older Node is told so in one sentence', () => {
  const pretend = `Object.defineProperty(process.versions, 'node', { value: '20.19.0' }); require(${JSON.stringify(CLI)})`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', pretend], { encoding: 'utf8' })
  expect({ status, stdout, lines: stderr.trim().split('\n') }).toEqual({
    status: 1,
    stdout: '',
    lines: [expect.stringMatching(/^claudetm needs Node\.js 22\.18 or newer, and this is 20\.19\.0 /)],
  })
})
