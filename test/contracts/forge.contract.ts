/**
 * What every forge promises, whoever implements it. A fixture brings a target branch, a way to commit, push and look, and
 * a forge that starts over as a new process would. How long a forge takes is its own affair: everything here waits for
 * `changed`.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PrNumber } from '../../src/domain/ids.ts'
import type { Forge } from '../../src/forge/forge.ts'
import { type ForgeFixture, HEAD, MERGE, OPEN, observePr, openPr, settled, statuses, TEXT } from './forge-fixture.ts'
import { describeForgeUpkeep } from './forge-upkeep.contract.ts'

export { type ForgeFixture, observePr, type ScriptedCi, settled } from './forge-fixture.ts'

export function describeForge(name: string, createFixture: () => Promise<ForgeFixture>): void {
  describe(`forge contract: ${name}`, () => {
    let fixture: ForgeFixture
    let forge: Forge
    beforeEach(async () => {
      fixture = await createFixture()
      forge = fixture.forge
    })
    afterEach(() => fixture.cleanup())

    test('before anything happened the forge knows the target, no branch and no PR', async () => {
      expect({
        target: await forge.targetHead(),
        pushed: await forge.observePushed(HEAD),
        pr: await forge.observe(HEAD),
      }).toEqual({
        target: expect.stringMatching(/^[0-9a-f]{40}$/),
        pushed: { kind: 'known', head: null },
        pr: { kind: 'none' },
      })
    })

    test('what was pushed to the push target is what the forge holds', async () => {
      const head = await fixture.commit({ parent: await forge.targetHead() })
      await fixture.push(HEAD, head)
      expect(await forge.observePushed(HEAD)).toEqual({ kind: 'known', head })
    })

    test('a PR cannot be opened for a branch that was not pushed', async () => {
      const head = await fixture.commit({ parent: await forge.targetHead() })
      await expect(forge.ensureOpen({ ...OPEN, head })).rejects.toMatchObject({
        name: 'Failure',
        kind: 'forge_refused',
      })
      expect(await forge.observe(HEAD)).toEqual({ kind: 'none' })
    })

    test('a PR is opened once, also when asked side by side and by a new process; its text is kept up to date', async () => {
      const { head, opened } = await openPr(fixture)
      const again = { ...OPEN, head, title: 'Add a better greeting' }
      const [first, second] = await Promise.all([forge.ensureOpen(again), forge.ensureOpen(again)])
      const third = await (await fixture.restart()).ensureOpen(again)
      expect([opened.created, first, second, third]).toEqual([
        true,
        ...[1, 2, 3].map(() => ({ number: opened.number, url: opened.url, created: false })),
      ])
      expect(await observePr(forge)).toMatchObject({ number: opened.number, title: 'Add a better greeting' })
    })

    test('two first requests side by side open one PR', async () => {
      const head = await fixture.commit({ parent: await forge.targetHead(), ci: 'green' })
      await fixture.push(HEAD, head)
      const request = { ...OPEN, head }
      const [first, second] = await Promise.all([forge.ensureOpen(request), forge.ensureOpen(request)])
      expect([first.number, [first.created, second.created].sort()]).toEqual([second.number, [false, true]])
    })

    test('green checks make a PR that can be merged', async () => {
      const { head, number, opened } = await openPr(fixture)
      const pr = await settled(forge)
      expect(pr).toMatchObject({
        number,
        url: opened.url,
        title: TEXT.title,
        author: expect.any(String),
        state: 'open',
        draft: false,
        headBranch: HEAD,
        head,
        isFromFork: false,
        baseBranch: 'main',
        mergeCommit: null,
        mergeability: 'clean',
        behind: false,
        checks: { kind: 'reported', head, complete: true },
        mergeScheduled: null,
      })
      expect(statuses(pr)).toEqual(['passed'])
    })

    test('merging puts one commit with the change onto the target, and everybody agrees that it is merged', async () => {
      const { base, head, number } = await openPr(fixture)
      await settled(forge)
      const result = await forge.merge({ number, head, ...MERGE })
      expect(result).toEqual({ kind: 'merged', commit: await forge.targetHead() })
      const target = await fixture.readTarget()
      expect({
        commits: target.commits.slice(1),
        greeting: target.files['greeting.txt'],
        subject: target.commits[0],
      }).toEqual({
        commits: ['initial commit'],
        greeting: 'hello\n',
        subject: expect.stringContaining(TEXT.title),
      })
      expect(await observePr(forge)).toMatchObject({ state: 'merged', mergeCommit: await forge.targetHead(), head })
      expect(await forge.targetHead()).not.toBe(base)
    })

    // L54
    test('merging again changes nothing, in this process and in a new one', async () => {
      const { head, number } = await openPr(fixture)
      await settled(forge)
      const results = [
        await forge.merge({ number, head, ...MERGE }),
        await forge.merge({ number, head, ...MERGE }),
        await (await fixture.restart()).merge({ number, head, ...MERGE }),
      ]
      const merged = { kind: 'merged', commit: await forge.targetHead() }
      expect(results).toEqual([merged, merged, merged])
      expect((await fixture.readTarget()).commits).toHaveLength(2)
    })

    test('two merges asked side by side make one commit', async () => {
      const { head, number } = await openPr(fixture)
      await settled(forge)
      const [first, second] = await Promise.all([
        forge.merge({ number, head, ...MERGE }),
        forge.merge({ number, head, ...MERGE }),
      ])
      expect(first).toEqual(second)
      expect((await fixture.readTarget()).commits).toHaveLength(2)
    })

    test('red checks are reported with the end of their logs, and are not merged', async () => {
      const { base, head, number } = await openPr(fixture, { ci: 'red' })
      const pr = await settled(forge)
      expect(statuses(pr)).toEqual(['failed'])
      const [log, ...others] = await forge.failureLogs(number, head, 20)
      expect({ others, length: (log?.tail.length ?? 99) <= 20 }).toEqual({ others: [], length: true })
      expect(await forge.merge({ number, head, ...MERGE })).toMatchObject({ kind: 'refused' })
      expect(await forge.targetHead()).toBe(base)
    })

    // L57
    test('without configured checks that is what the forge says, and merging is possible', async () => {
      const { head, number } = await openPr(fixture, { ci: 'none' })
      expect((await settled(forge)).checks).toEqual({ kind: 'none_configured' })
      expect(await forge.merge({ number, head, ...MERGE })).toMatchObject({ kind: 'merged' })
    })

    // L4 L58
    test('a new push is a new head with checks of its own; the old one can no longer be merged', async () => {
      const { head, number } = await openPr(fixture)
      await settled(forge)
      const next = await fixture.commit({ parent: head, files: { 'more.txt': 'more\n' }, ci: 'green' })
      await fixture.push(HEAD, next)
      expect(await forge.merge({ number, head, ...MERGE })).toMatchObject({ kind: 'stale' })
      expect(await settled(forge)).toMatchObject({ number, head: next, checks: { kind: 'reported', head: next } })
      expect(await forge.merge({ number, head: next, ...MERGE })).toMatchObject({ kind: 'merged' })
      expect((await fixture.readTarget()).files).toMatchObject({ 'greeting.txt': 'hello\n', 'more.txt': 'more\n' })
    })

    test('a target that moved on without a conflict leaves the PR behind, and merging keeps both changes', async () => {
      const { base, head, number } = await openPr(fixture)
      await fixture.moveTarget(await fixture.commit({ parent: base, files: { 'other.txt': 'other\n' } }))
      expect(await settled(forge)).toMatchObject({ mergeability: 'behind', behind: true })
      expect(await forge.merge({ number, head, ...MERGE })).toMatchObject({ kind: 'merged' })
      expect((await fixture.readTarget()).files).toMatchObject({ 'greeting.txt': 'hello\n', 'other.txt': 'other\n' })
    })

    test('a conflict is seen and never merged', async () => {
      const { base, head, number } = await openPr(fixture)
      const theirs = await fixture.commit({ parent: base, files: { 'greeting.txt': 'good morning\n' } })
      await fixture.moveTarget(theirs)
      expect(await settled(forge)).toMatchObject({ mergeability: 'conflicting' })
      expect(await forge.merge({ number, head, ...MERGE })).toMatchObject({ kind: 'stale' })
      expect(await forge.targetHead()).toBe(theirs)
    })

    // L55
    test('after the merge the head branch goes, once; a branch that moved on stays', async () => {
      const { head, number } = await openPr(fixture)
      await settled(forge)
      await forge.merge({ number, head, ...MERGE })
      const next = await fixture.commit({ parent: head, files: { 'late.txt': 'late\n' } })
      await fixture.push(HEAD, next)
      await forge.deleteHeadBranch(HEAD, head)
      expect(await forge.observePushed(HEAD)).toEqual({ kind: 'known', head: next })
      await forge.deleteHeadBranch(HEAD, next)
      await forge.deleteHeadBranch(HEAD, next)
      expect(await forge.observePushed(HEAD)).toEqual({ kind: 'known', head: null })
      expect(await observePr(forge)).toMatchObject({ state: 'merged', head })
    })

    // W5
    test('a branch used again gets a new PR, which is the one that is observed', async () => {
      const { head, number } = await openPr(fixture)
      await settled(forge)
      await forge.merge({ number, head, ...MERGE })
      const second = await openPr(fixture, { files: { 'second.txt': 'second\n' } })
      expect(second.number).not.toBe(number)
      expect(await observePr(forge)).toMatchObject({ number: second.number, state: 'open', head: second.head })
    })

    test('waiting for a change can be aborted', async () => {
      const { number } = await openPr(fixture)
      await settled(forge)
      const abort = new AbortController()
      const waiting = forge.changed(number, abort.signal)
      abort.abort()
      await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
      await expect(forge.changed(number, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
    })

    test('a PR that nobody opened is not merged', async () => {
      const head = await fixture.commit({ parent: await forge.targetHead() })
      expect(await forge.merge({ number: 4711 as PrNumber, head, ...MERGE })).toMatchObject({ kind: 'refused' })
    })
  })
  describeForgeUpkeep(name, createFixture)
}
