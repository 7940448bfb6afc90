import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CommitSha } from '../../src/domain/ids.ts'
import type { Slot } from '../../src/workspace/workspace.ts'
import { createFixture, type Fixture } from './fixture.ts'

const branch = 'claudetm/r1/g1'
const { signal } = new AbortController()
let fixture: Fixture
let base: CommitSha
let slot: Slot

beforeEach(async () => {
  fixture = await createFixture()
  base = (await fixture.git(fixture.repository, 'rev-parse', 'HEAD')) as CommitSha
  slot = await fixture.workspaces.ensure({ branch, base, signal })
})
afterEach(() => fixture.cleanup())

const observe = () => fixture.workspaces.observe(branch, base)
const clean = { kind: 'present', tree: 'clean', leftovers: [], ahead: 0, operationInProgress: false }

test('leftovers are paths as they are, forty at most, in one line each', async () => {
  await writeFile(join(slot.path, 'ü "quoted" b.txt'), '')
  await writeFile(join(slot.path, 'two\nlines.txt'), '')
  await fixture.git(slot.path, 'mv', 'README.md', 'READ ME.md')
  await rm(join(slot.path, 'check.sh'))
  const leftovers = ['READ ME.md', 'README.md', 'check.sh', 'two lines.txt', 'ü "quoted" b.txt']
  expect(await observe()).toEqual({ ...clean, head: base, tree: 'dirty', leftovers })
  for (let i = 0; i < 50; i += 1) await writeFile(join(slot.path, `${i}.txt`), '')
  expect(await observe()).toMatchObject({ leftovers: { length: 40 } })
})

test('what is inside a submodule does not make the tree dirty, another commit of it does', async () => {
  const { git, repository } = fixture
  const sub = join(slot.path, 'sub')
  await git(slot.path, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', repository, 'sub')
  await git(slot.path, 'commit', '-qm', 'submodule')
  const head = await git(slot.path, 'rev-parse', 'HEAD')
  await writeFile(join(sub, 'rubbish.txt'), '')
  await writeFile(join(sub, 'README.md'), 'changed\n')
  expect(await observe()).toEqual({ ...clean, head, ahead: 1 })
  await git(sub, 'commit', '-qam', 'moved on')
  expect(await observe()).toMatchObject({ tree: 'dirty', leftovers: ['sub'] })
})

test('a rebase left half-way is an operation in progress, on the head of our branch', async () => {
  const { git } = fixture
  await git(slot.path, 'checkout', '-q', '-b', 'other')
  await writeFile(join(slot.path, 'README.md'), 'other\n')
  await git(slot.path, 'commit', '-qam', 'other')
  await git(slot.path, 'checkout', '-q', branch)
  await writeFile(join(slot.path, 'README.md'), 'ours\n')
  await git(slot.path, 'commit', '-qam', 'ours')
  const head = await git(slot.path, 'rev-parse', 'HEAD')
  await expect(git(slot.path, 'rebase', 'other')).rejects.toThrow('CONFLICT')
  expect(await observe()).toEqual({
    ...clean,
    head,
    tree: 'dirty',
    ahead: 1,
    leftovers: [`HEAD is on no branch instead of ${branch}`, 'README.md'],
    operationInProgress: true,
  })
})

test('a session that switched branches has left something behind; commits made there keep the branch from going', async () => {
  const { git, workspaces } = fixture
  await git(slot.path, 'checkout', '-q', '-b', 'other')
  expect(await observe()).toEqual({
    ...clean,
    head: base,
    tree: 'dirty',
    leftovers: [`HEAD is on other instead of ${branch}`],
  })
  await git(slot.path, 'checkout', '-q', '--detach')
  await git(slot.path, 'commit', '-q', '--allow-empty', '-m', 'lost?')
  await expect(workspaces.release({ branch, shippedHead: base })).rejects.toMatchObject({ kind: 'not_shipped' })
  await git(slot.path, 'branch', '-f', 'kept')
  await workspaces.release({ branch, shippedHead: base })
})

test('a tree that git cannot read is unknown, and so is a branch that is gone', async () => {
  await writeFile(join(slot.git.worktreeDir, 'index'), 'rubbish')
  expect(await observe()).toEqual({ ...clean, head: base, tree: 'unknown' })
  await fixture.git(fixture.repository, 'update-ref', '-d', `refs/heads/${branch}`)
  expect(await observe()).toEqual({ kind: 'unknown', why: expect.any(String) })
})
