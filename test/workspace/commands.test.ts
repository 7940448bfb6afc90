/** What the project's commands may do and leave behind. */
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CommitSha } from '../../src/domain/ids.ts'
import { createSandbox } from '../../src/workspace/confinement/create-sandbox.ts'
import type { Slot } from '../../src/workspace/workspace.ts'
import { createFixture, type Fixture } from './fixture.ts'

const branch = 'claudetm/r1/g1'
const { signal } = new AbortController()
let fixture: Fixture
let base: CommitSha
let slot: Slot

beforeEach(async () => {
  fixture = await createFixture()
  base = (await fixture.git(fixture.repository, 'rev-parse', 'HEAD')) as CommitSha
  slot = await fixture.workspaces.ensure({ branch, base, signal })
})
afterEach(() => fixture.cleanup())

test.skipIf(process.platform !== 'linux')('what a command leaves running ends with it', async () => {
  const { workspaces } = fixture
  const started = await workspaces.runCommand(slot, 'setsid sleep 300 >/dev/null 2>&1 & echo $!', signal)
  expect(started.exitCode).toBe(0)
  const state = await readFile(`/proc/${started.tail}/stat`, 'utf8').catch(() => null)
  expect(state?.split(') ')[1]?.[0] ?? 'gone').toMatch(/^(gone|Z)$/)
})

test('the end of long output is what is kept', async () => {
  const run = await fixture.workspaces.runCommand(slot, 'seq 1 200000; echo "last ü"; exit 7', signal)
  expect({ exitCode: run.exitCode, length: run.tail.length, end: run.tail.slice(-13) }).toEqual({
    exitCode: 7,
    length: 8_000,
    end: '200000\nlast ü',
  })
})

test('a failing gate also puts back what its checks changed, and checks that remove files are no different', async () => {
  await writeFile(join(slot.path, 'check.sh'), 'rm README.md; mkdir README.md; touch README.md/x; exit 1\n')
  await fixture.git(slot.path, 'commit', '-qam', 'destructive')
  const head = (await fixture.git(slot.path, 'rev-parse', 'HEAD')) as CommitSha
  expect(await fixture.workspaces.gate(slot, head, signal)).toMatchObject({ outcome: 'failed' })
  expect(await readFile(join(slot.path, 'README.md'), 'utf8')).toBe('hello\n')
  expect(await fixture.git(slot.path, 'status', '--porcelain')).toBe('')
})

test('without checks there is nothing to prove', async () => {
  const gate = await fixture.open({ checks: [] }).gate(slot, base, signal)
  expect(gate).toEqual({ commit: base, outcome: 'none', checks: [], durationMs: 0, at: 1 })
})

const sandbox = await createSandbox({
  mode: 'auto',
  home: process.env.HOME ?? '/root',
  environmentPath: process.env.PATH ?? '',
  platform: process.platform,
})

test.skipIf(sandbox.kind === 'none')(
  'inside the sandbox git can be read, the repository and other slots not be written',
  async () => {
    const workspaces = fixture.open({}, {}, sandbox)
    const other = await workspaces.ensure({ branch: 'claudetm/r1/g2', base, signal })
    const attempt = async (command: string) => (await workspaces.runCommand(slot, command, signal)).exitCode
    expect({
      reads: (await workspaces.runCommand(slot, 'git log --format=%s && git status --porcelain', signal)).tail,
      writesOwn: await attempt('echo x > own.txt'),
      writesOther: await attempt(`echo x > '${other.path}/x'`),
      writesConfig: await attempt('git config core.hooksPath /tmp'),
      movesBranch: await attempt('git update-ref refs/heads/main HEAD~0 && git branch new'),
    }).toEqual({
      reads: 'initial commit',
      writesOwn: 0,
      writesOther: expect.any(Number),
      writesConfig: expect.any(Number),
      movesBranch: expect.any(Number),
    })
    expect(existsSync(join(other.path, 'x'))).toBe(false)
    expect(await fixture.git(fixture.repository, 'branch', '--list', 'new')).toBe('')
    expect(await readFile(join(fixture.repository, '.git/config'), 'utf8')).not.toContain('hooksPath')
  },
)
