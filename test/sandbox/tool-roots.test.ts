import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findToolRoots, toToolRoots } from '../../src/workspace/confinement/tool-roots.ts'

describe('what a place on PATH brings back', () => {
  test.each([
    ['tools/jdk-21/bin', ['tools/jdk-21']],
    ['project/node_modules/.bin', ['project/node_modules']],
    ['.sdkman/candidates/java/current/bin', ['.sdkman/candidates', '.sdkman/bin']],
    ['.nvm/versions/node/v24.1.0/bin', ['.nvm']],
    ['.cargo/bin', ['.cargo/bin', '.cargo/env', '.rustup']],
    ['go/bin', ['go/bin']],
    ['.local/bin', ['.local/bin', '.local/lib']],
    ['.local/share/pypoetry/venv/bin', ['.local/share/pypoetry/venv']],
    ['android-sdk/platform-tools', ['android-sdk/platform-tools']],
  ])('%s: its tool', (place, roots) => {
    expect(toToolRoots(`/home/u/${place}`, '/home/u')).toEqual(roots.map((root) => `/home/u/${root}`))
  })

  test.each(['bin', '.fly/bin', '.pulumi/bin', '.config/thing/bin', '.local/share/thing/bin'])(
    '%s: programs and libraries, not what lies beside them',
    (place) => {
      const root = dirname(`/home/u/${place}`)
      const parts = ['bin', 'lib', 'lib64', 'libexec', 'include', 'share', 'pyvenv.cfg']
      expect(toToolRoots(`/home/u/${place}`, '/home/u')).toEqual(parts.map((part) => join(root, part)))
    },
  )
})

describe('links', () => {
  let directory: string
  beforeEach(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), 'claudetm-roots-')))
  })
  afterEach(() => rm(directory, { recursive: true, force: true }))

  const at = (path: string) => join(directory, 'home', path)
  async function write(path: string): Promise<void> {
    await mkdir(dirname(at(path)), { recursive: true })
    await writeFile(at(path), '')
  }
  async function link(path: string, target: string): Promise<void> {
    await mkdir(dirname(at(path)), { recursive: true })
    await symlink(at(target), at(path))
  }

  test('a linked tool comes back with its own environment and that environment’s interpreter', async () => {
    await write('.local/share/uv/python/cpython-3.12/bin/python3.12')
    await write('.local/share/uv/tools/ruff/bin/ruff')
    await write('.local/share/uv/credentials/index.toml')
    await link('.local/share/uv/tools/ruff/bin/python', '.local/share/uv/python/cpython-3.12/bin/python3.12')
    await link('.local/bin/ruff', '.local/share/uv/tools/ruff/bin/ruff')
    expect((await findToolRoots(at('.local/bin'), [at('')])).sort()).toEqual(
      ['.local/bin', '.local/lib', '.local/share/uv/python/cpython-3.12', '.local/share/uv/tools/ruff'].map(at),
    )
  })

  test('a link to a program among settings brings back the program alone', async () => {
    await write('.config/thing/run.sh')
    await link('tools/bin/run', '.config/thing/run.sh')
    expect((await findToolRoots(at('tools/bin'), [at('')])).sort()).toEqual(['.config/thing/run.sh', 'tools'].map(at))
  })

  test('nothing outside hidden directories, relative entries or home itself', async () => {
    await link('bin/dangling', 'nowhere')
    const path = ['/usr/bin', 'node_modules/.bin', '', at('').replace(/\/$/, '')].join(':')
    expect(await findToolRoots(path, [at('').replace(/\/$/, '')])).toEqual([])
  })
})
