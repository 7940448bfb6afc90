/** The user's checkout is brought up to date or not touched at all: compared byte by byte. */
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CommitSha } from '../../src/domain/ids.ts'
import { createFixture, type Fixture } from './fixture.ts'

let fixture: Fixture
let base: CommitSha
let merged: CommitSha

beforeEach(async () => {
  fixture = await createFixture()
  const { git, repository, workspaces } = fixture
  base = (await git(repository, 'rev-parse', 'HEAD')) as CommitSha
  merged = await workspaces.withCheckout(base, new AbortController().signal, async ({ path }) => {
    await writeFile(join(path, 'README.md'), 'merged\n')
    await writeFile(join(path, 'new.txt'), 'new\n')
    await git(path, 'add', '-A')
    await git(path, 'commit', '-qm', 'merged')
    return (await git(path, 'rev-parse', 'HEAD')) as CommitSha
  })
})
afterEach(() => fixture.cleanup())

const forward = () => fixture.workspaces.fastForward('main', merged)
const user = (...args: string[]) => fixture.git(fixture.repository, ...args)

/** Files, index, refs and HEAD of the user's checkout. */
async function snapshot(): Promise<Record<string, string>> {
  const { repository } = fixture
  const files = (await readdir(repository, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/\/\.git\/(objects|worktrees|info)\//.test(file))
  const hashes = files.map(
    async (file) =>
      [
        file,
        createHash('sha1')
          .update(await readFile(file))
          .digest('hex'),
      ] as const,
  )
  return Object.fromEntries(await Promise.all(hashes))
}

async function expectLeft(why: RegExp, command: string): Promise<void> {
  const before = await snapshot()
  expect(await forward()).toEqual({ kind: 'left', path: fixture.repository, why: expect.stringMatching(why), command })
  expect(await snapshot()).toEqual(before)
}
const quoted = () => `'${fixture.repository.replace("'", "'\\''")}'`
const byHand = () => `git -C ${quoted()} merge --ff-only ${merged}`

test('a clean checkout of the target branch moves; untracked files and the stash stay', async () => {
  await writeFile(join(fixture.repository, 'README.md'), 'stashed\n')
  await user('stash')
  await writeFile(join(fixture.repository, 'mine.txt'), 'mine\n')
  const stash = await user('stash', 'list')
  expect(await forward()).toEqual({ kind: 'updated', path: fixture.repository, commit: merged })
  expect(await forward()).toEqual({ kind: 'current' })
  expect({
    head: await user('rev-parse', 'main'),
    status: await user('status', '--porcelain'),
    stash: await user('stash', 'list'),
    mine: await readFile(join(fixture.repository, 'mine.txt'), 'utf8'),
  }).toEqual({ head: merged, status: '?? mine.txt', stash, mine: 'mine\n' })
})

test('uncommitted changes, staged or not, keep it where it is', async () => {
  await writeFile(join(fixture.repository, 'check.sh'), 'mine\n')
  await expectLeft(/uncommitted changes \(check\.sh\)/, byHand())
  await user('add', 'check.sh')
  await expectLeft(/uncommitted changes/, byHand())
})

test('an untracked file in the way, ignored or not, keeps it where it is', async () => {
  await writeFile(join(fixture.repository, 'new.txt'), 'mine\n')
  await expectLeft(/new\.txt is there, untracked/, byHand())
  await writeFile(join(fixture.repository, '.git/info/exclude'), 'new.txt\n')
  await expectLeft(/new\.txt is there, untracked/, byHand())
})

test('a rebase of the target branch that is under way keeps it where it is', async () => {
  await user('checkout', '-q', '-b', 'other')
  await writeFile(join(fixture.repository, 'check.sh'), 'other\n')
  await user('commit', '-qam', 'other')
  await user('checkout', '-q', 'main')
  await writeFile(join(fixture.repository, 'check.sh'), 'mine\n')
  await user('commit', '-qam', 'mine')
  await user('update-ref', 'refs/keep/mine', 'main')
  await expect(user('rebase', 'other')).rejects.toThrow('CONFLICT')
  merged = (await user('commit-tree', '-p', 'main', '-m', 'on top', 'main^{tree}')) as CommitSha
  await expectLeft(/half-way/, byHand())
})

test('commits of the user on the target branch keep it where it is', async () => {
  await user('commit', '-q', '--allow-empty', '-m', 'mine')
  await expectLeft(/commits of its own/, `git -C ${quoted()} merge ${merged}`)
})

test('checked out nowhere, only the branch moves', async () => {
  for (const where of [['--detach'], ['-b', 'feature']]) {
    await user('checkout', '-q', ...where)
    await user('branch', '-f', 'main', base)
    await writeFile(join(fixture.repository, 'README.md'), 'half\n')
    const before = await snapshot()
    expect(await forward()).toEqual({ kind: 'updated', path: fixture.repository, commit: merged })
    const after = await snapshot()
    const changed = Object.keys(after).filter((file) => after[file] !== before[file])
    expect(changed.map((file) => file.slice(fixture.repository.length)).sort()).toEqual([
      '/.git/logs/refs/heads/main',
      '/.git/refs/heads/main',
    ])
  }
})

test('another worktree of theirs that has the target branch is the one that moves', async () => {
  const other = join(fixture.repository, '..', 'their worktree')
  await user('checkout', '-q', '--detach')
  await user('worktree', 'add', '-q', other, 'main')
  expect(await forward()).toEqual({ kind: 'updated', path: other, commit: merged })
  expect(await readFile(join(other, 'new.txt'), 'utf8')).toBe('new\n')
})

test('without a local target branch, or without the commit, nothing happens', async () => {
  await user('checkout', '-q', '--detach')
  await user('branch', '-qD', 'main')
  await expectLeft(/no local branch main/, `git -C ${quoted()} branch main ${merged}`)
  await user('branch', 'main', base)
  merged = '1'.repeat(40) as CommitSha
  await expectLeft(/not in this repository/, byHand())
})
