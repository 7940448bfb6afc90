/** What every implementation of `Workspaces` promises, on a real repository. */
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CommitSha } from '../../src/domain/ids.ts'
import type { Workspaces } from '../../src/workspace/workspace.ts'
import { foreignCommitsContract } from './foreign-commits.contract.ts'

export type WorkspaceFixture = {
  readonly workspaces: Workspaces
  /** The same pool in a new process. */
  reopen(): Workspaces
  /** Top level of the user's checkout: on `main`, one commit with `README.md` and `check.sh`; `origin` is bare. */
  readonly repository: string
  readonly remote: string
  git(cwd: string, ...args: string[]): Promise<string>
  cleanup(): Promise<void>
}

/** Fixtures configure one check, `sh check.sh`. */
export function workspaceContract(name: string, create: () => Promise<WorkspaceFixture>): void {
  describe(`${name} as Workspaces`, () => {
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

    test('a branch starts at its base in a tree of its own, and is the same one when asked again', async () => {
      const { workspaces, git, repository } = fixture
      const first = await workspaces.ensure({ branch, base, signal })
      const again = await workspaces.ensure({ branch, base, signal })
      expect(again).toEqual({ ...first, adopted: true })
      expect({
        adopted: first.adopted,
        branch: first.git.branch,
        checkedOut: await git(first.path, 'branch', '--show-current'),
        head: await git(first.path, 'rev-parse', 'HEAD'),
        upstream: await git(repository, 'for-each-ref', '--format=%(upstream)', `refs/heads/${branch}`),
        user: await git(repository, 'status', '--porcelain', '--branch'),
      }).toEqual({
        adopted: false,
        branch,
        checkedOut: branch,
        head: base,
        upstream: '',
        user: '## main...origin/main',
      })
    })

    test('after a restart everything is found again, uncommitted work too', async () => {
      const slot = await fixture.workspaces.ensure({ branch, base, signal })
      const head = await commit(slot.path, 'done.txt')
      await writeFile(join(slot.path, 'half.txt'), 'half\n')
      await writeFile(join(slot.path, 'README.md'), 'changed\n')
      const reopened = fixture.reopen()
      expect(await reopened.observe(branch, base)).toEqual({
        kind: 'present',
        head,
        tree: 'dirty',
        leftovers: ['README.md', 'half.txt'],
        ahead: 1,
        operationInProgress: false,
      })
      expect(await reopened.ensure({ branch, base, signal })).toEqual({ ...slot, adopted: true })
      expect(await readFile(join(slot.path, 'half.txt'), 'utf8')).toBe('half\n')
    })

    test('what is not there is absent, what cannot be counted is unknown', async () => {
      const { workspaces } = fixture
      expect(await workspaces.observe(branch, base)).toEqual({ kind: 'absent' })
      await workspaces.ensure({ branch, base, signal })
      const elsewhere = '1'.repeat(40) as CommitSha
      expect(await workspaces.observe(branch, elsewhere)).toEqual({ kind: 'unknown', why: expect.any(String) })
    })

    test('checkouts are clean, several at once, and each comes back', async () => {
      const { workspaces, git } = fixture
      const seen: string[] = []
      const visit = () =>
        workspaces.withCheckout(base, signal, async (slot) => {
          seen.push(slot.path)
          expect({
            branch: slot.git.branch,
            head: await git(slot.path, 'rev-parse', 'HEAD'),
            status: await git(slot.path, 'status', '--porcelain', '--ignored'),
          }).toEqual({ branch: null, head: base, status: '' })
          await writeFile(join(slot.path, 'rubbish.txt'), '')
          await writeFile(join(slot.path, 'README.md'), 'rubbish\n')
          return slot.path
        })
      const both = await Promise.all([visit(), visit()])
      expect(new Set(both).size).toBe(2)
      await expect(workspaces.withCheckout(base, signal, () => Promise.reject(new Error('mine')))).rejects.toThrow(
        'mine',
      )
      await visit()
      expect(new Set(seen).size).toBe(2)
    })

    test('an aborted checkout is never handed out', async () => {
      const aborted = AbortSignal.abort(new Error('enough'))
      const use = () => Promise.resolve('used')
      await expect(fixture.workspaces.withCheckout(base, aborted, use)).rejects.toThrow('enough')
    })

    test('the gate is evidence for its commit: passed, failed with the end of the output, or none of either', async () => {
      const { workspaces } = fixture
      const slot = await workspaces.ensure({ branch, base, signal })
      const passed = await workspaces.gate(slot, base, signal)
      const red = await commit(slot.path, 'check.sh', 'echo why\nexit 3\n')
      const failed = await workspaces.gate(slot, red, signal)
      const measured = { durationMs: expect.any(Number) }
      const check = { name: 'check', command: 'sh check.sh', timedOut: false, ...measured }
      expect([passed, failed]).toEqual([
        { commit: base, outcome: 'passed', checks: [{ ...check, exitCode: 0, tail: '' }], at: 1, ...measured },
        { commit: red, outcome: 'failed', checks: [{ ...check, exitCode: 3, tail: 'why' }], at: 1, ...measured },
      ])
      await expect(workspaces.gate(slot, base, signal)).rejects.toMatchObject({ kind: 'git_failed' })
      await writeFile(join(slot.path, 'half.txt'), '')
      await expect(workspaces.gate(slot, red, signal)).rejects.toMatchObject({ kind: 'git_failed' })
    })

    test('a gate that writes files leaves the clean tree clean', async () => {
      const { workspaces, git } = fixture
      const slot = await workspaces.ensure({ branch, base, signal })
      const script =
        'echo x >> README.md; mkdir -p out/deep "ä b"; echo y > out/deep/f; echo z > "ä b/ü"; git add README.md\n'
      const head = await commit(slot.path, 'check.sh', script)
      const record = await workspaces.gate(slot, head, signal)
      expect(record.checks[0]?.tail).toBe('(files the checks changed were put back: README.md, out/deep/f, ä b/ü)')
      expect(await git(slot.path, 'status', '--porcelain')).toBe('')
      await expect(stat(join(slot.path, 'out'))).rejects.toThrow()
    })

    test('a command has a limit, plain output and the commit identity; aborting rejects', async () => {
      const { workspaces } = fixture
      const slot = await workspaces.ensure({ branch, base, signal })
      const colours = await workspaces.runCommand(
        slot,
        "printf '\\033[31mred\\033[0m\\a '; echo $CI $GIT_AUTHOR_NAME",
        signal,
      )
      expect({ ...colours, durationMs: 0 }).toMatchObject({ exitCode: 0, tail: 'red true Contract' })
      expect(await workspaces.runCommand(slot, 'sleep 60', signal)).toMatchObject({ exitCode: null, timedOut: true })
      const abort = new AbortController()
      const running = workspaces.runCommand(slot, 'sleep 60', abort.signal)
      abort.abort(new Error('enough'))
      await expect(running).rejects.toThrow('enough')
    })

    test('pushes exactly the commit asked for, again without harm, and over others only by force and as expected', async () => {
      const { workspaces, git, remote } = fixture
      const slot = await workspaces.ensure({ branch, base, signal })
      const one = await commit(slot.path, 'one.txt')
      const two = await commit(slot.path, 'two.txt')
      const ref = 'refs/heads/feature'
      const to = { branch, remote: 'origin', ref, expected: null }
      const held = () => git(remote, 'rev-parse', ref)
      await workspaces.push({ ...to, commit: one, force: false })
      await workspaces.push({ ...to, commit: one, force: false })
      expect(await held()).toBe(one)
      await workspaces.push({ ...to, commit: two, force: false })
      await expect(workspaces.push({ ...to, commit: one, force: false })).rejects.toMatchObject({ kind: 'git_refused' })
      const forced = { ...to, commit: one, force: true }
      await expect(workspaces.push({ ...forced, expected: base })).rejects.toMatchObject({ kind: 'git_refused' })
      await workspaces.push({ ...forced, expected: two })
      await workspaces.push({ ...forced, expected: two })
      expect(await held()).toBe(one)
      await workspaces.push({ ...to, commit: two, remote: '.', ref: 'refs/claudetm/pushed', force: false })
      expect(await git(fixture.repository, 'rev-parse', 'refs/claudetm/pushed')).toBe(two)
      const nowhere = workspaces.push({ ...to, commit: two, remote: '/nowhere.git', force: false })
      await expect(nowhere).rejects.toMatchObject({ kind: 'git_refused' })
    })

    test('a branch goes when every commit of it has shipped, and its tree serves the next one', async () => {
      const { workspaces, git, repository } = fixture
      const slot = await workspaces.ensure({ branch, base, signal })
      const head = await commit(slot.path, 'one.txt')
      const release = (shippedHead: CommitSha | null) => workspaces.release({ branch, shippedHead })
      await expect(release(base)).rejects.toMatchObject({ kind: 'not_shipped' })
      await expect(release(null)).rejects.toMatchObject({ kind: 'not_shipped' })
      await release(head)
      await release(head)
      expect(await git(repository, 'branch', '--list', branch)).toBe('')
      expect(await workspaces.observe(branch, base)).toEqual({ kind: 'absent' })
      const next = await workspaces.ensure({ branch: 'claudetm/r1/g2', base, signal })
      expect({ path: next.path, status: await git(next.path, 'status', '--porcelain', '--branch') }).toEqual({
        path: slot.path,
        status: '## claudetm/r1/g2',
      })
      await workspaces.release({ branch: 'claudetm/r1/g2', shippedHead: null })
    })

    test('removing the pool keeps what holds work', async () => {
      const { workspaces, git, repository } = fixture
      const work = await workspaces.ensure({ branch, base, signal })
      const idle = await workspaces.ensure({ branch: 'claudetm/r1/g2', base, signal })
      const dirty = await workspaces.ensure({ branch: 'claudetm/r1/g3', base, signal })
      await commit(work.path, 'one.txt')
      await writeFile(join(dirty.path, 'half.txt'), '')
      const head = (await git(work.path, 'rev-parse', 'HEAD')) as CommitSha
      await workspaces.removePool()
      const listed = await git(repository, 'worktree', 'list', '--porcelain')
      expect([work, idle, dirty].map(({ path }) => listed.includes(`worktree ${path}\n`))).toEqual([false, false, true])
      expect(await git(repository, 'branch', '--list', 'claudetm/*', '--format=%(refname:short)')).toBe(
        `${branch}\nclaudetm/r1/g3`,
      )
      await git(dirty.path, 'clean', '-fdq')
      await workspaces.release({ branch, shippedHead: head })
      await workspaces.removePool()
      await workspaces.removePool()
      expect((await git(repository, 'worktree', 'list')).split('\n')).toHaveLength(1)
    })
  })
  foreignCommitsContract(name, create)
}
