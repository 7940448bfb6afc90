/** Bringing the target into a head branch: what the commit is, who may have moved what meanwhile, and a kill at any instruction. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { CommitSha, PrNumber } from '../../src/domain/ids.ts'
import type { Forge } from '../../src/forge/forge.ts'
import { createGit, type Git } from '../../src/workspace/git.ts'
import { observePr, settled } from '../contracts/forge.contract.ts'
import { freezeGit } from '../support/frozen-git.ts'
import { createLocalForgeFixture, FORGE_IDENTITY, type LocalForgeFixture } from '../support/local-forge.ts'

const HEAD = 'claudetm/20260101-120000/g1'
const TEXT = { title: 'Add a greeting', body: '' }
const OPEN = { ...TEXT, draft: false }
const CHECKS = JSON.stringify({ test: 'test -e greeting.txt && test -e theirs.txt' })

let fixture: LocalForgeFixture
afterEach(() => fixture.cleanup())

/** A PR whose target has moved on. */
async function openBehind(headBranch = HEAD, name = 'theirs') {
  const { forge } = fixture
  const base = await forge.targetHead()
  const head = await fixture.commit({ parent: base, files: { 'greeting.txt': 'hello\n', 'checks.json': CHECKS } })
  await fixture.push(headBranch, head)
  const { number } = await forge.ensureOpen({ headBranch, head, ...OPEN })
  await settled(forge, headBranch)
  const target = await fixture.commit({ parent: base, files: { [`${name}.txt`]: 'theirs\n' }, message: name })
  await fixture.moveTarget(target)
  return { base, head, number, target }
}

const gitOf = () => createGit(fixture.repository.path, fixture.repository.environment)

async function pushedHead(forge: Forge, headBranch = HEAD): Promise<CommitSha> {
  const pushed = await forge.observePushed(headBranch)
  if (pushed.kind !== 'known' || pushed.head === null) throw new Error(JSON.stringify(pushed))
  return pushed.head
}

/** Something happens just before the head branch would be moved. */
async function interferedWith(meddle: () => Promise<void>): Promise<Forge> {
  const git = gitOf()
  let done = false
  const run: Git['run'] = async (args, options) => {
    const moves = ['push', 'update-ref'].includes(args[0] ?? '')
    if (moves && !done) {
      done = true
      await meddle()
    }
    return git.run(args, options)
  }
  return fixture.restart({ git: { ...git, run } })
}

describe.each([['bare'], [null]] as const)('with remote %s', (remote) => {
  test('the new head is a merge of ours, by our identity, and is checked without being looked at', async () => {
    fixture = await createLocalForgeFixture(remote)
    const { forge, repository } = fixture
    const { head, number, target } = await openBehind()
    const refs = ['for-each-ref', 'refs/heads', 'refs/tags', 'refs/stash']
    const before = [await repository.git(refs), await repository.git(['status', '--porcelain'])]
    expect(await forge.updateBranch(number, head)).toEqual({ kind: 'updated' })
    const next = await pushedHead(forge)
    expect(await repository.git(['show', '-s', '--format=%P|%an %ae|%cn %ce|%B', next])).toBe(
      [
        `${head} ${target}`,
        ...Array(2).fill(`${FORGE_IDENTITY.name} ${FORGE_IDENTITY.email}`),
        `Merge main into ${HEAD}`,
      ].join('|'),
    )
    expect([await repository.git(refs), await repository.git(['status', '--porcelain'])]).toEqual(before)
    const other = await fixture.restart() // waits without looking at the PR
    while (!fixture.events.some((event) => event.type === 'ci.check' && event.head === next)) {
      await other.observe('none')
    }
    const pr = await settled(forge)
    expect(pr.checks).toMatchObject({ kind: 'reported', head: next, items: [{ name: 'test', status: 'passed' }] })
    expect(pr.headSince).toBeGreaterThan(Date.UTC(2026, 0, 1))
  })

  test('killed at any git call, it is brought in once, however it is gone on with', async () => {
    fixture = await createLocalForgeFixture(remote)
    const git = gitOf()
    const outcomes: string[] = []
    let lastCommand = ''
    for (let call = 1; outcomes.at(-1) !== 'ended'; call += 1) {
      outcomes.push(await killedUpdate(call, 'before'))
      if (['push', 'update-ref'].includes(lastCommand)) outcomes.push(await killedUpdate(call, 'after'))
    }
    expect(new Set(outcomes)).toEqual(new Set(['updated once', 'ended']))

    async function killedUpdate(call: number, when: 'before' | 'after'): Promise<string> {
      const name = `${call}-${when}`
      const headBranch = `claudetm/20260101-120000/${name}`
      const { head, number, target } = await openBehind(headBranch, name)
      const frozen = freezeGit(git, { call, when })
      const dying = await fixture.restart({ git: frozen.git })
      const ended = await Promise.race([
        dying.updateBranch(number, head).then(() => true),
        frozen.reached.then(() => false),
      ])
      lastCommand = frozen.command()
      const next = await fixture.restart()
      const again = await next.updateBranch(number, head)
      const now = await pushedHead(next, headBranch)
      const parents = await fixture.repository.git(['show', '-s', '--format=%P', now])
      const isOnce = ['updated', 'stale'].includes(again.kind) && parents === `${head} ${target}`
      const { behind, head: seen } = await observePr(next, headBranch)
      if (ended) return 'ended'
      return isOnce && !behind && seen === now ? 'updated once' : `${name}: ${JSON.stringify(again)}`
    }
  })

  test('somebody who pushes to the head in between wins', async () => {
    fixture = await createLocalForgeFixture(remote)
    const { head, number } = await openBehind()
    const theirs = await fixture.commit({ parent: head, files: { 'more.txt': 'more\n' } })
    const racing = await interferedWith(() => fixture.push(HEAD, theirs))
    expect(await racing.updateBranch(number, head)).toEqual({ kind: 'stale', why: `the head is ${theirs} by now` })
    expect(await pushedHead(racing)).toBe(theirs)
  })

  test('a PR that is merged by now, and one that nobody has, are not updated', async () => {
    fixture = await createLocalForgeFixture(remote)
    const { forge } = fixture
    const { head, number } = await openBehind()
    const joined = await fixture.commit({ parent: head, files: {} })
    await fixture.push(HEAD, joined)
    await fixture.moveTarget(joined)
    expect(await forge.updateBranch(number, joined)).toEqual({ kind: 'refused', why: 'local:#1 is merged' })
    expect(await pushedHead(forge)).toBe(joined)
    expect(await forge.updateBranch(4711 as PrNumber, joined)).toMatchObject({ kind: 'refused' })
  })
})

test('a push whose answer is lost is updated when the branch shows it, and thrown when the remote is away', async () => {
  fixture = await createLocalForgeFixture('bare')
  const { repository } = fixture
  const { head, number } = await openBehind()
  const git = gitOf()
  const losing = (after: () => Promise<unknown>) =>
    fixture.restart({
      git: {
        ...git,
        async run(args, options) {
          const answer = await git.run(args, options)
          if (args[0] !== 'push') return answer
          await after()
          return git.run(['ls-remote', 'http://127.0.0.1:1/nobody-listens.git']) // throws: unreachable
        },
      },
    })
  const there = ['config', 'remote.origin.url', repository.remotePath ?? '']
  const away = ['config', 'remote.origin.url', 'http://127.0.0.1:1/nobody-listens.git']
  const forge = await losing(async () => {})
  expect(await forge.updateBranch(number, head)).toEqual({ kind: 'updated' })

  const second = await openBehind('claudetm/20260101-120000/g2', 'second')
  const cut = await losing(() => repository.git(away))
  await expect(cut.updateBranch(second.number, second.head)).rejects.toMatchObject({ kind: 'git_unreachable' })
  await repository.git(there)
  expect(await cut.updateBranch(second.number, second.head)).toMatchObject({ kind: 'stale' })
})

test('a remote that refuses the branch refuses the update', async () => {
  fixture = await createLocalForgeFixture('bare')
  const { head, number } = await openBehind()
  const hook = join(fixture.repository.remotePath ?? '', 'hooks/update')
  await writeFile(hook, '#!/bin/sh\necho "frozen" >&2\nexit 1\n', { mode: 0o755 })
  expect(await fixture.forge.updateBranch(number, head)).toMatchObject({ kind: 'refused' })
  expect(await pushedHead(fixture.forge)).toBe(head)
})
