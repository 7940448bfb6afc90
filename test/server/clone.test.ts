/** Cloning over a network: a real git server behind TLS, with a certificate of its own. */
import { mkdir, readdir, readFile, utimes } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { runCommand } from '../../src/lib/command.ts'
import { type GitAnswer, type GitOverTls, serveGitOverTls } from '../support/git-over-tls.ts'
import { createWorkplace, type Workplace } from '../support/server/workplace.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function gitServer(answer?: (path: string) => GitAnswer): Promise<GitOverTls> {
  const server = await serveGitOverTls(answer)
  closers.push(server.close)
  return server
}

async function workplace(): Promise<Workplace> {
  const place = await createWorkplace()
  closers.push(place.cleanup)
  return place
}

const trusting = ({ certificate }: GitOverTls) => ({
  CLAUDETM_PASSWORD: 'right',
  CLAUDETM_CLONE_PRIVATE: 'true',
  GIT_SSL_CAINFO: certificate,
})

/** Everything below the root. */
const found = async ({ root }: Workplace) => (await readdir(root)).toSorted()

describe('a clone', () => {
  it('is a checkout of its own: nothing of how it was made stays in it', async () => {
    const [git, place] = [await gitServer(), await workplace()]
    const server = await place.serve({ env: trusting(git) })
    const url = `${git.url}/team/shop.git`
    const { status, body } = await server.post('/repo/clone', { url, branch: 'other' })
    const target = join(place.root, 'team/shop')
    expect([status, body]).toEqual([
      200,
      { success: true, message: `Cloned into ${target}`, repo_url: url, target_dir: target, branch: 'other' },
    ])
    const inClone = (...args: string[]) => runCommand('git', args, { cwd: target, env: place.env, timeoutMs: 10_000 })
    expect((await inClone('log', '--format=%s', '-1')).stdout).toBe('initial commit\n')
    expect((await inClone('branch', '--show-current')).stdout).toBe('other\n')
    expect(await readFile(join(target, '.git/config'), 'utf8')).not.toMatch(/\[(http|protocol|transfer)/)
    expect(await readdir(join(place.root, 'team'))).toEqual(['shop'])

    const again = await server.post('/repo/clone', { url })
    expect([again.status, again.body.error]).toEqual([400, 'clone_failed'])
    const elsewhere = await server.post('/repo/clone', { url, target_dir: join(place.root, 'a/b') })
    expect([elsewhere.status, await readdir(join(place.root, 'a'))]).toEqual([200, ['b']])
  })

  it('is made for a task that names an address, once, however it is spelled and however many ask at once', async () => {
    const [git, place] = [await gitServer(), await workplace()]
    const server = await place.serve({ env: trusting(git), gates: [] })
    const ask = (ending: string) =>
      server.post('/tasks', { goal: 'Say hello', repository: `${git.url}/team/shop${ending}` })
    const answers = await Promise.all([ask('.git'), ask('.git')])
    for (const { status, body } of [...answers, await ask(''), await ask('/')]) {
      expect([status, body.task.repository]).toEqual([201, join(place.root, 'team/shop')])
    }
    expect(git.requests.filter((path) => path.includes('info/refs'))).toHaveLength(1)
    const [cwd = ''] = await server.sessions('plan', 1)
    const origin = await runCommand('git', ['remote', 'get-url', 'origin'], { cwd, env: place.env, timeoutMs: 10_000 })
    expect(origin.stdout).toBe(`${git.url}/team/shop.git\n`)
  })
})

describe('is refused', () => {
  it('from this machine and private networks, unless that is allowed', async () => {
    const [git, place] = [await gitServer(), await workplace()]
    const server = await place.serve({ env: { ...trusting(git), CLAUDETM_CLONE_PRIVATE: '' } })
    for (const host of [git.url, git.url.replace('localhost', '127.0.0.1'), git.url.replace('localhost', '[::1]')]) {
      const { status, body } = await server.post('/repo/clone', { url: `${host}/team/shop.git` })
      expect([status, body.error, body.errors[0].field]).toEqual([422, 'url_refused', 'url'])
      const task = await server.post('/tasks', { goal: 'Say hello', repository: `${host}/team/shop.git` })
      expect([task.status, task.body.error]).toEqual([422, 'url_refused'])
    }
    expect([git.requests, await found(place)]).toEqual([[], []])
  })

  it('with a name or a password in the address', async () => {
    const [git, place] = [await gitServer(), await workplace()]
    const server = await place.serve({ env: trusting(git) })
    for (const login of ['me', 'me:hunter2']) {
      const url = `${git.url.replace('//', `//${login}@`)}/team/shop.git`
      const { status, body } = await server.post('/repo/clone', { url })
      expect([status, body.error]).toEqual([422, 'url_refused'])
      expect(JSON.stringify(body)).not.toContain('hunter2')
    }
    expect([git.requests, await found(place)]).toEqual([[], []])
  })

  it('where the server does not know the certificate', async () => {
    const [git, place] = [await gitServer(), await workplace()]
    const server = await place.serve({ env: { CLAUDETM_PASSWORD: 'right', CLAUDETM_CLONE_PRIVATE: 'true' } })
    const { status, body } = await server.post('/repo/clone', { url: `${git.url}/team/shop.git` })
    expect([status, body.error]).toEqual([400, 'clone_failed'])
    expect(body.message).toMatch(/certificate/i)
    expect([git.requests, await found(place)]).toEqual([[], []])
  })
})

describe('what does not end well leaves nothing behind', () => {
  it('an address that leads elsewhere: nobody goes there', async () => {
    const elsewhere = await gitServer()
    const git = await gitServer(() => ({ redirect: elsewhere.url }))
    const place = await workplace()
    const server = await place.serve({ env: trusting(git) })
    const { status, body } = await server.post('/repo/clone', { url: `${git.url}/team/shop.git` })
    expect([status, body.error]).toEqual([400, 'clone_failed'])
    expect(git.requests).toHaveLength(1)
    expect([elsewhere.requests, await found(place)]).toEqual([[], []])
  })

  it('one that wants a password nobody has: it is not asked for', async () => {
    const [git, place] = [await gitServer(() => 'password'), await workplace()]
    const server = await place.serve({ env: trusting(git) })
    const { status, body } = await server.post('/tasks', { goal: 'Say hello', repository: `${git.url}/team/shop.git` })
    expect([status, body.error]).toEqual([502, 'git_refused'])
    expect(await found(place)).toEqual([])
  })

  it.each<[string, (path: string) => GitAnswer]>([
    ['at once', () => 'hang'],
    ['in the middle', (path) => (path.endsWith('git-upload-pack') ? 'hang' : 'git')],
  ])('one that hangs %s ends in time', async (_, answer) => {
    const [git, place] = [await gitServer(answer), await workplace()]
    const server = await place.serve({ env: { ...trusting(git), CLAUDETM_CLONE_TIMEOUT: '1' } })
    const cloned = await server.post('/repo/clone', { url: `${git.url}/team/shop.git` })
    expect([cloned.status, cloned.body.error]).toEqual([400, 'clone_failed'])
    const task = await server.post('/tasks', { goal: 'Say hello', repository: `${git.url}/team/shop.git` })
    expect([task.status, task.body.error]).toEqual([504, 'timeout'])
    expect((await server.get('/tasks')).body.total).toBe(0)
    expect(await found(place)).toEqual([])
  })

  it('one that hangs while the server ends', async () => {
    const asked = Promise.withResolvers<void>()
    const git = await gitServer(() => {
      asked.resolve()
      return 'hang'
    })
    const place = await workplace()
    const server = await place.serve({ env: trusting(git) })
    const cloned = server.post('/repo/clone', { url: `${git.url}/team/shop.git` })
    await asked.promise
    const [{ status }] = await Promise.all([cloned, server.close()])
    expect([status, await found(place)]).toEqual([400, []])
  })

  it('what a killed server left half-made goes with the next clone beside it', async () => {
    const [git, place] = [await gitServer(), await workplace()]
    const half = join(place.root, 'team/.shop.0e2a3b4c-0000-4000-8000-000000000000.part')
    const young = half.replace('0e2a', 'ffff')
    for (const directory of [half, young]) await mkdir(join(directory, '.git'), { recursive: true })
    await utimes(half, 0, 0)
    const server = await place.serve({ env: trusting(git) })
    expect((await server.post('/repo/clone', { url: `${git.url}/team/shop.git` })).status).toBe(200)
    expect((await readdir(join(place.root, 'team'))).toSorted()).toEqual([basename(young), 'shop'])
  })
})
