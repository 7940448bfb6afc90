/** An owner that was superseded and wakes up, on a real state directory: whatever it tries, nothing comes of it. */
import type { RunId } from '../../../src/domain/ids.ts'
import type { RunLock, Store } from '../../../src/store/store.ts'
import { sampleState, sampleSummary } from '../../contracts/samples.ts'
import { createStateDirectory } from '../../store/directory.ts'
import type { BenchResult } from '../safety-rules.ts'
import { createFindings } from './findings.ts'

type Owner = { readonly store: Store; readonly lock: RunLock; readonly name: string }
type Act = (owner: Owner) => Promise<unknown>

const RUN = sampleState().runId as RunId

const ACTS: Readonly<Record<string, Act>> = {
  save: async ({ store, lock, name }) => store.save(lock, { ...((await store.load()) ?? sampleState()), goal: name }),
  append: ({ store, lock, name }) => store.append(lock, RUN, { type: 'warning', message: name }),
  document: ({ store, lock, name }) => store.writeDocument(lock, 'plan.md', name),
}

/** What the late owner tries: also the ends of a run, which would take everything away. */
const LATE: Readonly<Record<string, Act>> = {
  ...ACTS,
  'save what it had': ({ store, lock, name }) => store.save(lock, sampleState({ revision: 1, goal: name })),
  archive: ({ store, lock }) => store.archive(lock, sampleSummary()),
  release: ({ lock }) => lock.release(),
}

export async function exploreOwners(): Promise<BenchResult> {
  const findings = createFindings()
  let tried = 0
  for (const before of ['nothing', ...Object.keys(ACTS)]) {
    for (const between of ['nothing', ...Object.keys(ACTS)]) {
      for (const late of Object.keys(LATE)) {
        tried += 1
        for (const problem of await wakeUp({ before, between, late }))
          findings.add(`${late}: ${problem}`, () => ({ before, between }))
      }
    }
  }
  return { bench: 'owners', rule: 'one_owner', unit: 'interleavings', tried, violations: findings.list() }
}

async function wakeUp({
  before,
  between,
  late,
}: {
  before: string
  between: string
  late: string
}): Promise<readonly string[]> {
  const directory = await createStateDirectory()
  try {
    const first = await own(directory.open({ host: 'elsewhere' }), 'first', false)
    await ACTS.save?.(first)
    await ACTS[before]?.(first)
    const second = await own(directory.open(), 'second', true)
    await ACTS[between]?.(second)
    const seen = await look(second)
    const problems: string[] = []
    const outcome = await LATE[late]?.(first).then(
      () => 'done',
      (error: { kind?: string }) => error.kind,
    )
    if (outcome !== 'superseded' && late !== 'release') problems.push(`ended with ${outcome}`)
    if (await first.lock.holds()) problems.push('it still believes to be the owner')
    if (!(await second.lock.holds())) problems.push('the owner lost its lock')
    if ((await look(second)) !== seen) problems.push('something changed')
    await ACTS.save?.(second)
    if ((await second.store.load())?.goal !== 'second') problems.push('the owner cannot go on')
    await second.lock.release()
    return problems
  } finally {
    await directory.cleanup()
  }
}

async function own(store: Store, name: string, fromOtherHosts: boolean): Promise<Owner> {
  return { store, name, lock: await store.acquire({ fromOtherHosts }) }
}

async function look({ store }: Owner): Promise<string> {
  const events: unknown[] = []
  for await (const event of store.events(0)) events.push(event)
  return JSON.stringify([await store.load(), events, await store.readDocument('plan.md'), await store.history()])
}
