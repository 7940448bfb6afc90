import { chmod, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSandbox } from '../../src/workspace/confinement/create-sandbox.ts'

let directory: string
beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'claudetm-modes-')))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

/** With a PATH that holds only this directory. */
const request = (mode: 'auto' | 'on' | 'off', platform: NodeJS.Platform = 'linux') =>
  ({ mode, home: directory, environmentPath: directory, platform }) as const

async function describeSandbox(...args: Parameters<typeof request>) {
  const { kind, description, wrap } = await createSandbox(request(...args))
  return { kind, description, wrapped: wrap('git', ['status'], { cwd: '/', writable: [], readable: [] }) }
}

const asItIs = { file: 'git', args: ['status'] }

test('off: the command as it is, and said so', async () => {
  expect(await describeSandbox('off')).toEqual({
    kind: 'none',
    description: 'no sandbox: switched off',
    wrapped: asItIs,
  })
})

test('auto without bubblewrap: the command as it is, with the reason and the cure', async () => {
  expect(await describeSandbox('auto')).toEqual({
    kind: 'none',
    description:
      'no sandbox: bubblewrap is not installed; install it with your package manager, e.g. apt-get install bubblewrap',
    wrapped: asItIs,
  })
})

test('auto elsewhere than Linux: the command as it is', async () => {
  expect(await describeSandbox('auto', 'darwin')).toEqual({
    kind: 'none',
    description:
      'no sandbox: bubblewrap needs Linux and this is darwin; the agent’s own permission checks stay in force',
    wrapped: asItIs,
  })
})

test('on without bubblewrap: refused, with the cure', async () => {
  await expect(createSandbox(request('on'))).rejects.toMatchObject({
    kind: 'sandbox_unavailable',
    facts: {
      why: 'bubblewrap is not installed',
      cure: 'install it with your package manager, e.g. apt-get install bubblewrap',
    },
  })
})

test('a bubblewrap that is there but may not work counts as missing, with its own words', async () => {
  const file = join(directory, 'bwrap')
  await writeFile(file, '#!/bin/sh\necho "bwrap: setting up uid map: Permission denied" >&2; exit 1\n')
  await chmod(file, 0o755)
  const failure = await createSandbox(request('on')).catch((error: unknown) => error)
  expect(failure).toMatchObject({
    kind: 'sandbox_unavailable',
    facts: { why: 'bubblewrap does not work here (bwrap: setting up uid map: Permission denied)' },
  })
  expect((await createSandbox(request('auto'))).kind).toBe('none')
})
