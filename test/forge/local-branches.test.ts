/** Which commit the local forge takes for the target and for a head, with a remote and without, and when it cannot know. */
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { CommitSha } from '../../src/domain/ids.ts'
import { observePr, settled } from '../contracts/forge.contract.ts'
import { createLocalForgeFixture, type LocalForgeFixture } from '../support/local-forge.ts'

const HEAD = 'claudetm/20260101-120000/g1'
const TEXT = { title: 'Add a greeting', body: '' }
const OPEN = { ...TEXT, draft: false }
const MERGE = { ...TEXT, method: null, admin: false }

let fixture: LocalForgeFixture
afterEach(() => fixture.cleanup())

async function openPr(files: Record<string, string> = { 'greeting.txt': 'hello\n' }, headBranch = HEAD) {
  const { forge } = fixture
  const head = await fixture.commit({ parent: await forge.targetHead(), files })
  await fixture.push(headBranch, head)
  const { number } = await forge.ensureOpen({ headBranch, head, ...OPEN })
  await settled(forge, headBranch)
  return { head, number }
}

async function mergeOne(name: string): Promise<CommitSha> {
  const pr = await openPr({ [`${name}.txt`]: `${name}\n` }, `claudetm/20260101-120000/${name}`)
  const result = await fixture.forge.merge({ ...pr, ...MERGE })
  if (result.kind !== 'merged') throw new Error(JSON.stringify(result))
  return result.commit
}

const setRemote = (url: string) => fixture.repository.git(['config', 'remote.origin.url', url])

test('a remote that does not answer makes everything unknown and nothing absent', async () => {
  fixture = await createLocalForgeFixture('bare')
  const { forge, repository } = fixture
  const pr = await openPr()
  await setRemote('http://127.0.0.1:1/nobody-listens.git')
  const why = expect.stringContaining('git ls-remote')
  expect({
    pushed: await forge.observePushed(HEAD),
    pr: await forge.observe(HEAD),
    nobody: await forge.observe('claudetm/20260101-120000/g2'),
    merge: await forge.merge({ ...pr, ...MERGE }),
  }).toEqual({
    pushed: { kind: 'unknown', why },
    pr: { kind: 'unknown', why },
    nobody: { kind: 'none' },
    merge: { kind: 'unknown', why },
  })
  const unreachable = { name: 'Failure', kind: 'git_unreachable', isRetryable: true }
  await expect(forge.targetHead()).rejects.toMatchObject(unreachable)
  await expect(forge.ensureOpen({ headBranch: 'other', head: pr.head, ...OPEN })).rejects.toMatchObject(unreachable)
  await expect(forge.deleteHeadBranch(HEAD, pr.head)).rejects.toMatchObject(unreachable)

  await setRemote(repository.remotePath ?? '')
  expect(await forge.merge({ ...pr, ...MERGE })).toMatchObject({ kind: 'merged' })
})

test('a merged PR is known without asking the remote', async () => {
  fixture = await createLocalForgeFixture('bare')
  const commit = await mergeOne('a')
  await setRemote('http://127.0.0.1:1/nobody-listens.git')
  expect(await observePr(fixture.forge, 'claudetm/20260101-120000/a')).toMatchObject({
    state: 'merged',
    mergeCommit: commit,
  })
})

test('what somebody else pushed to the remote is the target, and the user’s own refs are left alone', async () => {
  fixture = await createLocalForgeFixture('bare')
  const { forge, repository } = fixture
  const before = await repository.git(['for-each-ref', 'refs/heads', 'refs/remotes'])
  const clone = join(repository.directory, 'colleague')
  await repository.git(['clone', '--quiet', repository.remotePath ?? '', clone])
  await repository.git(['-C', clone, 'commit', '--quiet', '--allow-empty', '-m', 'from a colleague'])
  await repository.git(['-C', clone, 'push', '--quiet', 'origin', 'HEAD:main', `HEAD:${HEAD}`])
  const theirs = (await repository.git(['-C', clone, 'rev-parse', 'HEAD'])) as CommitSha
  expect([await forge.targetHead(), await forge.targetHead()]).toEqual([theirs, theirs])
  expect(await repository.git(['cat-file', '-t', theirs])).toBe('commit')
  expect(await repository.git(['for-each-ref', 'refs/heads', 'refs/remotes'])).toBe(before)
})

test('a head somebody else pushed is brought here and becomes the head', async () => {
  fixture = await createLocalForgeFixture('bare')
  const { forge, repository } = fixture
  const { head } = await openPr()
  const clone = join(repository.directory, 'colleague')
  await repository.git(['clone', '--quiet', '--branch', HEAD, repository.remotePath ?? '', clone])
  await repository.git(['-C', clone, 'commit', '--quiet', '--allow-empty', '-m', 'from a colleague'])
  await repository.git(['-C', clone, 'push', '--quiet', 'origin', `HEAD:${HEAD}`])
  const theirs = await repository.git(['-C', clone, 'rev-parse', 'HEAD'])
  const before = await observePr(forge)
  expect([before.head, theirs === head, before.mergeability]).toEqual([theirs, false, 'clean'])
  expect((await settled(forge)).headSince).toBe(before.headSince)
})

test('a remote without the target branch gets it with the first merge', async () => {
  fixture = await createLocalForgeFixture('bare')
  const { forge, repository } = fixture
  const local = await repository.git(['rev-parse', 'main'])
  await fixture.shared(['update-ref', '-d', 'refs/heads/main'])
  expect(await forge.targetHead()).toBe(local)
  const commit = await mergeOne('a')
  expect(await fixture.shared(['rev-parse', 'main', 'main^'])).toBe(`${commit}\n${local}`)
})

test.each([['bare'], [null]] as const)(
  'a target branch that is nowhere is a missing branch (remote %s)',
  async (remote) => {
    fixture = await createLocalForgeFixture(remote)
    const forge = await fixture.restart({ targetBranch: 'release' })
    await expect(forge.targetHead()).rejects.toMatchObject({
      kind: 'branch_missing',
      isRetryable: false,
      facts: { branch: 'release' },
    })
  },
)

test('without a remote, merges gather on the integration ref until the user’s branch has them', async () => {
  fixture = await createLocalForgeFixture(null)
  const { forge, repository } = fixture
  const initial = await repository.git(['rev-parse', 'main'])
  const first = await mergeOne('a')
  const second = await mergeOne('b')
  expect({
    main: await repository.git(['rev-parse', 'main']),
    integration: await repository.git(['rev-parse', 'refs/claudetm/target/main', 'refs/claudetm/target/main^']),
    target: await forge.targetHead(),
  }).toEqual({ main: initial, integration: `${second}\n${first}`, target: second })

  const ahead = await fixture.commit({ parent: second, files: { 'own.txt': 'own\n' }, message: 'the user goes on' })
  await repository.git(['update-ref', 'refs/heads/main', ahead])
  expect(await forge.targetHead()).toBe(ahead)
  const third = await mergeOne('c')
  expect(await repository.git(['rev-parse', `${third}^`])).toBe(ahead)
})

test('without a remote, a branch of the user that went another way does not hide what was merged', async () => {
  fixture = await createLocalForgeFixture(null)
  const { forge, repository } = fixture
  const initial = (await repository.git(['rev-parse', 'main'])) as CommitSha
  const merged = await mergeOne('a')
  await repository.git(['update-ref', 'refs/heads/main', await fixture.commit({ parent: initial, message: 'own way' })])
  expect(await forge.targetHead()).toBe(merged)
})

test('branches are pushed to the remote, or below our own refs of the repository', async () => {
  fixture = await createLocalForgeFixture(null)
  const withRemote = await fixture.restart({ remote: 'origin' })
  expect([withRemote.pushTarget('feature'), fixture.forge.pushTarget('feature')]).toEqual([
    { remote: 'origin', ref: 'refs/heads/feature' },
    { remote: '.', ref: 'refs/claudetm/pushed/feature' },
  ])
})

test('branches whose names contain another name are told apart', async () => {
  fixture = await createLocalForgeFixture('bare')
  const { forge } = fixture
  const head = await fixture.commit({ parent: await forge.targetHead() })
  await fixture.push('x/refs/heads/feature', head)
  expect(await forge.observePushed('feature')).toEqual({ kind: 'known', head: null })
})

// L55
test('the target branch is never deleted, and a refused deletion is said', async () => {
  fixture = await createLocalForgeFixture('bare')
  const { forge } = fixture
  const target = await forge.targetHead()
  await forge.deleteHeadBranch('main', target)
  expect(await forge.targetHead()).toBe(target)
  const { head } = await openPr()
  await fixture.shared(['config', 'receive.denyDeletes', 'true'])
  await forge.deleteHeadBranch(HEAD, head)
  expect(await forge.observePushed(HEAD)).toEqual({ kind: 'known', head })
  expect(fixture.events.filter((event) => event.type === 'warning')).toEqual([
    { type: 'warning', message: expect.stringContaining(`the branch ${HEAD} is left`) },
  ])
})

test('an open PR whose branch is gone is still there, with the head it had, and cannot be merged', async () => {
  fixture = await createLocalForgeFixture('bare')
  const { head, number } = await openPr()
  await fixture.shared(['update-ref', '-d', `refs/heads/${HEAD}`])
  expect(await fixture.forge.observePushed(HEAD)).toEqual({ kind: 'known', head: null })
  expect(await observePr(fixture.forge)).toMatchObject({ state: 'open', head })
  expect(await fixture.forge.merge({ number, head, ...MERGE })).toMatchObject({ kind: 'stale' })
})
