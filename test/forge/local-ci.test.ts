/** CI of the local forge: what runs when, how often, and what is left of it after a kill. Checks are real processes. */
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CommitSha } from '../../src/domain/ids.ts'
import type { Check, PrSnapshot } from '../../src/domain/observation.ts'
import { runCheckJob } from '../../src/forge/local/check-job.ts'
import { runCommand } from '../../src/lib/command.ts'
import { observePr, settled } from '../contracts/forge.contract.ts'
import { createCheckouts } from '../support/checkouts.ts'
import { createLocalForgeFixture, type LocalForgeFixture } from '../support/local-forge.ts'

const HEAD = 'claudetm/20260101-120000/g1'
const TEXT = { title: 'Add a greeting', body: '' }
const OPEN = { ...TEXT, draft: false }

let fixture: LocalForgeFixture
let base: CommitSha
beforeEach(async () => {
  fixture = await createLocalForgeFixture(null)
  base = await fixture.forge.targetHead()
})
afterEach(() => fixture.cleanup())

const pathOf = (name: string) => join(fixture.repository.directory, name)

async function pushWith(checks: Record<string, string>, files: Record<string, string> = {}, parent = base) {
  const head = await fixture.commit({ parent, files: { ...files, 'checks.json': JSON.stringify(checks) } })
  await fixture.push(HEAD, head)
  return head
}

async function openWith(checks: Record<string, string>, files?: Record<string, string>) {
  const head = await pushWith(checks, files)
  const { number } = await fixture.forge.ensureOpen({ headBranch: HEAD, head, ...OPEN })
  return { head, number }
}

/** A shell command that says that it runs and then waits until the test lets it end; both ends are named pipes. */
async function createBarrier(name: string) {
  const [started, released] = [pathOf(`${name}-started`), pathOf(`${name}-released`)]
  await runCommand('mkfifo', [started, released], { cwd: '/', env: { PATH: process.env.PATH ?? '' }, timeoutMs: 5_000 })
  return {
    command: `echo x >> ${pathOf(`${name}-count`)}; echo x > ${started}; read line < ${released}`,
    started: () => readFile(started),
    release: () => writeFile(released, 'go\n'),
    count: async () => (await readFile(pathOf(`${name}-count`), 'utf8').catch(() => '')).length / 2,
  }
}

const brief = (pr: PrSnapshot) =>
  pr.checks.kind === 'reported'
    ? Object.fromEntries(pr.checks.items.map(({ name, status, cause }) => [name, `${status} ${cause}`]))
    : pr.checks

const statusOf = (pr: PrSnapshot, name: string) =>
  pr.checks.kind === 'reported' ? pr.checks.items.find((check) => check.name === name)?.status : undefined

async function observeUntil(holds: (pr: PrSnapshot) => boolean): Promise<PrSnapshot> {
  for (;;) {
    const pr = await observePr(fixture.forge)
    if (holds(pr)) return pr
    await fixture.forge.changed(pr.number, AbortSignal.timeout(10_000))
  }
}

test('each check reports for itself, with its log, in the events, in the record and in the snapshot', async () => {
  const { head, number } = await openWith({ lint: 'true', 'unit tests': 'echo one; echo two >&2; exit 3' })
  const pr = await settled(fixture.forge)
  const directory = join(fixture.directory, 'ci', '1', head.slice(0, 12))
  const log = (name: string) => join(directory, name)
  const seconds = expect.stringMatching(/after \d+\.\d s$/)
  const check = (name: string, status: Check['status'], cause: Check['cause'], file: string): Check => ({
    name,
    status,
    cause,
    required: true,
    description: seconds,
    onBase: 'unknown',
    canRerun: true,
    url: `file://${log(file)}`,
  })
  expect(pr.checks).toEqual({
    kind: 'reported',
    head,
    complete: true,
    items: [check('lint', 'passed', 'unknown', 'lint.log'), check('unit tests', 'failed', 'code', 'unit-tests.log')],
  })
  expect(await fixture.forge.failureLogs(number, head, 10_000)).toEqual([
    {
      check: 'unit tests',
      file: log('unit-tests.log'),
      tail: expect.stringMatching(/^\$ echo one; .*\none\ntwo\n\[exit code 3 after \d+\.\d s\]\n$/),
    },
  ])
  expect(new Set(fixture.events)).toEqual(
    new Set([
      { type: 'ci.started', groupId: null, head, checks: ['lint', 'unit tests'] },
      ...[
        { check: 'lint', status: 'passed', log: log('lint.log') },
        { check: 'unit tests', status: 'failed', log: log('unit-tests.log') },
      ].map((end) => ({ type: 'ci.check', groupId: null, head, durationMs: expect.any(Number), ...end })),
    ]),
  )
})

test('however often it is looked at, the checks of a commit run once', async () => {
  const count = pathOf('count')
  await openWith({ test: `echo x >> ${count}` })
  await Promise.all([1, 2, 3, 4].map(() => fixture.forge.observe(HEAD)))
  await settled(fixture.forge)
  await Promise.all([1, 2, 3].map(() => fixture.forge.observe(HEAD)))
  expect(await readFile(count, 'utf8')).toBe('x\n')
  expect(fixture.events.filter((event) => event.type === 'ci.started')).toHaveLength(1)
})

test('checks run side by side, each in a checkout of its own, but not more than allowed', async () => {
  const barriers = await Promise.all(['a', 'b', 'c'].map(createBarrier))
  await openWith(
    Object.fromEntries(
      barriers.map((barrier, index) => [`check ${index}`, `test ! -e mark && touch mark; ${barrier.command}`]),
    ),
  )
  const [a, b, c] = barriers
  await Promise.all([a?.started(), b?.started()])
  expect(await c?.count()).toBe(0)
  await a?.release()
  await c?.started()
  await Promise.all([b?.release(), c?.release()])
  expect(brief(await settled(fixture.forge))).toEqual({
    'check 0': 'passed unknown',
    'check 1': 'passed unknown',
    'check 2': 'passed unknown',
  })
})

test('a newer head ends the checks of the old one, which record nothing', async () => {
  const barrier = await createBarrier('old')
  const { head } = await openWith({ test: barrier.command })
  await barrier.started()
  const next = await pushWith({ test: 'true' }, { 'next.txt': 'next\n' }, head)
  expect(await settled(fixture.forge)).toMatchObject({ head: next })
  await fixture.forge.close()
  expect(
    fixture.events
      .filter((event) => event.type === 'ci.check')
      .map((e) => [e.head, e.status])
      .sort(),
  ).toEqual(
    [
      [head, 'cancelled'],
      [next, 'passed'],
    ].sort(),
  )
  const record = JSON.parse(await readFile(join(fixture.directory, 'prs/1.json'), 'utf8'))
  const recorded = (commit: string) =>
    record.ci.find((entry: { head: string }) => entry.head === commit).checks[0].status
  expect([recorded(head), recorded(next)]).toEqual(['pending', 'passed'])
})

test('a head that comes back is checked anew where it had no result', async () => {
  const barrier = await createBarrier('back')
  const { head } = await openWith({ quick: 'true', slow: barrier.command })
  await barrier.started()
  await fixture.push(HEAD, await fixture.commit({ parent: base, files: { 'other.txt': 'other\n' } }))
  expect(await settled(fixture.forge)).toMatchObject({ checks: { kind: 'none_configured' } })
  await fixture.push(HEAD, head)
  await fixture.forge.observe(HEAD)
  await barrier.started()
  await barrier.release()
  expect(brief(await settled(fixture.forge))).toEqual({ quick: 'passed unknown', slow: 'passed unknown' })
})

test('after a kill only what had not ended runs again', async () => {
  const barrier = await createBarrier('slow')
  await openWith({ quick: `echo x >> ${pathOf('quick-count')}`, slow: barrier.command })
  await barrier.started()
  await observeUntil((pr) => statusOf(pr, 'quick') === 'passed')
  await fixture.forge.close() // records nothing, as a kill would
  const next = await fixture.restart()
  expect(brief(await observePr(next))).toEqual({ quick: 'passed unknown', slow: 'pending unknown' })
  await barrier.started()
  await barrier.release()
  expect(brief(await settled(next))).toEqual({ quick: 'passed unknown', slow: 'passed unknown' })
  expect([await readFile(pathOf('quick-count'), 'utf8'), await barrier.count()]).toEqual(['x\n', 2])
})

test('closing ends running checks and starts no more', async () => {
  const barrier = await createBarrier('closing')
  await openWith({ test: barrier.command })
  await barrier.started()
  await fixture.forge.close()
  expect(brief(await observePr(fixture.forge))).toEqual({ test: 'pending unknown' })
  await fixture.forge.close()
  expect(await barrier.count()).toBe(1)
})

test('news between the look and the waiting is not lost', async () => {
  const barrier = await createBarrier('news')
  const { number } = await openWith({ test: barrier.command })
  await barrier.started()
  await observePr(fixture.forge)
  await barrier.release()
  const other = await fixture.restart() // waits without disturbing what `forge` has seen
  while ((await readFile(join(fixture.directory, 'prs/1.json'), 'utf8')).includes('"pending"'))
    await other.observe('none')
  await fixture.forge.changed(number, AbortSignal.timeout(10_000))
  expect(brief(await observePr(fixture.forge))).toEqual({ test: 'passed unknown' })
})

test('only failed checks run again, asked for while others still run, and without being looked at', async () => {
  const [other, again] = [await createBarrier('other'), await createBarrier('again')]
  const flaky = `echo x >> ${pathOf('flaky')}; test $(wc -l < ${pathOf('flaky')}) -ge 2 || exit 1; ${again.command}`
  const { head, number } = await openWith({ flaky, other: other.command })
  await other.started()
  await observeUntil((pr) => statusOf(pr, 'flaky') === 'failed')
  await fixture.forge.rerun(number, head, ['flaky', 'other'])
  await other.release()
  await again.started()
  await again.release()
  expect(brief(await settled(fixture.forge))).toEqual({ flaky: 'passed unknown', other: 'passed unknown' })
  expect([await again.count(), await other.count()]).toEqual([1, 1])
})

test('dependencies that cannot be installed are the platform’s fault once, and nobody knows whose after that', async () => {
  const { head, number } = await openWith({ test: 'true' }, { 'install.sh': 'echo no registry; exit 1\n' })
  expect(brief(await settled(fixture.forge))).toEqual({ test: 'failed infrastructure' })
  await fixture.forge.rerun(number, head, ['test'])
  expect(brief(await settled(fixture.forge))).toEqual({ test: 'failed unknown' })
  expect((await fixture.forge.failureLogs(number, head, 1_000))[0]?.tail).toBe(
    '$ sh install.sh\nno registry\n[failed]\n',
  )
  expect(fixture.events.filter((event) => event.type === 'dependencies')).toEqual(
    [1, 2].map(() => ({
      type: 'dependencies',
      groupId: null,
      command: 'sh install.sh',
      outcome: 'failed',
      durationMs: expect.any(Number),
      tail: 'no registry\n',
    })),
  )
})

test('a check that is ended from outside, or a checkout that fails, never reached the code', async () => {
  const { head, number } = await openWith({ test: 'kill -9 $$' })
  expect(brief(await settled(fixture.forge))).toEqual({ test: 'failed infrastructure' })

  const broken = await fixture.restart({
    checks: {
      ...createCheckouts(fixture.repository),
      withCheckout: () => Promise.reject(new Error('no space for a checkout')),
    },
  })
  await broken.rerun(number, head, ['test'])
  const pr = await settled(broken)
  expect(pr.checks.kind === 'reported' && pr.checks.items[0]).toMatchObject({
    status: 'failed',
    cause: 'infrastructure',
    description: 'could not start: no space for a checkout',
  })
})

test('when the checks of a commit cannot be found, that is a failed check; a re-run looks for them again', async () => {
  const real = createCheckouts(fixture.repository)
  let isBroken = true
  const forge = await fixture.restart({
    checks: {
      ...real,
      withCheckout: (...request) =>
        isBroken ? Promise.reject(new Error('no checkout')) : real.withCheckout(...request),
    },
  })
  const head = await pushWith({ test: 'true' })
  const { number } = await forge.ensureOpen({ headBranch: HEAD, head, ...OPEN })
  expect(brief(await settled(forge))).toEqual({ checkout: 'failed infrastructure' })
  isBroken = false
  await forge.rerun(number, head, ['checkout'])
  expect(brief(await settled(forge))).toEqual({ test: 'passed unknown' })
})

test('results that cannot be recorded are unknown, never green, and the next look tries again', async () => {
  const barrier = await createBarrier('disk')
  const { head } = await openWith({ test: barrier.command })
  await barrier.started()
  await writeFile(join(fixture.directory, 'ci'), 'a file where the logs belong')
  await observePr(fixture.forge)
  await barrier.release()
  const pr = await observeUntil(({ checks }) => checks.kind !== 'reported')
  expect([pr.head, pr.checks.kind]).toEqual([head, 'unknown'])
  await fixture.forge.observe(HEAD)
  await barrier.started()
  expect(await barrier.count()).toBe(2)
})

test('a failed check says what the newest commit of the target said: known from the PR that was merged as it', async () => {
  const MERGE = { ...TEXT, method: null, admin: false }
  const failing = { lint: 'true', test: 'test -e fixed', unknown: 'false' }
  const first = await openWith({ lint: 'true', test: 'true' })
  await settled(fixture.forge)
  const merged = await fixture.forge.merge({ ...first, ...MERGE })
  if (merged.kind !== 'merged') throw new Error(JSON.stringify(merged))
  const OTHER = 'claudetm/20260101-120000/g2'
  const onBase = async () => {
    const { checks } = await settled(fixture.forge, OTHER)
    return checks.kind === 'reported' && Object.fromEntries(checks.items.map((item) => [item.name, item.onBase]))
  }
  const head = await fixture.commit({
    parent: merged.commit,
    files: { 'checks.json': JSON.stringify(failing) },
  })
  await fixture.push(OTHER, head)
  await fixture.forge.ensureOpen({ headBranch: OTHER, head, ...OPEN })
  expect(await onBase()).toEqual({ lint: 'unknown', test: 'passed', unknown: 'unknown' })

  await fixture.moveTarget(await fixture.commit({ parent: merged.commit, files: { 'by-hand.txt': 'by hand\n' } }))
  expect(await onBase()).toEqual({ lint: 'unknown', test: 'unknown', unknown: 'unknown' })
})

test('red checks of a head that somebody brought to the target by hand are red on the target', async () => {
  const { head } = await openWith({ test: 'false', lint: 'kill -9 $$' })
  await settled(fixture.forge)
  await fixture.moveTarget(head)
  await observePr(fixture.forge)
  const OTHER = 'claudetm/20260101-120000/g2'
  const next = await fixture.commit({ parent: head, files: { 'next.txt': 'next\n' } })
  await fixture.push(OTHER, next)
  await fixture.forge.ensureOpen({ headBranch: OTHER, head: next, ...OPEN })
  const { checks } = await settled(fixture.forge, OTHER)
  // what never reached the code says nothing
  expect(checks.kind === 'reported' && checks.items.map(({ name, onBase }) => [name, onBase])).toEqual([
    ['test', 'failed'],
    ['lint', 'unknown'],
  ])
})

test('a re-run of what passed, of another head or of a merged PR is impossible, and says why', async () => {
  const MERGE = { ...TEXT, method: null, admin: false }
  const { head, number } = await openWith({ test: 'true' })
  await settled(fixture.forge)
  const impossible = (why: string) => ({ kind: 'impossible', why: expect.stringContaining(why) })
  const rerun = (commit: CommitSha) => fixture.forge.rerun(number, commit, ['test'])
  expect([await rerun(head), await rerun(base)]).toEqual([impossible('no check of this name'), impossible(head)])
  await fixture.forge.merge({ number, head, ...MERGE })
  expect(await rerun(head)).toEqual(impossible('local:#1 is merged'))
  expect(fixture.events.filter((event) => event.type === 'ci.started')).toHaveLength(1)
})

test('a check that has not ended cannot be started again, and is under way for who asks', async () => {
  const barrier = await createBarrier('pending')
  const { head, number } = await openWith({ test: barrier.command })
  await barrier.started()
  const { checks } = await observePr(fixture.forge)
  expect(checks.kind === 'reported' && checks.items[0]).toMatchObject({ status: 'pending', canRerun: false, url: null })
  expect(await fixture.forge.rerun(number, head, ['test'])).toEqual({ kind: 'started' })
  await barrier.release()
  await settled(fixture.forge)
  expect(await barrier.count()).toBe(1)
})

test('the end of a log is plain text, and empty when the log is gone', async () => {
  const { head, number } = await openWith({ test: "printf '\\033[31mred\\033[0m\\n'; exit 1" })
  await settled(fixture.forge)
  const [log] = await fixture.forge.failureLogs(number, head, 10_000)
  expect(log?.tail).toMatch(/\nred\n\[exit code 1 /)
  await rm(log?.file ?? '')
  expect(await fixture.forge.failureLogs(number, head, 10_000)).toEqual([{ check: 'test', tail: '', file: null }])
})

test('checks whose names look alike as files have logs of their own', async () => {
  const { head } = await openWith({ 'a b': 'echo first', 'a/b': 'echo second', '../a': 'echo third' })
  await settled(fixture.forge)
  const directory = join(fixture.directory, 'ci', '1', head.slice(0, 12))
  expect(['a-b.log', 'a-b-2.log', 'a.log'].map((file) => existsSync(join(directory, file)))).toEqual([true, true, true])
})

test.each([
  ['an exit code other than 0', { exitCode: 3, timedOut: false }, 'failed', 'code'],
  ['a command that is not there', { exitCode: 127, timedOut: false }, 'failed', 'code'],
  ['our time limit', { exitCode: null, timedOut: true }, 'failed', 'code'],
  ['no exit code', { exitCode: null, timedOut: false }, 'failed', 'infrastructure'],
  ['exit code 0', { exitCode: 0, timedOut: false }, 'passed', 'unknown'],
] as const)('how a check ended: %s', async (_, end, status, cause) => {
  const real = createCheckouts(fixture.repository)
  const job = { head: base, command: 'test', isRerun: false, signal: new AbortController().signal, onInstall: () => {} }
  const runCommand = async () => ({ ...end, name: 'test', command: 'test', durationMs: 1_500, tail: 'output' })
  expect(await runCheckJob({ ...real, runCommand }, job)).toMatchObject({
    status,
    cause,
    log: expect.stringMatching(/^\$ test\noutput\n\[.* 1\.5 s\]\n$/),
  })
})
