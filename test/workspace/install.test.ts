/** Installing for real, offline: packages from the file system, and stand-ins for package managers on PATH. */
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CommitSha } from '../../src/domain/ids.ts'
import type { Slot, Workspaces } from '../../src/workspace/workspace.ts'
import { createFixture, type Fixture } from './fixture.ts'

const branch = 'claudetm/r1/g1'
const { signal } = new AbortController()
let fixture: Fixture
let base: CommitSha

/** Counts its calls, writes what installers write, and something nobody ignores. */
const NPM = '#!/bin/sh\necho "$@" >> "$CALLS"\nmkdir -p node_modules/a && touch node_modules/a/x stray.txt\n'
const FILES = { 'package.json': '{"dependencies":{"a":"1"}}', 'package-lock.json': '{}', 'README.md': '' }

beforeEach(async () => {
  fixture = await createFixture(FILES)
  base = (await fixture.git(fixture.repository, 'rev-parse', 'HEAD')) as CommitSha
})
afterEach(() => fixture.cleanup())

async function openWith(script: string | null): Promise<{ workspaces: Workspaces; calls: () => Promise<string> }> {
  const bin = join(fixture.repository, '..', 'bin')
  await mkdir(bin, { recursive: true })
  if (script !== null) {
    await writeFile(join(bin, 'npm'), script)
    await chmod(join(bin, 'npm'), 0o755)
  }
  const CALLS = join(bin, 'calls')
  const installTimeoutMs = script?.includes('sleep') === true ? 1_000 : 60_000
  const workspaces = fixture.open(
    { installTimeoutMs },
    { CALLS, PATH: script === null ? '/nowhere' : `${bin}:/usr/bin:/bin` },
  )
  return { workspaces, calls: () => readFile(CALLS, 'utf8').catch(() => '') }
}

const commit = async (slot: Slot, file: string, text: string) => {
  await writeFile(join(slot.path, file), text)
  await fixture.git(slot.path, 'commit', '-qam', file)
}

test('once per lockfile and slot, also over restarts and from one group to the next', async () => {
  const { workspaces, calls } = await openWith(NPM)
  const slot = await workspaces.ensure({ branch, base, signal })
  const report = { command: 'npm ci --no-audit --no-fund', durationMs: expect.any(Number), tail: '' }
  expect(await workspaces.install(slot, signal)).toEqual({ kind: 'installed', ...report })
  expect(await workspaces.install(slot, signal)).toEqual({ kind: 'cached', ...report })
  await workspaces.release({ branch, shippedHead: base })

  const restarted = (await openWith(NPM)).workspaces
  const next = await restarted.ensure({ branch: 'claudetm/r1/g2', base, signal })
  expect(await restarted.install(next, signal)).toMatchObject({ kind: 'cached' })
  await rm(join(next.path, 'node_modules'), { recursive: true })
  expect(await restarted.install(next, signal)).toMatchObject({ kind: 'installed' })
  await commit(next, 'package-lock.json', '{"lockfileVersion":3}')
  expect(await restarted.install(next, signal)).toMatchObject({ kind: 'installed' })
  expect((await calls()).split('\n')).toHaveLength(4)
})

test('a checkout of another lockfile does not see the old dependencies', async () => {
  const { workspaces } = await openWith(NPM)
  const modules = (slot: Slot) => existsSync(join(slot.path, 'node_modules'))
  await workspaces.withCheckout(base, signal, (slot) => workspaces.install(slot, signal))
  expect(await workspaces.withCheckout(base, signal, async (slot) => modules(slot))).toBe(true)
  const group = await workspaces.ensure({ branch, base, signal })
  await commit(group, 'package-lock.json', '{"lockfileVersion":3}')
  const head = (await fixture.git(group.path, 'rev-parse', 'HEAD')) as CommitSha
  expect(await workspaces.withCheckout(head, signal, async (slot) => modules(slot))).toBe(false)
})

test('the tree stays clean, and what the project does not ignore is excluded once', async () => {
  const { workspaces } = await openWith(NPM)
  const exclude = join(fixture.repository, '.git/info/exclude')
  await writeFile(exclude, 'theirs')
  for (const name of [branch, 'claudetm/r1/g2']) {
    const slot = await workspaces.ensure({ branch: name, base, signal })
    await workspaces.install(slot, signal)
    expect(await fixture.git(slot.path, 'status', '--porcelain')).toBe('')
  }
  expect((await readFile(exclude, 'utf8')).split('\n').filter((line) => !line.startsWith('#'))).toEqual([
    'theirs',
    '.claude-task-master/',
    'node_modules',
    '',
  ])
})

test('an installer that is missing, fails or hangs is a report', async () => {
  const reports = []
  for (const script of [null, '#!/bin/sh\necho no luck >&2; exit 1\n', '#!/bin/sh\nsleep 60\n']) {
    const { workspaces } = await openWith(script)
    const slot = await workspaces.ensure({ branch, base, signal })
    reports.push(await workspaces.install(slot, signal))
  }
  expect(reports.map(({ kind }) => kind)).toEqual(['failed', 'failed', 'failed'])
  expect(reports.map((report) => ('tail' in report ? report.tail.split('\n').at(-1) : ''))).toEqual([
    'npm is needed to install the dependencies and was not found',
    'no luck',
    'npm ci --no-audit --no-fund was ended after 1 s',
  ])
})

test('aborted half-way it rejects, and the next one installs again', async () => {
  const { workspaces } = await openWith(NPM)
  const slot = await workspaces.ensure({ branch, base, signal })
  await workspaces.install(slot, signal)
  await commit(slot, 'package-lock.json', '{"lockfileVersion":3}')
  const aborted = AbortSignal.abort(new Error('enough'))
  await expect(workspaces.install(slot, aborted)).rejects.toThrow('enough')
  expect(await workspaces.install(slot, signal)).toMatchObject({ kind: 'installed' })
})

test('a configured command is what runs; false is never', async () => {
  const { workspaces: npm } = await openWith(NPM)
  const slot = await npm.ensure({ branch, base, signal })
  const configured = fixture.open({ installCommand: 'mkdir .venv' })
  expect(await configured.install(slot, signal)).toMatchObject({ kind: 'installed', command: 'mkdir .venv' })
  expect(await configured.install(slot, signal)).toMatchObject({ kind: 'cached' })
  expect(await fixture.open({ installCommand: false }).install(slot, signal)).toEqual({ kind: 'nothing' })
})

test('the real npm installs a package from the file system and its binary runs in a check', async () => {
  const { git } = fixture
  const workspaces = fixture.open({ checks: null })
  const slot = await workspaces.ensure({ branch, base, signal })
  await mkdir(join(slot.path, 'tool'))
  await writeFile(join(slot.path, 'tool/package.json'), '{"name":"tool","version":"1.0.0","bin":"tool.js"}')
  await writeFile(join(slot.path, 'tool/tool.js'), '#!/usr/bin/env node\nconsole.log("tool ran")\n')
  await chmod(join(slot.path, 'tool/tool.js'), 0o755)
  const manifest = { scripts: { test: 'tool' }, dependencies: { tool: 'file:tool' } }
  await writeFile(join(slot.path, 'package.json'), JSON.stringify(manifest))
  await rm(join(slot.path, 'package-lock.json'))
  await git(slot.path, 'add', '-A')
  await git(slot.path, 'commit', '-qm', 'tool')
  const head = (await git(slot.path, 'rev-parse', 'HEAD')) as CommitSha
  expect(await workspaces.install(slot, signal)).toMatchObject({ kind: 'installed' })
  expect(await git(slot.path, 'status', '--porcelain')).toBe('')
  const gate = await workspaces.gate(slot, head, signal)
  expect(gate).toMatchObject({ outcome: 'passed', checks: [{ name: 'test', command: 'npm test' }] })
  expect(gate.checks[0]?.tail).toContain('tool ran')
})
