/** Merging in the local forge: what the commit is, who may have moved what meanwhile, and a kill at any instruction. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { CommitSha, PrNumber } from '../../src/domain/ids.ts'
import type { Forge } from '../../src/forge/forge.ts'
import { createGit } from '../../src/workspace/git.ts'
import { observePr, settled } from '../contracts/forge.contract.ts'
import { freezeGit } from '../support/frozen-git.ts'
import { createLocalForgeFixture, FORGE_IDENTITY, type LocalForgeFixture } from '../support/local-forge.ts'

const HEAD = 'claudetm/20260101-120000/g1'
const TEXT = { title: 'Add a greeting', body: 'It says hello.' }

let fixture: LocalForgeFixture
afterEach(() => fixture.cleanup())

async function openPr(
  forge: Forge = fixture.forge,
  headBranch = HEAD,
  files: Record<string, string> = { 'greeting.txt': 'hello\n' },
) {
  const base = await forge.targetHead()
  const head = await fixture.commit({ parent: base, files })
  await fixture.push(headBranch, head)
  const { number } = await forge.ensureOpen({ headBranch, head, ...TEXT })
  await settled(forge, headBranch)
  return { base, head, number }
}

async function merge(forge: Forge, pr: { number: PrNumber; head: CommitSha }): Promise<CommitSha> {
  const result = await forge.merge({ ...pr, ...TEXT })
  if (result.kind !== 'merged') throw new Error(`not merged: ${result.kind}: ${result.why}`)
  return result.commit
}

async function countOf(title: string): Promise<number> {
  const subjects = await fixture.repository.git(['log', '--format=%s', await fixture.forge.targetHead()])
  return subjects.split('\n').filter((subject) => subject.startsWith(title)).length
}

/** A kill before the next call is a kill after this one, except that what is written in between is not. */
const MOVES_REFS: ReadonlySet<string> = new Set(['push', 'update-ref'])

describe.each([['bare'], [null]] as const)('with remote %s', (remote) => {
  test('the merge commit has our identity, the title with the number, the body and the trailer', async () => {
    fixture = await createLocalForgeFixture(remote)
    const pr = await openPr()
    const commit = await merge(fixture.forge, pr)
    const format = '%an <%ae>|%cn <%ce>|%P|%B'
    expect(await fixture.shared(['show', '-s', `--format=${format}`, commit])).toBe(
      `${[
        ...Array(2).fill(`${FORGE_IDENTITY.name} <${FORGE_IDENTITY.email}>`),
        pr.base,
        `Add a greeting (#1)\n\nIt says hello.\n\nClaudetm-Pr: ${HEAD}#1@2026-01-01T00:00:01.000Z`,
      ].join('|')}`,
    )
  })

  test('the checkout, the index and the checked out branch of the user are not touched', async () => {
    fixture = await createLocalForgeFixture(remote)
    const { repository } = fixture
    await repository.write('README.md', 'edited and staged\n')
    await repository.git(['add', 'README.md'])
    await repository.write('README.md', 'edited again\n')
    await repository.write('greeting.txt', 'my own, untracked\n')
    const look = async () => ({
      status: await repository
        .git(['status', '--porcelain=v2', '--branch'])
        .then((text) => text.replace(/^# branch\.ab.*\n/m, '')),
      refs: await repository.git(['for-each-ref', 'refs/heads', 'refs/tags', 'refs/stash']),
      staged: await repository.git(['diff', '--cached']),
      unstaged: await repository.git(['diff']),
      untracked: await readFile(join(repository.path, 'greeting.txt'), 'utf8'),
      fetchHead: await readFile(join(repository.path, '.git/FETCH_HEAD'), 'utf8').catch(() => null),
    })
    const before = await look()
    await merge(fixture.forge, await openPr())
    expect(await look()).toEqual(before)
  })

  test('PRs opened on the same base are merged one onto the other', async () => {
    fixture = await createLocalForgeFixture(remote)
    const second = 'claudetm/20260101-120000/g2'
    const prs = [await openPr(), await openPr(fixture.forge, second, { 'second.txt': 'second\n' })]
    for (const pr of prs) await merge(fixture.forge, pr)
    expect(await fixture.readTarget()).toEqual({
      commits: ['Add a greeting (#2)', 'Add a greeting (#1)', 'initial commit'],
      files: { 'README.md': 'hello\n', 'greeting.txt': 'hello\n', 'second.txt': 'second\n' },
    })
  })

  test('the same change already on the target: merged without a commit, and said', async () => {
    fixture = await createLocalForgeFixture(remote)
    const pr = await openPr()
    const theirs = await fixture.commit({ parent: pr.base, files: { 'greeting.txt': 'hello\n' }, message: 'theirs' })
    await fixture.moveTarget(theirs)
    expect(await merge(fixture.forge, pr)).toBe(theirs)
    expect(await observePr(fixture.forge)).toMatchObject({ state: 'merged', mergeCommit: theirs })
    expect(fixture.events.filter((event) => event.type === 'warning')).toEqual([
      { type: 'warning', message: expect.stringContaining('changes nothing that main does not have already') },
    ])
  })

  test('a branch somebody merged by hand is a merged PR', async () => {
    fixture = await createLocalForgeFixture(remote)
    const pr = await openPr()
    await fixture.moveTarget(pr.head)
    expect(await observePr(fixture.forge)).toMatchObject({ state: 'merged', mergeCommit: pr.head, head: pr.head })
    expect(await fixture.forge.merge({ ...pr, ...TEXT })).toEqual({ kind: 'merged', commit: pr.head })
  })

  test('a closed PR is not merged, and asking to open makes a new one', async () => {
    fixture = await createLocalForgeFixture(remote)
    const pr = await openPr()
    const file = join(fixture.directory, 'prs/1.json')
    const record = JSON.parse(await readFile(file, 'utf8'))
    await writeFile(file, JSON.stringify({ ...record, status: { state: 'closed', at: 1 } }))
    expect(await observePr(fixture.forge)).toMatchObject({ number: 1, state: 'closed', mergeCommit: null })
    expect(await fixture.forge.merge({ ...pr, ...TEXT })).toEqual({ kind: 'refused', why: 'local:#1 is closed' })
    expect(await fixture.forge.ensureOpen({ headBranch: HEAD, head: pr.head, ...TEXT })).toMatchObject({
      number: 2,
      created: true,
    })
  })

  test('killed at any git call of a merge, it becomes one commit, however it is gone on with', async () => {
    fixture = await createLocalForgeFixture(remote)
    const git = createGit(fixture.repository.path, fixture.repository.environment)
    const outcomes: string[] = []
    let lastCommand = ''
    for (let call = 1; outcomes.at(-1) !== 'ended'; call += 1) {
      outcomes.push(await killedMerge(call, 'before'))
      if (MOVES_REFS.has(lastCommand)) outcomes.push(await killedMerge(call, 'after'))
    }
    expect(new Set(outcomes)).toEqual(new Set(['merged once', 'ended']))

    async function killedMerge(call: number, when: 'before' | 'after'): Promise<string> {
      const name = `${call}-${when}`
      const headBranch = `claudetm/20260101-120000/${name}`
      const pr = await openPr(fixture.forge, headBranch, { [`${name}.txt`]: `${name}\n` })
      const frozen = freezeGit(git, { call, when })
      const dying = await fixture.restart({ git: frozen.git })
      const title = `Kill ${name}`
      const request = { ...pr, title, body: '' }
      const ended = await Promise.race([dying.merge(request).then(() => true), frozen.reached.then(() => false)])
      lastCommand = frozen.command()
      const next = await fixture.restart()
      const result = await (call % 2 === 0 ? next.merge(request) : observeThenMerge(next, headBranch, request))
      const consistent =
        result.kind === 'merged' &&
        result.commit === (await observePr(next, headBranch)).mergeCommit &&
        result.commit === (await next.targetHead()) &&
        (await countOf(`${title} `)) === 1
      return ended ? 'ended' : consistent ? 'merged once' : `${name}: ${JSON.stringify(result)}`
    }
  })
})

async function observeThenMerge(forge: Forge, headBranch: string, request: Parameters<Forge['merge']>[0]) {
  await observePr(forge, headBranch)
  return forge.merge(request)
}

test('a push whose answer is lost is unknown while the remote is away, and merged when it is back', async () => {
  fixture = await createLocalForgeFixture('bare')
  const { repository } = fixture
  const pr = await openPr()
  const git = createGit(repository.path, repository.environment)
  const away = ['config', 'remote.origin.url', join(repository.directory, 'nowhere.git')]
  const losing = await fixture.restart({
    git: {
      ...git,
      async run(args, options) {
        if (args[0] !== 'push') return git.run(args, options)
        await git.run(args, options)
        await repository.git(away)
        return git.run(args, options)
      },
    },
  })
  expect(await losing.merge({ ...pr, ...TEXT })).toMatchObject({ kind: 'unknown' })
  expect(await losing.observe(HEAD)).toMatchObject({ kind: 'unknown' })
  await repository.git(['config', 'remote.origin.url', repository.remotePath ?? ''])
  const target = await losing.targetHead()
  expect(await observePr(losing)).toMatchObject({ state: 'merged', mergeCommit: target })
  expect(await countOf(TEXT.title)).toBe(1)
})

test('somebody who pushes to the target between our look and our push wins; merging again comes on top', async () => {
  fixture = await createLocalForgeFixture('bare')
  const { repository } = fixture
  const pr = await openPr()
  const theirs = await fixture.commit({ parent: pr.base, files: { 'theirs.txt': 'theirs\n' }, message: 'theirs' })
  const git = createGit(repository.path, repository.environment)
  let interfered = false
  const racing = await fixture.restart({
    git: {
      ...git,
      async run(args, options) {
        if (args[0] === 'push' && !interfered) {
          interfered = true
          await fixture.moveTarget(theirs)
        }
        return git.run(args, options)
      },
    },
  })
  expect(await racing.merge({ ...pr, ...TEXT })).toMatchObject({ kind: 'stale' })
  await merge(racing, pr)
  expect((await fixture.readTarget()).commits).toEqual(['Add a greeting (#1)', 'theirs', 'initial commit'])
})

test('without a remote, a commit of the user between our look and the merge makes it stale', async () => {
  fixture = await createLocalForgeFixture(null)
  const { repository } = fixture
  const pr = await openPr()
  const theirs = await fixture.commit({ parent: pr.base, files: { 'theirs.txt': 'theirs\n' }, message: 'theirs' })
  const git = createGit(repository.path, repository.environment)
  let interfered = false
  const racing = await fixture.restart({
    git: {
      ...git,
      async run(args, options) {
        if (args[0] === 'update-ref' && !interfered) {
          interfered = true
          await fixture.moveTarget(theirs)
        }
        return git.run(args, options)
      },
    },
  })
  expect(await racing.merge({ ...pr, ...TEXT })).toMatchObject({ kind: 'stale' })
  await merge(racing, pr)
  expect((await fixture.readTarget()).commits).toEqual(['Add a greeting (#1)', 'theirs', 'initial commit'])
})

test('a remote that refuses the target branch refuses the merge, and the target stays', async () => {
  fixture = await createLocalForgeFixture('bare')
  const { repository } = fixture
  const pr = await openPr()
  const hook = join(repository.remotePath ?? '', 'hooks/update')
  await writeFile(hook, '#!/bin/sh\necho "main is protected" >&2\ntest "$1" != refs/heads/main\n', { mode: 0o755 })
  expect(await fixture.forge.merge({ ...pr, ...TEXT })).toMatchObject({
    kind: 'refused',
    why: expect.stringContaining('push'),
  })
  expect(await fixture.forge.targetHead()).toBe(pr.base)
  expect(await observePr(fixture.forge)).toMatchObject({ state: 'open' })
})

test('a body that ends like a trailer does not stand for the merge', async () => {
  fixture = await createLocalForgeFixture(null)
  const first = await openPr()
  const key = JSON.parse(await readFile(join(fixture.directory, 'prs/1.json'), 'utf8')).key
  const quoting = await fixture.commit({
    parent: first.base,
    files: { 'quote.txt': 'quote\n' },
    message: `Quote\n\nAs said: Claudetm-Pr: ${key}\n\nClaudetm-Pr: ${key}-not`,
  })
  const intent = { base: first.base, commit: first.head }
  const file = join(fixture.directory, 'prs/1.json')
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), mergeIntent: intent }))
  await fixture.moveTarget(quoting)
  expect(await observePr(fixture.forge)).toMatchObject({ state: 'open', mergeability: 'behind' })
})
