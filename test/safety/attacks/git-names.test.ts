/** File names as hostile as file systems allow, through our own reading of git. */
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createGit, type Git } from '../../../src/workspace/git.ts'
import { keepTree } from '../../../src/workspace/worktrees/tree-guard.ts'
import { readChanges } from '../../../src/workspace/worktrees/tree-status.ts'
import { createRepository, type TestRepository } from '../../support/repository.ts'

let repository: TestRepository
let git: Git
beforeEach(async () => {
  repository = await createRepository()
  git = createGit(repository.path, repository.environment)
})
afterEach(() => repository.cleanup())

const NAMES = [
  'a b',
  ' leading',
  'trailing ',
  'new\nline',
  'tab\tbed',
  'quo"ted\'',
  'back\\slash',
  'a -> b',
  '-rf',
  '--force',
  ':(glob)**',
  '*',
  '? ?',
  '# branch.oid 0000',
  'é日本😀',
  '\u001b[2J\u001b]0;x\u0007',
  '\u202eevil',
  '\u0001',
]
/** Latin-1, and a torn UTF-8 sequence. */
const BYTES = [Buffer.from([0x6d, 0xfc, 0x6c, 0x6c]), Buffer.from([0x61, 0xe2, 0x82])]

const put = (name: string | Buffer) =>
  writeFileSync(Buffer.concat([Buffer.from(`${repository.path}/`), Buffer.from(name)]), 'x')
const namesHere = () => readdirSync(repository.path, { encoding: 'buffer' }).map((name) => name.toString('latin1'))

test('every name is read as it is', async () => {
  for (const name of NAMES) put(name)
  const changes = await readChanges(git, 'all')
  expect(changes.map(({ path }) => path).sort()).toEqual([...NAMES].sort())
})

test('any name that a file can have is read as it is', async () => {
  const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }).filter((text) => {
    return (
      text.isWellFormed() && !/[/\0]/.test(text) && !['.', '..', '.git'].includes(text) && Buffer.byteLength(text) < 250
    )
  })
  await fc.assert(
    fc.asyncProperty(name, async (text) => {
      const [file, other] = [join(repository.path, text), join(repository.directory, 'away')]
      writeFileSync(file, 'x')
      const changes = await readChanges(git, 'all')
      renameSync(file, other)
      expect(changes).toEqual([{ path: text, tracked: false }])
    }),
    { numRuns: 60 },
  )
})

test('what a command leaves in a clean tree is put back, whatever it is called', async () => {
  put('tracked ü')
  await git.run(['add', '--all'])
  await git.run(['commit', '--quiet', '--message=names'])
  const before = namesHere().sort()
  await keepTree(git, async () => {
    for (const name of [...NAMES, ...BYTES]) put(name)
    mkdirSync(join(repository.path, 'dir\nectory'))
    writeFileSync(join(repository.path, 'dir\nectory', '"'), 'x')
    put('tracked ü')
  })
  expect(namesHere().sort()).toEqual(before)
  expect(await readChanges(git, 'all')).toEqual([])
})
