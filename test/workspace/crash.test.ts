/** Every half state a kill can leave behind is made by hand, and the next process goes on from it. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CommitSha } from '../../src/domain/ids.ts'
import { createFixture, type Fixture } from './fixture.ts'

const branch = 'claudetm/r1/g1'
const { signal } = new AbortController()
let fixture: Fixture
let base: CommitSha

beforeEach(async () => {
  fixture = await createFixture()
  base = (await fixture.git(fixture.repository, 'rev-parse', 'HEAD')) as CommitSha
})
afterEach(() => fixture.cleanup())

const record = (change: object) =>
  writeFile(
    join(fixture.pool, '1.json'),
    JSON.stringify({ use: 'group', branch, ready: false, installed: null, ...change }),
  )

async function expectWhole(path: string): Promise<void> {
  const { git } = fixture
  expect({
    branch: await git(path, 'branch', '--show-current'),
    status: await git(path, 'status', '--porcelain'),
    readme: await readFile(join(path, 'README.md'), 'utf8'),
    fsck: await git(path, 'worktree', 'list', '--porcelain').then((text) => text.includes('prunable')),
  }).toEqual({ branch, status: '', readme: 'hello\n', fsck: false })
}

test('bound, and nothing made yet', async () => {
  await mkdir(fixture.pool, { recursive: true })
  await record({})
  expect(await fixture.workspaces.observe(branch, base)).toEqual({ kind: 'absent' })
  const slot = await fixture.workspaces.ensure({ branch, base, signal })
  await expectWhole(slot.path)
})

test('the branch made, the worktree half checked out without an index and with a lock', async () => {
  const made = await fixture.workspaces.ensure({ branch, base, signal })
  await record({})
  await rm(join(made.git.worktreeDir, 'index'))
  await rm(join(made.path, 'README.md'))
  await writeFile(join(made.git.worktreeDir, 'index.lock'), '')
  const slot = await fixture.open().ensure({ branch, base, signal })
  expect(slot).toEqual({ ...made, adopted: false })
  await expectWhole(slot.path)
})

test('a directory without its registration, before it was ready', async () => {
  const made = await fixture.workspaces.ensure({ branch, base, signal })
  await record({})
  await rm(made.git.worktreeDir, { recursive: true })
  await expectWhole((await fixture.open().ensure({ branch, base, signal })).path)
})

test('a registration without its directory', async () => {
  const made = await fixture.workspaces.ensure({ branch, base, signal })
  await rm(made.path, { recursive: true })
  expect(await fixture.open().observe(branch, base)).toEqual({ kind: 'absent' })
  const slot = await fixture.open().ensure({ branch, base, signal })
  expect(slot).toEqual({ ...made, adopted: false })
  await expectWhole(slot.path)
})

test('a tree that was worked in and lost its registration steps aside with everything in it', async () => {
  const made = await fixture.workspaces.ensure({ branch, base, signal })
  await writeFile(join(made.path, 'half.txt'), 'half\n')
  await rm(made.git.worktreeDir, { recursive: true })
  const slot = await fixture.open().ensure({ branch, base, signal })
  await expectWhole(slot.path)
  expect(await readFile(join(fixture.pool, '1.kept-1', 'half.txt'), 'utf8')).toBe('half\n')
  await fixture.open().removePool()
  expect(await readdir(fixture.pool)).toEqual(['1.kept-1'])
})

test('a lost or damaged record is read from HEAD', async () => {
  const made = await fixture.workspaces.ensure({ branch, base, signal })
  await writeFile(join(made.path, 'half.txt'), 'half\n')
  await rm(join(fixture.pool, '1.json'))
  expect(await fixture.open().ensure({ branch, base, signal })).toEqual({ ...made, adopted: true })
  await writeFile(join(fixture.pool, '1.json'), '{"use":')
  expect(await fixture.open().observe(branch, base)).toMatchObject({ kind: 'present', leftovers: ['half.txt'] })
})

test('locks of a killed git go when the worktree is adopted, and not while this process works in it', async () => {
  const made = await fixture.workspaces.ensure({ branch, base, signal })
  const locks = [
    join(made.git.worktreeDir, 'index.lock'),
    join(made.git.worktreeDir, 'HEAD.lock'),
    join(made.git.commonDir, 'refs/heads', `${branch}.lock`),
  ]
  const foreign = join(made.git.commonDir, 'refs/heads/main.lock')
  for (const lock of [...locks, foreign]) await writeFile(lock, '')
  await fixture.workspaces.ensure({ branch, base, signal })
  expect(locks.map(existsSync)).toEqual([true, true, true])
  await fixture.open().ensure({ branch, base, signal })
  expect([...locks, foreign].map(existsSync)).toEqual([false, false, false, true])
})

test('released half-way: detached, the branch still there; or gone, the slot still bound', async () => {
  const { git, repository } = fixture
  const made = await fixture.workspaces.ensure({ branch, base, signal })
  await git(made.path, 'checkout', '-q', '--detach')
  await fixture.open().release({ branch, shippedHead: base })
  expect(await git(repository, 'branch', '--list', 'claudetm/*')).toBe('')
  await record({ ready: true })
  await fixture.open().release({ branch, shippedHead: base })
  expect(await fixture.open().observe(branch, base)).toEqual({ kind: 'absent' })
})

test('released half-way and wanted again, it stands anew', async () => {
  const made = await fixture.workspaces.ensure({ branch, base, signal })
  await record({})
  await fixture.git(made.path, 'checkout', '-q', '--detach')
  await fixture.git(fixture.repository, 'update-ref', '-d', `refs/heads/${branch}`)
  await expectWhole((await fixture.open().ensure({ branch, base, signal })).path)
})

test('a checkout that was in use is clean for the next one, operations half-way included', async () => {
  const { git, repository } = fixture
  let path = ''
  await fixture.workspaces.withCheckout(base, signal, async (slot) => {
    path = slot.path
    await writeFile(join(path, 'README.md'), 'theirs\n')
    await git(path, 'commit', '-qam', 'theirs')
    const theirs = await git(path, 'rev-parse', 'HEAD')
    await git(path, 'checkout', '-q', '--detach', base)
    await writeFile(join(path, 'README.md'), 'ours\n')
    await git(path, 'commit', '-qam', 'ours')
    await expect(git(path, 'rebase', theirs)).rejects.toThrow('CONFLICT')
    await git(path, 'init', '-q', 'nested')
    await writeFile(join(slot.git.worktreeDir, 'index.lock'), '')
  })
  await fixture.open().withCheckout(base, signal, async (slot) => {
    expect(slot.path).toBe(path)
    expect(await git(path, 'status', '--porcelain', '--ignored')).toBe('')
    expect(await readdir(slot.git.worktreeDir)).not.toContain('rebase-merge')
  })
  expect(await git(repository, 'status', '--porcelain')).toBe('')
})

test('prune by the user leaves a worktree whose directory is gone registered', async () => {
  const made = await fixture.workspaces.ensure({ branch, base, signal })
  await rm(made.path, { recursive: true })
  await fixture.git(fixture.repository, 'worktree', 'prune')
  expect(existsSync(made.git.worktreeDir)).toBe(true)
})

test('a session that redirects its tree to a repository of its own is not followed', async () => {
  const { git } = fixture
  const made = await fixture.workspaces.ensure({ branch, base, signal })
  const own = join(fixture.pool, '..', 'own')
  await mkdir(own)
  await git(own, 'init', '-q')
  await writeFile(join(made.path, '.git'), `gitdir: ${join(own, '.git')}\n`)
  await writeFile(join(made.git.worktreeDir, 'commondir'), `${join(own, '.git')}\n`)
  expect(await fixture.workspaces.observe(branch, base)).toMatchObject({ kind: 'present', head: base, tree: 'clean' })
})
