/** Merging in the local forge: what the commit is, who may have moved what meanwhile, and a kill at any instruction. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { CommitSha, PrNumber } from '../../src/domain/ids.ts'
import { MERGE_METHODS } from '../../src/domain/run.ts'
import type { Forge } from '../../src/forge/forge.ts'
import { createGit } from '../../src/workspace/git.ts'
import { observePr, settled } from '../contracts/forge.contract.ts'
import { freezeGit } from '../support/frozen-git.ts'
import { createLocalForgeFixture, FORGE_IDENTITY, type LocalForgeFixture } from '../support/local-forge.ts'

const HEAD = 'claudetm/20260101-120000/g1'
const TEXT = { title: 'Add a greeting', body: 'It says hello.' }
const OPEN = { ...TEXT, draft: false }
const MERGE = { ...TEXT, method: null, admin: false }

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
  const { number } = await forge.ensureOpen({ headBranch, head, ...OPEN })
  await settled(forge, headBranch)
  return { base, head, number }
}

async function merge(forge: Forge, pr: { number: PrNumber; head: CommitSha }): Promise<CommitSha> {
  const result = await forge.merge({ ...pr, ...MERGE })
  if (result.kind !== 'merged') throw new Error(`not merged: ${JSON.stringify(result)}`)
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

  // L78
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
    expect(await fixture.forge.merge({ ...pr, ...MERGE })).toEqual({ kind: 'merged', commit: pr.head })
  })

  test('a closed PR is not merged, and asking to open makes a new one', async () => {
    fixture = await createLocalForgeFixture(remote)
    const pr = await openPr()
    const file = join(fixture.directory, 'prs/1.json')
    const record = JSON.parse(await readFile(file, 'utf8'))
    await writeFile(file, JSON.stringify({ ...record, status: { state: 'closed', at: 1 } }))
    expect(await observePr(fixture.forge)).toMatchObject({ number: 1, state: 'closed', mergeCommit: null })
    expect(await fixture.forge.merge({ ...pr, ...MERGE })).toEqual({ kind: 'refused', why: 'local:#1 is closed' })
    expect(await fixture.forge.ensureOpen({ headBranch: HEAD, head: pr.head, ...OPEN })).toMatchObject({
      number: 2,
      created: true,
    })
  })

  // What a method writes is the same with a remote: there one of them is enough.
  const methods = remote === null ? MERGE_METHODS : (['squash'] as const)
  test.each(methods)(
    'killed at any git call of a merge by %s, it happens once, however it is gone on with',
    async (method) => {
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
        const pr = await openTwo(headBranch, name)
        const frozen = freezeGit(git, { call, when })
        const dying = await fixture.restart({ git: frozen.git })
        const request = { ...MERGE, ...pr, method }
        const ended = await Promise.race([dying.merge(request).then(() => true), frozen.reached.then(() => false)])
        lastCommand = frozen.command()
        const next = await fixture.restart()
        const result = await (call % 2 === 0 ? next.merge(request) : observeThenMerge(next, headBranch, request))
        const target = await next.targetHead()
        const added =
          (await fixture.repository.git(['rev-list', '--count', `${pr.base}..${target}`])) === COMMITS[method]
        const consistent =
          result.kind === 'merged' &&
          result.commit === (await observePr(next, headBranch)).mergeCommit &&
          result.commit === target
        return ended ? 'ended' : consistent && added ? 'merged once' : `${name}: ${JSON.stringify(result)}`
      }
    },
  )
})

/** What a branch of two commits adds to the target. */
const COMMITS = { squash: '1', merge: '3', rebase: '2' }

/** A change, and a correction of the same line by somebody else. */
async function openTwo(headBranch = HEAD, name = 'greeting') {
  const { forge } = fixture
  const base = await forge.targetHead()
  const first = await fixture.commit({ parent: base, files: { [`${name}.txt`]: 'helo\n' }, message: 'Say helo' })
  const message = 'Say hello\n\nOne letter was missing.\n\nCo-authored-by: Ada <ada@example.com>'
  const head = await fixture.commit({ parent: first, files: { [`${name}.txt`]: 'hello\n' }, message })
  await fixture.push(headBranch, head)
  const { number } = await forge.ensureOpen({ headBranch, head, ...OPEN })
  await settled(forge, headBranch)
  return { base, first, head, number }
}

describe('by other methods than squash', () => {
  const show = async (commit: string, format: string) => fixture.shared(['show', '-s', `--format=${format}`, commit])
  const key = `${HEAD}#1@2026-01-01T00:00:01.000Z`

  test('a merge commit has both as parents, our identity and the text that was asked for', async () => {
    fixture = await createLocalForgeFixture('bare')
    const { forge } = fixture
    const pr = await openTwo()
    const theirs = await fixture.commit({ parent: pr.base, files: { 'theirs.txt': 'theirs\n' }, message: 'theirs' })
    await fixture.moveTarget(theirs)
    const result = await forge.merge({ ...MERGE, ...pr, method: 'merge' })
    const target = await forge.targetHead()
    expect(result).toEqual({ kind: 'merged', commit: target })
    expect(await show(target, '%P|%an %ae|%cn %ce|%B')).toBe(
      [
        `${theirs} ${pr.head}`,
        ...Array(2).fill(`${FORGE_IDENTITY.name} ${FORGE_IDENTITY.email}`),
        `Add a greeting (#1)\n\nIt says hello.\n\nClaudetm-Pr: ${key}`,
      ].join('|'),
    )
  })

  test('replayed commits keep author, date and text, have our committer, and the last one says whose they are', async () => {
    fixture = await createLocalForgeFixture('bare')
    const { forge } = fixture
    const pr = await openTwo()
    const theirs = await fixture.commit({ parent: pr.base, files: { 'theirs.txt': 'theirs\n' }, message: 'theirs' })
    await fixture.moveTarget(theirs)
    expect(await forge.merge({ ...MERGE, ...pr, method: 'rebase' })).toMatchObject({ kind: 'merged' })
    const target = await forge.targetHead()
    const [last, first] = (await fixture.shared(['rev-list', `${theirs}..${target}`])).split('\n')
    const authorOf = (commit: string) => show(commit, '%an|%ae|%ad')
    expect({
      committer: await show(target, '%cn %ce'),
      authors: [await authorOf(first ?? ''), await authorOf(last ?? '')],
      texts: [await show(first ?? '', '%B'), await show(last ?? '', '%B')],
      trailers: await show(last ?? '', '%(trailers:only)'),
      parents: [await show(first ?? '', '%P'), await show(last ?? '', '%P')],
      file: await fixture.shared(['show', `${first}:greeting.txt`]),
    }).toEqual({
      committer: `${FORGE_IDENTITY.name} ${FORGE_IDENTITY.email}`,
      authors: [await authorOf(pr.first), await authorOf(pr.head)],
      texts: ['Say helo', `${await show(pr.head, '%B')}\nClaudetm-Pr: ${key}`],
      trailers: `Co-authored-by: Ada <ada@example.com>\nClaudetm-Pr: ${key}`,
      parents: [theirs, first],
      file: 'helo',
    })
  })

  test('what the target has by now is not replayed again', async () => {
    fixture = await createLocalForgeFixture(null)
    const { forge } = fixture
    const pr = await openTwo()
    const more = await fixture.commit({ parent: pr.head, files: { 'more.txt': 'more\n' }, message: 'Say more' })
    await fixture.push(HEAD, more)
    const same = { 'greeting.txt': 'hello\n' }
    await fixture.moveTarget(await fixture.commit({ parent: pr.first, files: same, message: 'Say hello, too' }))
    await settled(forge)
    expect(await forge.merge({ ...MERGE, ...pr, head: more, method: 'rebase' })).toMatchObject({ kind: 'merged' })
    expect((await fixture.readTarget()).commits).toEqual(['Say more', 'Say hello, too', 'Say helo', 'initial commit'])
  })

  test('commits that only together fit the target are not replayed, and it is said; squashed they are merged', async () => {
    fixture = await createLocalForgeFixture(null)
    const { forge } = fixture
    const pr = await openTwo()
    const theirs = await fixture.commit({ parent: pr.base, files: { 'greeting.txt': 'hello\n', 'a.txt': 'a\n' } })
    const more = await fixture.commit({ parent: pr.head, files: { 'more.txt': 'more\n' } })
    await fixture.push(HEAD, more)
    await fixture.moveTarget(theirs)
    await settled(forge)
    expect(await forge.merge({ ...MERGE, ...pr, head: more, method: 'rebase' })).toEqual({
      kind: 'refused',
      why: `rebase: commit ${pr.first.slice(0, 12)} conflicts by itself in greeting.txt`,
    })
    expect(await forge.targetHead()).toBe(theirs)
    await merge(forge, { ...pr, head: more })
  })

  test('what a merge commit of the branch changed is not lost by leaving it out', async () => {
    fixture = await createLocalForgeFixture(null)
    const { forge, repository } = fixture
    const pr = await openTwo()
    const theirs = await fixture.commit({ parent: pr.base, files: { 'theirs.txt': 'theirs\n' }, message: 'theirs' })
    await fixture.moveTarget(theirs)
    const changed = await fixture.commit({
      parent: pr.head,
      files: { 'theirs.txt': 'theirs\n', 'by-the-merge.txt': 'new\n' },
    })
    const join = ['commit-tree', `${changed}^{tree}`, '-p', pr.head, '-p', theirs, '-m', 'join']
    const head = (await repository.git(join)) as CommitSha
    await fixture.push(HEAD, head)
    await settled(forge)
    expect(await forge.merge({ ...MERGE, ...pr, head, method: 'rebase' })).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('do not give what merging them gives'),
    })
    expect(await forge.merge({ ...MERGE, ...pr, head, method: 'merge' })).toMatchObject({ kind: 'merged' })
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
  expect(await losing.merge({ ...pr, ...MERGE })).toMatchObject({ kind: 'unknown' })
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
  expect(await racing.merge({ ...pr, ...MERGE })).toMatchObject({ kind: 'stale' })
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
  expect(await racing.merge({ ...pr, ...MERGE })).toMatchObject({ kind: 'stale' })
  await merge(racing, pr)
  expect((await fixture.readTarget()).commits).toEqual(['Add a greeting (#1)', 'theirs', 'initial commit'])
})

test('a remote that refuses the target branch refuses the merge, and the target stays', async () => {
  fixture = await createLocalForgeFixture('bare')
  const { repository } = fixture
  const pr = await openPr()
  const hook = join(repository.remotePath ?? '', 'hooks/update')
  await writeFile(hook, '#!/bin/sh\necho "main is protected" >&2\ntest "$1" != refs/heads/main\n', { mode: 0o755 })
  expect(await fixture.forge.merge({ ...pr, ...MERGE })).toMatchObject({
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
