/** Paths and addresses that come from outside. */
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isAddress, parseCloneAddress } from '../../src/server/repositories/clone-address.ts'
import { isPublic, requirePublic } from '../../src/server/repositories/public-address.ts'
import { createRoots, isInside } from '../../src/server/repositories/roots.ts'
import { findRepositories } from '../../src/server/repositories/search.ts'

let base = ''
beforeAll(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'claudetm-roots-')))
  for (const path of ['root/a/.git', 'root/deep/er/b/.git', 'root2', 'outside/c', 'root-but-not']) {
    await mkdir(join(base, path), { recursive: true })
  }
  await symlink(join(base, 'outside'), join(base, 'root/way-out'))
  await symlink(join(base, 'root/a'), join(base, 'root/way-in'))
  await symlink(join(base, 'root/a'), join(base, 'outside/way-back'))
  await symlink('loop', join(base, 'root/loop'))
  await symlink(join(base, 'root2'), join(base, 'linked-root'))
})
afterAll(() => rm(base, { recursive: true, force: true }))

const roots = () => createRoots([join(base, 'root'), join(base, 'linked-root')])
const kind = (promise: Promise<unknown>) =>
  promise.then(
    () => 'allowed',
    (error) => error.kind,
  )

describe('what exists', () => {
  it.each([
    ['root', 'allowed'],
    ['root/a', 'allowed'],
    ['root/a/', 'allowed'],
    ['root/deep/er/b', 'allowed'],
    ['root/way-in', 'allowed'],
    ['outside/way-back', 'allowed'],
    ['root2', 'allowed'],
    ['linked-root', 'allowed'],
    ['root/../root/a', 'allowed'],
    ['root/../outside', 'path_refused'],
    ['root/a/../../outside/c', 'path_refused'],
    ['root/way-out', 'path_refused'],
    ['root/way-out/c', 'path_refused'],
    ['root-but-not', 'path_refused'],
    ['outside', 'path_refused'],
    ['root/loop', 'path_refused'],
    ['root/not-there', 'path_refused'],
    ['root/a\0', 'path_refused'],
    ['', 'path_refused'],
  ])('%s', async (path, outcome) => {
    expect(await kind(roots().confine(join(base, path)))).toBe(outcome)
  })

  it.each(['root', './root', '../root', '~', '', '.', 'C:\\root'])('nothing relative: %s', async (path) => {
    expect(await kind(roots().confine(path))).toBe('path_refused')
  })

  it('is answered by its real path', async () => {
    expect(await roots().confine(join(base, 'root/way-in'))).toBe(join(base, 'root/a'))
  })
})

describe('what is new', () => {
  it.each([
    ['root/new', 'allowed'],
    ['root/new/and/deeper', 'allowed'],
    ['root/way-in/new', 'allowed'],
    ['linked-root/new', 'allowed'],
    ['root/way-out/new', 'path_refused'],
    ['root/new/../../outside/new', 'path_refused'],
    ['outside/new', 'path_refused'],
    ['root/a/.git', 'path_refused'],
    ['', 'path_refused'],
  ])('%s', async (path, outcome) => {
    expect(await kind(roots().confineNew(join(base, path)))).toBe(outcome)
  })
})

it('nothing that is inside begins with a way out', () => {
  const segment = fc.constantFrom('..', '.', 'a', 'b', '...', '..a', 'root')
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 6 }), (segments) => {
      const path = join('/x/root', ...segments)
      expect(isInside(path, '/x/root')).toBe(path === '/x/root' || path === '/x/root/' || path.startsWith('/x/root/'))
    }),
  )
})

it('only checkouts in which a run was started are found, and no link is followed', async () => {
  await mkdir(join(base, 'root/a/.claude-task-master'), { recursive: true })
  await writeFile(join(base, 'root/a/.claude-task-master/state.json'), '{}')
  expect(await findRepositories([join(base, 'root')])).toEqual([join(base, 'root/a')])
})

describe('addresses to clone from', () => {
  it.each([
    ['https://github.com/owner/name', 'https', 'github.com', 'owner/name'],
    ['https://github.com/owner/name.git', 'https', 'github.com', 'owner/name'],
    ['https://git.example:8443/group/sub/name.git/', 'https', 'git.example', 'group-sub/name'],
    ['git@github.com:owner/name.git', 'ssh', 'github.com', 'owner/name'],
    ['ssh://git@git.example:2222/owner/name.git', 'ssh', 'git.example', 'owner/name'],
    ['https://git.example/name', 'https', 'git.example', 'git.example/name'],
  ])('%s', (url, scheme, host, directory) => {
    const address = parseCloneAddress(url)
    expect({
      scheme: address.scheme,
      host: address.host,
      directory: `${address.owner}/${address.name}`,
      url: address.url,
    }).toEqual({ scheme, host, directory, url })
    expect(isAddress(url)).toBe(true)
  })

  it.each([
    'http://github.com/owner/name',
    'git://github.com/owner/name',
    'file:///etc',
    'ext::sh -c id',
    'ext::sh%20-c%20id',
    'fd::17/foo',
    '--upload-pack=touch /tmp/x',
    '-oProxyCommand=id',
    'ssh://-oProxyCommand=id/x',
    'ssh://git@-oProxyCommand=id/x',
    '-oProxyCommand=id@host:path',
    'git@-oProxyCommand=id:path',
    'git@host:-option',
    'git@host:../../etc',
    'git@host:/a/../b',
    'https://user:secret@github.com/owner/name',
    'https://token@github.com/owner/name',
    'https://github.com/owner/name?x=1',
    'https://github.com/owner/name#x',
    'https://github.com/',
    'https://github.com',
    'https://github.com/owner/..',
    'https://github.com/owner/%2e%2e/%2e%2e',
    'https://github.com/owner/-name',
    'https://github.com/a//b',
    'https://git hub.com/owner/name',
    'https://github.com/owner/name\n',
    'https://github.com/owner/na\u200bme',
    'javascript:alert(1)',
    'data:text/plain,x',
    '',
  ])('not %j', (url) => {
    expect(() => parseCloneAddress(url)).toThrow(/not cloned from/)
  })

  it('whatever is accepted gives a directory that stays where it is put', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          fc.string(),
          fc.string().map((text) => `git@host:${text}`),
        ),
        (text) => {
          const parsed = attempt(text)
          if (parsed === null) return
          for (const name of [parsed.owner, parsed.name]) expect(name).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/)
          expect(parsed.url).not.toMatch(/^-|\s|::/)
        },
      ),
    )
  })
})

function attempt(text: string) {
  try {
    return parseCloneAddress(text)
  } catch {
    return null
  }
}

describe('hosts', () => {
  it.each([
    ['93.184.216.34', true],
    ['2606:2800:220:1:248:1893:25c8:1946', true],
    ['127.0.0.1', false],
    ['127.1', false],
    ['0.0.0.0', false],
    ['10.0.0.1', false],
    ['172.16.0.1', false],
    ['192.168.1.1', false],
    ['100.64.0.1', false],
    ['169.254.169.254', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['::1', false],
    ['::', false],
    ['fe80::1', false],
    ['fc00::1', false],
    ['::ffff:127.0.0.1', false],
    ['::ffff:10.0.0.1', false],
    ['not an address', false],
  ])('%s', (address, allowed) => {
    expect(isPublic(address)).toBe(allowed)
  })

  it('names are judged by where they lead', async () => {
    expect(await kind(requirePublic('localhost'))).toBe('url_refused')
    expect(await kind(requirePublic('127.0.0.1'))).toBe('url_refused')
    expect(await kind(requirePublic('no-such-host.invalid'))).toBe('git_unreachable')
  })
})
