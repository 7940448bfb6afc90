/** What every implementation of `Workspaces` promises about commits that somebody else pushed, with a real remote. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CommitSha } from '../../src/domain/ids.ts'
import type { WorkspaceFixture } from './workspace.contract.ts'

export function foreignCommitsContract(name: string, create: () => Promise<WorkspaceFixture>): void {
  describe(`${name} as Workspaces, with commits of others`, () => {
    let fixture: WorkspaceFixture
    let base: CommitSha
    const { signal } = new AbortController()
    const branch = 'claudetm/r1/g1'

    beforeEach(async () => {
      fixture = await create()
      base = (await fixture.git(fixture.repository, 'rev-parse', 'HEAD')) as CommitSha
    })
    afterEach(() => fixture.cleanup())

    async function commit(cwd: string, file: string, text = `${file}\n`): Promise<CommitSha> {
      await writeFile(join(cwd, file), text)
      await fixture.git(cwd, 'add', '-A')
      await fixture.git(cwd, 'commit', '-q', '-m', `add ${file}`)
      return (await fixture.git(cwd, 'rev-parse', 'HEAD')) as CommitSha
    }

    /** Somebody else commits on top of a pushed branch and pushes; the commit is not in the repository. */
    async function pushFromElsewhere(from: string, files: Readonly<Record<string, string>>): Promise<CommitSha> {
      const { git, remote } = fixture
      const clone = `${remote}-colleague`
      await rm(clone, { recursive: true, force: true })
      await git(remote, 'clone', '-q', '--branch', from, remote, clone)
      const theirs = ['-c', 'user.name=Colleague', 'commit', '-q', '--author', 'Colleague <c@example.com>']
      for (const [file, text] of Object.entries(files)) {
        await writeFile(join(clone, file), text)
        await git(clone, 'add', '-A')
        await git(clone, ...theirs, '-m', `theirs: ${file}`)
      }
      await git(clone, 'push', '-q', 'origin', `HEAD:${branch}`)
      return (await git(clone, 'rev-parse', 'HEAD')) as CommitSha
    }

    /** A branch with one commit, pushed under its own name. */
    async function pushOne() {
      const { workspaces } = fixture
      const slot = await workspaces.ensure({ branch, base, signal })
      const pushed = await commit(slot.path, 'ours.txt')
      const from = { remote: 'origin', ref: `refs/heads/${branch}` }
      await workspaces.push({ branch, commit: pushed, ...from, force: false, expected: null })
      return { slot, pushed, from }
    }

    /** What the branch's worktree holds. */
    async function look(path: string) {
      const { git } = fixture
      const [head, status] = [await git(path, 'rev-parse', 'HEAD'), await git(path, 'status', '--porcelain')]
      const files = (await git(path, 'ls-files')).split('\n').filter((file) => file.endsWith('.txt'))
      return { head, status, branch: await git(path, 'branch', '--show-current'), files }
    }

    test('a new branch starts at a commit that only a remote has, when it is said where', async () => {
      const { workspaces, git, repository, remote } = fixture
      const theirs = await pushFromElsewhere('main', { 'theirs.txt': 'theirs\n' })
      const from = { remote: 'origin', ref: `refs/heads/${branch}` }
      const refs = await git(repository, 'for-each-ref')
      const here = 'claudetm/r1/adopted'
      const nowhere = '1'.repeat(40) as CommitSha
      await expect(workspaces.ensure({ branch: here, base: nowhere, from, signal })).rejects.toMatchObject({
        kind: 'git_failed',
      })
      expect(await git(repository, 'for-each-ref')).toBe(refs)
      const slot = await workspaces.ensure({ branch: here, base: theirs, from, signal })
      expect(await look(slot.path)).toEqual({ head: theirs, status: '', branch: here, files: ['theirs.txt'] })
      await rm(remote, { recursive: true })
      expect(await workspaces.ensure({ branch: here, base: nowhere, from, signal })).toEqual({ ...slot, adopted: true })
    })

    test('a commit on the forge is contained, ahead, diverged, or it is not known', async () => {
      const { workspaces, git, repository, remote } = fixture
      const { slot, pushed, from } = await pushOne()
      const relate = (commit: CommitSha, other = {}) => workspaces.relate({ branch, commit, ...from, ...other })
      const ahead = await pushFromElsewhere(branch, { 'theirs.txt': 'theirs\n' })
      const refs = await git(repository, 'for-each-ref')
      expect([await relate(base), await relate(pushed), await relate(ahead)]).toEqual([
        'contained',
        'contained',
        'ahead',
      ])
      expect(await git(repository, 'for-each-ref')).toBe(refs)
      await commit(slot.path, 'more.txt')
      expect(await relate(ahead)).toBe('diverged')
      const nowhere = '1'.repeat(40) as CommitSha
      await rm(remote, { recursive: true })
      expect([
        await relate(nowhere),
        await relate(nowhere, { remote: '.', ref: 'refs/claudetm/pushed' }),
        await relate(pushed, { branch: 'claudetm/r1/none' }),
        await relate(ahead),
      ]).toEqual(['unknown', 'unknown', 'unknown', 'diverged'])
    })

    test('a commit is part of a history or not, and what is not here is no answer', async () => {
      const { workspaces } = fixture
      const { pushed, from } = await pushOne()
      const ahead = await pushFromElsewhere(branch, { 'theirs.txt': 'theirs\n' })
      await workspaces.relate({ branch, commit: ahead, ...from })
      const contains = (commit: CommitSha, within: CommitSha) => workspaces.contains({ commit, within })
      expect(await Promise.all([contains(pushed, ahead), contains(ahead, ahead), contains(ahead, pushed)])).toEqual([
        true,
        true,
        false,
      ])
      await expect(contains('1'.repeat(40) as CommitSha, ahead)).rejects.toMatchObject({ kind: 'git_failed' })
    })

    test('commits on top of ours are ours by moving forward', async () => {
      const { workspaces } = fixture
      const { slot, from } = await pushOne()
      const theirs = await pushFromElsewhere(branch, { 'theirs.txt': 'theirs\n' })
      await workspaces.relate({ branch, commit: theirs, ...from })
      for (const since of [null, base]) {
        const result = await workspaces.integrate(slot, { branch, commit: theirs, since })
        expect(result).toEqual({ kind: 'integrated', head: theirs })
      }
      expect(await look(slot.path)).toEqual({ head: theirs, status: '', branch, files: ['ours.txt', 'theirs.txt'] })
      expect(await workspaces.ensure({ branch, base, signal })).toEqual({ ...slot, adopted: true })
    })

    test('commits beside ours are joined by a merge commit, once', async () => {
      const { workspaces, git } = fixture
      const { slot, from } = await pushOne()
      const theirs = await pushFromElsewhere(branch, { 'theirs.txt': 'theirs\n' })
      await workspaces.relate({ branch, commit: theirs, ...from })
      const ours = await commit(slot.path, 'more.txt')
      const integrate = () => workspaces.integrate(slot, { branch, commit: theirs, since: null })
      const result = await integrate()
      expect(await integrate()).toEqual(result)
      const { head, ...tree } = await look(slot.path)
      expect([result, tree]).toEqual([
        { kind: 'integrated', head },
        { status: '', branch, files: ['more.txt', 'ours.txt', 'theirs.txt'] },
      ])
      expect(await git(slot.path, 'show', '-s', '--format=%P|%an|%cn', head)).toBe(
        `${ours} ${theirs}|Contract|Contract`,
      )
    })

    test('commits that conflict with ours change nothing, and it is said where', async () => {
      const { workspaces } = fixture
      const { slot, pushed, from } = await pushOne()
      const theirs = await pushFromElsewhere(branch, { 'a b.txt': 'theirs\n', 'ours.txt': 'theirs\n' })
      await workspaces.relate({ branch, commit: theirs, ...from })
      await commit(slot.path, 'a b.txt', 'mine\n')
      const ours = await commit(slot.path, 'ours.txt', 'mine\n')
      const before = await look(slot.path)
      const integrate = (since: CommitSha | null) => workspaces.integrate(slot, { branch, commit: theirs, since })
      expect(await integrate(null)).toEqual({ kind: 'conflict', files: ['a b.txt', 'ours.txt'] })
      expect(await integrate(pushed)).toEqual({ kind: 'conflict', files: ['a b.txt'] })
      expect([before.head, await look(slot.path)]).toEqual([ours, before])
      expect(await workspaces.observe(branch, base)).toMatchObject({ tree: 'clean', operationInProgress: false })
    })

    test('after we rewrote what was pushed, only their commits since then are replayed on ours, once', async () => {
      const { workspaces, git } = fixture
      const { slot, pushed, from } = await pushOne()
      await pushFromElsewhere(branch, { 'theirs.txt': 'helo\n' })
      const theirs = await pushFromElsewhere(branch, { 'theirs.txt': 'hello\n' })
      await workspaces.relate({ branch, commit: theirs, ...from })
      await git(slot.path, 'reset', '-q', '--hard', base)
      await commit(slot.path, 'base.txt')
      const ours = await commit(slot.path, 'ours.txt', 'rewritten\n')
      const integrate = () => workspaces.integrate(slot, { branch, commit: theirs, since: pushed })
      const result = await integrate()
      expect(await integrate()).toEqual(result)
      const { head, ...tree } = await look(slot.path)
      expect([result, tree]).toEqual([
        { kind: 'integrated', head },
        { status: '', branch, files: ['base.txt', 'ours.txt', 'theirs.txt'] },
      ])
      expect(await git(slot.path, 'log', '--format=%an|%cn|%s', `${ours}..`)).toBe(
        Array(2).fill('Colleague|Contract|theirs: theirs.txt').join('\n'),
      )
      expect(await readFile(join(slot.path, 'ours.txt'), 'utf8')).toBe('rewritten\n')
      expect(await readFile(join(slot.path, 'theirs.txt'), 'utf8')).toBe('hello\n')
    })

    test('nothing is joined with a tree that holds uncommitted work or stands elsewhere', async () => {
      const { workspaces, git } = fixture
      const { slot, from } = await pushOne()
      const theirs = await pushFromElsewhere(branch, { 'theirs.txt': 'theirs\n' })
      await workspaces.relate({ branch, commit: theirs, ...from })
      const integrate = () => workspaces.integrate(slot, { branch, commit: theirs, since: null })
      await writeFile(join(slot.path, 'half.txt'), 'half\n')
      await expect(integrate()).rejects.toMatchObject({ kind: 'git_failed' })
      expect(await readFile(join(slot.path, 'half.txt'), 'utf8')).toBe('half\n')
      await rm(join(slot.path, 'half.txt'))
      await git(slot.path, 'checkout', '-q', '--detach')
      await expect(integrate()).rejects.toMatchObject({ kind: 'git_failed' })
    })
  })
}
