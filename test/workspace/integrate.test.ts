/** Commits of other people in a worktree: a kill at any instruction, what their merges brought in, and hooks. */
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CommitSha } from '../../src/domain/ids.ts'
import type { Git } from '../../src/workspace/git.ts'
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

async function commit(file: string, text: string): Promise<CommitSha> {
  await writeFile(join(slot.path, file), text)
  await fixture.git(slot.path, 'add', '-A')
  await fixture.git(slot.path, 'commit', '-q', '-m', `${file}: ${text.trim()}`)
  return here('HEAD')
}

async function here(revision: string): Promise<CommitSha> {
  return (await fixture.git(slot.path, 'rev-parse', revision)) as CommitSha
}

const goTo = (revision: string) => fixture.git(slot.path, 'reset', '-q', '--hard', revision)
const files = async () => (await readdir(slot.path)).filter((name) => name.endsWith('.txt')).sort()

/** Ours and theirs beside each other, the branch on ours. */
async function diverge() {
  const pushed = await commit('pushed.txt', 'pushed\n')
  await commit('theirs-1.txt', 'theirs\n')
  const theirs = await commit('theirs-2.txt', 'theirs\n')
  await goTo(pushed)
  await fixture.git(slot.path, 'commit', '-q', '--amend', '-m', 'rewritten')
  const ours = await commit('ours.txt', 'ours\n')
  return { pushed, theirs, ours }
}

/** A git that stops answering at one call, in whatever directory, as if the process had been killed before or after it. */
function dieAt({ at, isMade }: { at: number; isMade: boolean }, reach: () => void): (git: Git) => Git {
  let calls = 0
  const through = async <T>(perform: () => Promise<T>): Promise<T> => {
    calls += 1
    if (calls < at) return perform()
    if (calls === at && isMade) await perform()
    reach()
    return new Promise<never>(() => {})
  }
  const follow = (git: Git): Git => ({
    cwd: git.cwd,
    try: (args, options) => through(() => git.try(args, options)),
    run: (args, options) => through(() => git.run(args, options)),
    at: (cwd) => follow(git.at(cwd)),
  })
  return follow
}

test.each([
  ['moving forward', null, 'ahead'],
  ['joining', null, 'diverged'],
  ['replaying', 'pushed', 'diverged'],
] as const)('killed at any git call of %s, the next process gets the same', async (_, since, relation) => {
  const world = await diverge()
  const start = relation === 'ahead' ? world.pushed : world.ours
  const request = { branch, commit: world.theirs, since: since === null ? null : world.pushed }
  const trees = new Set<string>()
  for (let step = 2, isAlive = false; !isAlive; step += 1) {
    await goTo(start)
    const { promise: reached, resolve } = Promise.withResolvers<void>()
    const dying = fixture.openWith(dieAt({ at: Math.floor(step / 2), isMade: step % 2 === 1 }, resolve))
    isAlive = await Promise.race([dying.integrate(slot, request).then(() => true), reached.then(() => false)])
    const next = fixture.open()
    const seen = await next.observe(branch, base)
    expect(seen.kind === 'absent' || (seen.kind === 'present' && seen.tree === 'clean')).toBe(true)
    if (step % 4 < 2) await next.ensure({ branch, base, signal })
    const { head, ...result } = (await next.integrate(slot, request)) as { kind: string; head: CommitSha }
    expect([result, await next.observe(branch, base)]).toMatchObject([
      { kind: 'integrated' },
      { kind: 'present', head, tree: 'clean', operationInProgress: false },
    ])
    const count = await fixture.git(slot.path, 'rev-list', '--count', `${start}..${head}`)
    trees.add(`${await here('HEAD^{tree}')} ${count} ${await fixture.git(slot.path, 'status', '--porcelain')}`)
  }
  expect(trees.size).toBe(1)
})

test('a tree that was half moved forward stands anew on what was committed, and then goes on', async () => {
  const { pushed, theirs } = await diverge()
  await goTo(pushed)
  const file = join(fixture.pool, '1.json')
  await writeFile(file, JSON.stringify({ use: 'group', branch, ready: false, installed: null }))
  await writeFile(join(slot.path, 'theirs-1.txt'), 'thei') // half-written, as is the index
  await writeFile(join(slot.git.worktreeDir, 'index.lock'), '')
  const next = fixture.open()
  expect(await next.observe(branch, base)).toEqual({ kind: 'absent' })
  expect(await next.integrate(slot, { branch, commit: theirs, since: null })).toEqual({
    kind: 'integrated',
    head: theirs,
  })
  expect(await files()).toEqual(['pushed.txt', 'theirs-1.txt', 'theirs-2.txt'])
  expect(await next.observe(branch, theirs)).toMatchObject({ kind: 'present', tree: 'clean', ahead: 0 })
})

test('a merge that could not move forward leaves the branch where it was', async () => {
  const { pushed, theirs } = await diverge()
  await goTo(pushed)
  await writeFile(join(slot.git.worktreeDir, 'index.lock'), '') // of a git that is still at work
  await expect(fixture.workspaces.integrate(slot, { branch, commit: theirs, since: null })).rejects.toMatchObject({
    kind: 'git_failed',
  })
  expect(await here(branch)).toBe(pushed)
  expect(await fixture.open().integrate(slot, { branch, commit: theirs, since: null })).toMatchObject({ head: theirs })
})

test('their merge of the target stays a merge of it, with what they resolved', async () => {
  const { git } = fixture
  const pushed = await commit('README.md', 'ours\n')
  await goTo(base)
  const target = await commit('README.md', 'target\n')
  await goTo(pushed)
  await expect(git(slot.path, 'merge', '-q', target)).rejects.toThrow('CONFLICT')
  const merge = await commit('README.md', 'ours and target\n')
  const theirs = await commit('theirs.txt', 'theirs\n')
  await goTo(base)
  const other = await commit('other.txt', 'other\n')
  const ours = await commit('README.md', 'ours\n')
  expect(await git(slot.path, 'show', '-s', '--format=%P', merge)).toBe(`${pushed} ${target}`)

  const result = await fixture.workspaces.integrate(slot, { branch, commit: theirs, since: pushed })
  expect(result).toEqual({ kind: 'integrated', head: await here('HEAD') })
  expect(await git(slot.path, 'show', 'HEAD:README.md')).toBe('ours and target')
  expect(await git(slot.path, 'log', '--first-parent', '--format=%P', `${other}..`)).toBe(
    [await here('HEAD~1'), `${ours} ${target}`, other].join('\n'),
  )
})

test('a target that ours has by now is not merged again with their merge of it', async () => {
  const { git } = fixture
  const pushed = await commit('pushed.txt', 'pushed\n')
  await goTo(base)
  const target = await commit('target.txt', 'target\n')
  await goTo(pushed)
  await git(slot.path, 'merge', '-q', '--no-edit', target)
  const theirs = await commit('theirs.txt', 'theirs\n')
  await goTo(target)
  const ours = await commit('pushed.txt', 'pushed\n')
  await fixture.workspaces.integrate(slot, { branch, commit: theirs, since: pushed })
  expect(await git(slot.path, 'log', '--format=%P %s', `${ours}..`)).toBe(`${ours} theirs.txt: theirs`)
})

test('what they pushed by force, without what we had pushed last, counts from what both have', async () => {
  const { git } = fixture
  const first = await commit('first.txt', 'first\n')
  const pushed = await commit('second.txt', 'second\n')
  await goTo(first)
  const theirs = await commit('instead.txt', 'instead\n')
  await goTo(base)
  const ours = await commit('first.txt', 'first\n')
  await fixture.workspaces.integrate(slot, { branch, commit: theirs, since: pushed })
  expect(await git(slot.path, 'log', '--format=%P %s', `${ours}..`)).toBe(`${ours} instead.txt: instead`)
})

test('no hook of the repository runs, and nothing is signed or asked', async () => {
  const { git, repository } = fixture
  const { theirs } = await diverge()
  const hooks = join(repository, '.git', 'hooks')
  await mkdir(hooks, { recursive: true })
  for (const name of ['post-merge', 'post-checkout', 'post-rewrite', 'reference-transaction', 'pre-merge-commit']) {
    await writeFile(join(hooks, name), '#!/bin/sh\ntouch "$(git rev-parse --git-common-dir)/hook-ran"\nexit 1\n')
    await chmod(join(hooks, name), 0o755)
  }
  await git(repository, 'config', 'commit.gpgSign', 'true')
  await git(repository, 'config', 'merge.verifySignatures', 'true')
  await git(repository, 'config', 'merge.ff', 'false')
  await git(repository, 'config', 'log.showSignature', 'true')
  expect(await fixture.workspaces.integrate(slot, { branch, commit: theirs, since: null })).toMatchObject({
    kind: 'integrated',
  })
  expect(existsSync(join(repository, '.git', 'hook-ran'))).toBe(false)
  expect(await files()).toEqual(['ours.txt', 'pushed.txt', 'theirs-1.txt', 'theirs-2.txt'])
})
