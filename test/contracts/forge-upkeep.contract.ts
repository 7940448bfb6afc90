/** What every forge promises about a PR that is open for a while: its text, its checks, its branch, and the people around it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CommitSha, PrNumber } from '../../src/domain/ids.ts'
import { MERGE_METHODS } from '../../src/domain/run.ts'
import type { Forge } from '../../src/forge/forge.ts'
import {
  type ForgeFixture,
  failedNames,
  HEAD,
  isSettled,
  MERGE,
  OPEN,
  observePr,
  observeUntil,
  openPr,
  settled,
  statuses,
  TEXT,
} from './forge-fixture.ts'

const NOBODYS = 4711 as PrNumber
const OTHER = { 'other.txt': 'other\n' }

export function describeForgeUpkeep(name: string, createFixture: () => Promise<ForgeFixture>): void {
  describe(`forge contract, upkeep: ${name}`, () => {
    let fixture: ForgeFixture
    let forge: Forge
    beforeEach(async () => {
      fixture = await createFixture()
      forge = fixture.forge
    })
    afterEach(() => fixture.cleanup())

    /** Somebody else moves the target. */
    async function moveTarget(base: CommitSha, files: Readonly<Record<string, string>> = OTHER): Promise<CommitSha> {
      const theirs = await fixture.commit({ parent: base, files })
      await fixture.moveTarget(theirs)
      return theirs
    }

    test('it says where pull requests go and whose rights are used, before anything is written', async () => {
      const description = await forge.ready({ admin: false })
      expect(description).toEqual({
        place: expect.stringMatching(/./),
        account: description.account === null ? null : expect.stringMatching(/./),
        notes: description.notes.map(() => expect.stringMatching(/./)),
      })
      expect(await forge.ready({ admin: false })).toEqual(description)
      expect(await forge.observe(HEAD)).toEqual({ kind: 'none' })
    })

    test('a PR looks the same by its number and by its branch; a number that nobody has is no PR', async () => {
      const { number } = await openPr(fixture)
      await settled(forge)
      expect(await forge.observeNumber(number)).toEqual(await forge.observe(HEAD))
      expect(await forge.observeNumber(NOBODYS)).toEqual({ kind: 'none' })
    })

    test('title and body are replaced, also twice; of a PR that nobody has they cannot be', async () => {
      const { head, number } = await openPr(fixture)
      const text = { title: 'Add a better greeting', body: '' }
      await forge.edit(number, text)
      await forge.edit(number, text)
      expect(await observePr(forge)).toMatchObject({ number, title: text.title, state: 'open', head })
      await expect(forge.edit(NOBODYS, text)).rejects.toMatchObject({ name: 'Failure', kind: 'forge_refused' })
    })

    test('a PR asked for as a draft is open, is found again, and can be merged once it is ready', async () => {
      const head = await fixture.commit({ parent: await forge.targetHead(), files: OTHER, ci: 'green' })
      await fixture.push(HEAD, head)
      const { number, url } = await forge.ensureOpen({ ...OPEN, head, draft: true })
      expect(await forge.ensureOpen({ ...OPEN, head, draft: true })).toEqual({ number, url, created: false })
      expect(await settled(forge)).toMatchObject({ number, state: 'open', head })
      await forge.markReady(number)
      await forge.markReady(number)
      expect(await observeUntil(forge, (pr) => !pr.draft && isSettled(pr))).toMatchObject({ number, state: 'open' })
      expect(await forge.merge({ number, head, ...MERGE })).toMatchObject({ kind: 'merged' })
    })

    test('checks that failed run again on the same commit; what never failed cannot', async () => {
      const { head, number } = await openPr(fixture, { ci: 'red' })
      const names = failedNames(await settled(forge))
      expect(names).toHaveLength(1)
      expect(await forge.rerun(number, head, ['no such check'])).toEqual({
        kind: 'impossible',
        why: expect.stringMatching(/./),
      })
      expect(await forge.rerun(number, head, names)).toEqual({ kind: 'started' })
      expect(await forge.rerun(number, head, names)).toEqual({ kind: 'started' })
      const pr = await settled(forge)
      expect([pr.head, failedNames(pr)]).toEqual([head, names])
    })

    test('a target that moved on is brought into the head, which has checks of its own and can be merged', async () => {
      const { base, head, number } = await openPr(fixture)
      await moveTarget(base)
      await settled(forge)
      expect(await forge.updateBranch(number, head)).toEqual({ kind: 'updated' })
      const pr = await observeUntil(forge, (pr) => pr.head !== head && isSettled(pr))
      expect(pr).toMatchObject({ state: 'open', behind: false, mergeability: 'clean' })
      expect([statuses(pr), pr.checks]).toMatchObject([['passed'], { kind: 'reported', head: pr.head }])
      expect(await forge.observePushed(HEAD)).toEqual({ kind: 'known', head: pr.head })
      expect(await forge.updateBranch(number, head)).toMatchObject({ kind: 'stale' })
      expect(await forge.updateBranch(number, pr.head)).toEqual({ kind: 'current' })
      expect(await forge.merge({ number, ...MERGE, head: pr.head })).toMatchObject({ kind: 'merged' })
      expect((await fixture.readTarget()).files).toMatchObject({ 'greeting.txt': 'hello\n', ...OTHER })
    })

    test('a head that has the newest target is current and stays', async () => {
      const { head, number } = await openPr(fixture)
      await settled(forge)
      expect(await forge.updateBranch(number, head)).toEqual({ kind: 'current' })
      expect(await forge.observePushed(HEAD)).toEqual({ kind: 'known', head })
    })

    test('a target that conflicts is not brought in', async () => {
      const { base, head, number } = await openPr(fixture)
      await moveTarget(base, { 'greeting.txt': 'good morning\n' })
      await settled(forge)
      expect(await forge.updateBranch(number, head)).toEqual({ kind: 'conflict' })
      expect(await forge.observePushed(HEAD)).toEqual({ kind: 'known', head })
    })

    test('only exactly the head that was asked for is updated', async () => {
      const { base, head, number } = await openPr(fixture)
      await moveTarget(base)
      const next = await fixture.commit({ parent: head, files: { 'more.txt': 'more\n' }, ci: 'green' })
      await fixture.push(HEAD, next)
      expect(await forge.updateBranch(number, head)).toMatchObject({ kind: 'stale' })
      expect(await forge.observePushed(HEAD)).toEqual({ kind: 'known', head: next })
    })

    test.each(MERGE_METHODS.map((method) => [method, { squash: 1, merge: 3, rebase: 2 }[method]] as const))(
      'a branch of two commits merged by %s adds %i to the target, once',
      async (method, added) => {
        const base = await forge.targetHead()
        const first = await fixture.commit({ parent: base, files: { 'greeting.txt': 'hello\n' }, ci: 'green' })
        const head = await fixture.commit({ parent: first, files: { 'more.txt': 'more\n' }, ci: 'green' })
        await fixture.push(HEAD, head)
        const { number } = await forge.ensureOpen({ ...OPEN, head })
        const theirs = await moveTarget(base)
        await settled(forge)
        const request = { ...MERGE, number, head, method }
        if (fixture.mergeMethods?.includes(method) === false) {
          expect(await forge.merge(request)).toMatchObject({ kind: 'refused' })
          expect(await forge.targetHead()).toBe(theirs)
          return
        }
        const result = await forge.merge(request)
        expect(result).toEqual({ kind: 'merged', commit: await forge.targetHead() })
        expect(await forge.merge(request)).toEqual(result)
        const target = await fixture.readTarget()
        expect(target.files).toMatchObject({ 'greeting.txt': 'hello\n', 'more.txt': 'more\n', ...OTHER })
        expect(target.commits).toHaveLength(2 + added)
        expect(await observePr(forge)).toMatchObject({ state: 'merged', head, mergeCommit: await forge.targetHead() })
      },
    )

    test('a head that somebody else brought to the target is merged, and merging it says so', async () => {
      const { head, number } = await openPr(fixture)
      await settled(forge)
      await fixture.moveTarget(head)
      const pr = await observeUntil(forge, ({ state }) => state !== 'open')
      expect(pr).toMatchObject({ number, state: 'merged', head, mergeCommit: expect.stringMatching(/^[0-9a-f]{40}$/) })
      expect(await forge.merge({ number, head, ...MERGE })).toEqual({ kind: 'merged', commit: pr.mergeCommit })
      expect(await forge.targetHead()).toBe(head)
    })

    test('what is said to people may be said twice, and nothing of it stands in the way of the merge', async () => {
      const { head, number } = await openPr(fixture)
      await settled(forge)
      const answer = { key: 'round-1', body: 'Done in the newest commit.', to: { kind: 'conversation' } } as const
      for (const _ of [1, 2]) {
        await forge.reply(number, [])
        await forge.reply(number, [answer])
        await forge.requestReview(number, fixture.reviewers ?? [])
        await forge.setNotice(number, null)
        await forge.setNotice(number, 'The run is blocked.')
        await forge.setNotice(number, 'The run is still blocked.')
        await forge.setNotice(number, null)
        await forge.cancelScheduled(number)
      }
      const { reviews, mergeScheduled } = await observePr(forge)
      expect({ reviews, mergeScheduled }).toMatchObject({
        reviews: { kind: 'known', threads: [], threadsComplete: true, changeRequests: [], commentsComplete: true },
        mergeScheduled: null,
      })
      const comments = reviews.kind === 'known' ? reviews.comments : []
      expect(comments.filter(({ body }) => body.includes(answer.body)).length).toBeLessThanOrEqual(1)
      expect(comments.filter(({ ours }) => !ours)).toEqual([])
      expect(await forge.merge({ number, head, ...MERGE })).toMatchObject({ kind: 'merged' })
    })

    test('where it keeps runs of its own they are listed, newest first and not more than asked for', async () => {
      await openPr(fixture)
      await settled(forge)
      const runs = forge.ciRuns === null ? null : await forge.ciRuns({ runId: null, branch: HEAD, limit: 5 })
      if (runs === null) return
      expect(runs.length).toBeLessThanOrEqual(5)
      expect(runs.map(({ startedAt }) => startedAt)).toEqual(
        runs.map(({ startedAt }) => startedAt).sort((a, b) => b - a),
      )
      expect(runs.every(({ branch, jobs }) => branch === HEAD && jobs.length === 0)).toBe(true)
    })

    test('the text of a merge is the text that was asked for, where the method writes one', async () => {
      const { head, number } = await openPr(fixture)
      await settled(forge)
      const method = fixture.mergeMethods?.find((allowed) => allowed !== 'rebase') ?? 'squash'
      await forge.merge({ ...MERGE, number, head, method, title: 'A title of its own' })
      expect((await fixture.readTarget()).commits[0]).toContain('A title of its own')
      expect(await observePr(forge)).toMatchObject({ title: TEXT.title })
    })
  })
}
