/** What every store has to keep. A store's test file calls `storeContract` with a way to make one. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RunEvent } from '../../src/domain/events.ts'
import type { FailureKind } from '../../src/domain/failure.ts'
import type { RunId } from '../../src/domain/ids.ts'
import type { Store } from '../../src/store/store.ts'
import { RUN, sampleState, sampleSummary } from './samples.ts'

export type StoreHarness = {
  /** A handle on the same stored things, as another process would have it. */
  open(): Store
  /** Somebody takes the lock and dies without giving it back. */
  leaveDeadOwner(): Promise<void>
  cleanup(): Promise<void>
}

export function storeContract(name: string, createHarness: () => Promise<StoreHarness>): void {
  describe(`store contract: ${name}`, () => {
    let harness: StoreHarness
    let store: Store
    beforeEach(async () => {
      harness = await createHarness()
      store = harness.open()
    })
    afterEach(() => harness.cleanup())

    test('where nothing was stored there is nothing', async () => {
      expect({
        state: await store.load(),
        owner: await store.owner(),
        events: await collect(store.events(0)),
        document: await store.readDocument('plan.md'),
        control: await store.controlRequests(),
        history: await store.history(),
      }).toEqual({ state: null, owner: null, events: [], document: null, control: [], history: [] })
    })

    describe('the lock', () => {
      test('has one owner, whom everybody sees, until it is released', async () => {
        const lock = await store.acquire()
        const other = harness.open()
        expect(await other.owner()).toEqual(lock.owner)
        expect(await failure(other.acquire())).toEqual('run_locked')
        expect(await lock.holds()).toBe(true)
        await lock.release()
        expect(await lock.holds()).toBe(false)
        expect(await other.owner()).toBeNull()
        const next = await other.acquire()
        expect(next.owner.fence).toBeGreaterThan(lock.owner.fence)
      })

      test('says who has it', async () => {
        const { owner } = await store.acquire()
        const refused = await harness
          .open()
          .acquire()
          .catch((error) => error)
        expect(refused).toMatchObject({ kind: 'run_locked', facts: { pid: owner.pid, host: owner.host } })
      })

      test('is taken over from a dead owner with a higher number', async () => {
        const before = await store.acquire()
        await before.release()
        await harness.leaveDeadOwner()
        expect(await store.owner()).toBeNull()
        const lock = await store.acquire()
        expect(lock.owner.fence).toBeGreaterThan(before.owner.fence + 1)
      })

      test('goes to exactly one of many who want it at once', async () => {
        const outcomes = await Promise.all(
          Array.from({ length: 8 }, () =>
            harness
              .open()
              .acquire()
              .then(
                () => 'won',
                (error) => error.kind,
              ),
          ),
        )
        expect(outcomes.toSorted()).toEqual([...Array<string>(7).fill('run_locked'), 'won'])
      })

      test('may be released twice', async () => {
        const lock = await store.acquire()
        await lock.release()
        const next = await harness.open().acquire()
        await lock.release()
        expect(await next.holds()).toBe(true)
      })

      test('protects every write: without it nothing is changed', async () => {
        const lost = await store.acquire()
        const saved = await store.save(lost, sampleState())
        await lost.release()
        expect({
          save: await failure(store.save(lost, saved)),
          append: await failure(store.append(lost, RUN, { type: 'warning', message: 'late' })),
          document: await failure(store.writeDocument(lost, 'plan.md', 'late')),
          archive: await failure(store.archive(lost, sampleSummary())),
        }).toEqual({ save: 'superseded', append: 'superseded', document: 'superseded', archive: 'superseded' })
        expect({
          state: await store.load(),
          events: await collect(store.events(0)),
          document: await store.readDocument('plan.md'),
          history: await store.history(),
        }).toEqual({ state: saved, events: [], document: null, history: [] })
      })
    })

    describe('the state', () => {
      test('comes back as it was saved, for everybody', async () => {
        const lock = await store.acquire()
        const saved = await store.save(lock, sampleState())
        expect(saved).toEqual(sampleState({ revision: 1, updatedAt: saved.updatedAt }))
        expect(await store.load()).toEqual(saved)
        expect(await harness.open().load()).toEqual(saved)
      })

      test('is only replaced by who knows the newest revision', async () => {
        const lock = await store.acquire()
        const first = await store.save(lock, sampleState())
        const second = await store.save(lock, { ...first, reason: 'second' })
        expect(await failure(store.save(lock, { ...first, reason: 'stale' }))).toEqual('superseded')
        expect(await failure(store.save(lock, sampleState()))).toEqual('superseded')
        expect(await failure(store.save(lock, { ...second, runId: 'another' as RunId }))).toEqual('superseded')
        expect(await store.load()).toEqual(second)
        await lock.release()
        const next = await store.acquire()
        expect(await failure(store.save(next, { ...first, reason: 'stale' }))).toEqual('superseded')
        expect(await store.save(next, second)).toMatchObject({ revision: 3, reason: 'second' })
      })

      test('is replaced by exactly one of two who save at once', async () => {
        const lock = await store.acquire()
        const first = await store.save(lock, sampleState())
        const outcomes = await Promise.allSettled([
          store.save(lock, { ...first, reason: 'a' }),
          store.save(lock, { ...first, reason: 'b' }),
        ])
        expect(outcomes.map((outcome) => outcome.status).toSorted()).toEqual(['fulfilled', 'rejected'])
        expect((await store.load())?.revision).toBe(2)
      })

      test('that could not be loaded again is not saved', async () => {
        const lock = await store.acquire()
        const saved = await store.save(lock, sampleState())
        const broken = { ...saved, capsSince: { costUsd: Number.NaN, sessions: 0 } }
        expect(await failure(store.save(lock, broken))).toEqual('internal')
        expect(await store.load()).toEqual(saved)
        expect(await store.save(lock, saved)).toMatchObject({ revision: 2 })
      })
    })

    describe('events', () => {
      test('are numbered from one, in order, also after another owner went on', async () => {
        const lock = await store.acquire()
        const first = await store.append(lock, RUN, { type: 'warning', message: 'one\ntwo \u2028 🦀' })
        const second = await store.append(lock, RUN, { type: 'ci.passed', groupId: 'g1' as never, head: 'c' as never })
        await lock.release()
        const other = harness.open()
        const third = await other.append(await other.acquire(), RUN, { type: 'warning', message: 'three' })
        expect([first.seq, second.seq, third.seq]).toEqual([1, 2, 3])
        expect(await collect(store.events(0))).toEqual([first, second, third])
      })

      test('can be followed from the last one seen', async () => {
        const lock = await store.acquire()
        const follower = harness.open()
        const seen: RunEvent[] = []
        for (const message of ['a', 'b', 'c']) {
          await store.append(lock, RUN, { type: 'warning', message })
          seen.push(...(await collect(follower.events(seen.at(-1)?.seq ?? 0))))
        }
        expect(seen).toEqual(await collect(store.events(0)))
        expect(await collect(follower.events(1))).toEqual(seen.slice(1))
        expect(await collect(follower.events(3))).toEqual([])
      })
    })

    test('documents are replaced and read by everybody', async () => {
      const lock = await store.acquire()
      await store.writeDocument(lock, 'plan.md', '# long first text\n')
      await store.writeDocument(lock, 'plan.md', '# 🦀\n')
      expect(await harness.open().readDocument('plan.md')).toBe('# 🦀\n')
    })

    describe('control requests', () => {
      test('a document is exchanged for exactly the text that was read, and what a person wrote meanwhile stays', async () => {
        const lock = await store.acquire()
        const exchange = (from: string | null, to: string) => store.exchangeDocument(lock, 'plan.md', { from, to })
        expect(await exchange('nothing is there', 'x')).toBe(false)
        expect(await store.readDocument('plan.md')).toBeNull()
        expect([await exchange(null, 'one'), await exchange(null, 'two'), await exchange('one', 'two')]).toEqual([
          true,
          false,
          true,
        ])
        expect([await exchange('one', 'three'), await store.readDocument('plan.md')]).toEqual([false, 'two'])
      })

      test('are listed oldest first until they are cleared', async () => {
        await store.requestControl('pause', 'lunch')
        await harness.open().requestControl('stop', null)
        const requests = await store.controlRequests()
        expect(requests).toMatchObject([
          { request: 'pause', reason: 'lunch' },
          { request: 'stop', reason: null },
        ])
        await store.clearControl(requests.slice(0, 1).map((request) => request.id))
        expect(await store.controlRequests()).toEqual(requests.slice(1))
        await store.clearControl(requests.map((request) => request.id))
        expect(await store.controlRequests()).toEqual([])
      })

      test('wake who waits for them', async () => {
        const lock = await store.acquire()
        const signal = new AbortController().signal
        const waiting = store.controlArrived(signal)
        await harness.open().requestControl('stop', null)
        await waiting
        await store.controlArrived(signal) // it is still there
        expect(await lock.holds()).toBe(true)
      })

      test('are waited for until aborted', async () => {
        const abort = new AbortController()
        const waiting = store.controlArrived(abort.signal)
        abort.abort(new Error('enough'))
        await expect(waiting).rejects.toThrow('enough')
        await expect(store.controlArrived(abort.signal)).rejects.toThrow('enough')
      })
    })

    describe('archiving', () => {
      test('leaves a line of history and room for the next run', async () => {
        const lock = await store.acquire()
        await store.save(lock, sampleState())
        await store.append(lock, RUN, { type: 'warning', message: 'old' })
        await store.writeDocument(lock, 'plan.md', 'old')
        await store.requestControl('stop', null)
        await store.archive(lock, sampleSummary())
        await store.append(lock, RUN, { type: 'warning', message: 'afterthought' })
        expect({
          state: await store.load(),
          events: await collect(store.events(0)),
          document: await store.readDocument('plan.md'),
          control: await store.controlRequests(),
          history: await store.history(),
        }).toEqual({ state: null, events: [], document: null, control: [], history: [sampleSummary()] })

        const next = 'next-run' as RunId
        await store.save(lock, sampleState({ runId: next }))
        const event = await store.append(lock, next, { type: 'warning', message: 'new' })
        expect(event.seq).toBe(1)
        expect(await collect(store.events(0))).toEqual([event])
        expect(await harness.open().load()).toMatchObject({ runId: next, revision: 1 })
      })

      test('may be done twice, and history is newest first', async () => {
        const lock = await store.acquire()
        const summaries = [1, 3, 2].map((endedAt) => sampleSummary({ runId: `run-${endedAt}` as RunId, endedAt }))
        for (const summary of summaries) {
          await store.save(lock, sampleState({ runId: summary.runId }))
          await store.archive(lock, summary)
          await store.archive(lock, summary)
        }
        expect((await store.history()).map((summary) => summary.endedAt)).toEqual([3, 2, 1])
      })
    })
  })
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}

/** The kind of failure it ends with. */
export async function failure(work: Promise<unknown>): Promise<FailureKind> {
  return work.then(
    () => {
      throw new Error('it should have failed')
    },
    (error) => error.kind,
  )
}
