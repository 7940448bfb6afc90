/** Where a repository lives and whose rights are used there, told from its remote and the environment. */
import { generateKeyPairSync } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isGithubHost, parseGithubRemote } from '../../src/forge/github/address.ts'
import { findCredentials, toGitPassword } from '../../src/forge/github/credentials.ts'
import { hasMark, marksIn, withMark, withoutMarks } from '../../src/forge/github/marks.ts'
import { createHttpScript, type HttpScript } from '../support/http-script.ts'

let directory: string
let script: HttpScript | null = null
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'claudetm-github-'))
})
afterEach(async () => {
  await script?.close()
  script = null
  await rm(directory, { recursive: true, force: true })
})

describe('address', () => {
  const PUBLIC = {
    host: 'github.com',
    owner: 'octo',
    name: 'demo',
    apiUrl: 'https://api.github.com',
    graphqlUrl: 'https://api.github.com/graphql',
    webUrl: 'https://github.com/octo/demo',
  }

  test.each([
    'https://github.com/octo/demo.git',
    'https://github.com/octo/demo/',
    'http://github.com/octo/demo',
    'https://someone:secret@github.com/octo/demo.git',
    'git@github.com:octo/demo.git',
    'github.com:octo/demo',
    'ssh://git@github.com/octo/demo.git',
    'ssh://git@ssh.github.com:443/octo/demo.git',
    'git://github.com/octo/demo.git',
  ])('%s is a repository on github.com', (url) => {
    expect(parseGithubRemote(url, {})).toEqual(PUBLIC)
  })

  test('GitHub’s hosts for one country keep their own api host', () => {
    expect(parseGithubRemote('git@octo.ghe.com:octo/demo.git', {})).toMatchObject({
      host: 'octo.ghe.com',
      apiUrl: 'https://api.octo.ghe.com',
      graphqlUrl: 'https://api.octo.ghe.com/graphql',
    })
  })

  test('an Enterprise server has its APIs below itself; a port of the web stays, one of ssh goes', () => {
    expect(parseGithubRemote('https://git.example.com:8443/octo/demo.name.git', {})).toEqual({
      host: 'git.example.com:8443',
      owner: 'octo',
      name: 'demo.name',
      apiUrl: 'https://git.example.com:8443/api/v3',
      graphqlUrl: 'https://git.example.com:8443/api/graphql',
      webUrl: 'https://git.example.com:8443/octo/demo.name',
    })
    expect(parseGithubRemote('ssh://git@git.example.com:2222/octo/demo', {})).toMatchObject({
      host: 'git.example.com',
      apiUrl: 'https://git.example.com/api/v3',
    })
  })

  test('the standard variables count for their own host, and for no other', () => {
    const environment = {
      GITHUB_SERVER_URL: 'http://127.0.0.1:4000',
      GITHUB_API_URL: 'http://127.0.0.1:4000/rest/',
      GITHUB_GRAPHQL_URL: 'http://127.0.0.1:4000/gql',
    }
    expect(parseGithubRemote('http://127.0.0.1:4000/octo/demo.git', environment)).toMatchObject({
      host: '127.0.0.1:4000',
      apiUrl: 'http://127.0.0.1:4000/rest',
      graphqlUrl: 'http://127.0.0.1:4000/gql',
    })
    expect(parseGithubRemote('git@github.com:octo/demo.git', environment)).toEqual(PUBLIC)
  })

  test.each([
    '/srv/git/demo.git',
    'file:///srv/git/demo.git',
    'https://github.com/octo',
    'C:\\demo',
    '',
    'https://github.com/a/b/c',
    '%zz:%zz/a',
    'git@github.com:octo/%2f',
  ])('%j is none', (url) => {
    expect(parseGithubRemote(url, {})).toBeNull()
  })

  test('a host is GitHub’s when it is known to be', async () => {
    await mkdir(join(directory, 'gh'))
    await writeFile(
      join(directory, 'gh', 'hosts.yml'),
      'git.example.com:\n    user: octo\n    oauth_token: x\n"other.example.com":\n    user: octo\n# gone.example.com:\n',
    )
    const environment = {
      XDG_CONFIG_HOME: directory,
      GH_HOST: 'third.example.com',
      GITHUB_SERVER_URL: 'http://127.0.0.1:4000',
    }
    const hosts = [
      'github.com',
      'GitHub.com',
      'octo.ghe.com',
      'git.example.com',
      'other.example.com',
      'third.example.com',
      '127.0.0.1:4000',
    ]
    const others = ['gitlab.com', 'user', 'gone.example.com', 'notgithub.com', 'ghe.com', '127.0.0.1:4001']
    expect(hosts.filter((host) => !isGithubHost(host, environment))).toEqual([])
    expect(others.filter((host) => isGithubHost(host, environment))).toEqual([])
  })
})

describe('credentials', () => {
  const PUBLIC = 'https://github.com/octo/demo'
  const ENTERPRISE = 'https://git.example.com/octo/demo'

  async function find(url: string, environment: Record<string, string>) {
    const address = parseGithubRemote(url, environment)
    if (address === null) throw new Error('no address')
    return findCredentials({ address, environment: { PATH: directory, ...environment }, cwd: directory })
  }

  async function installGh(text: string): Promise<void> {
    await writeFile(join(directory, 'gh'), `#!/bin/sh\n${text}\n`)
    await chmod(join(directory, 'gh'), 0o755)
  }

  const all = { GITHUB_TOKEN: 'a', GH_TOKEN: 'b', GH_ENTERPRISE_TOKEN: 'c', GITHUB_ENTERPRISE_TOKEN: 'd' }

  test.each([
    [PUBLIC, all, 'GITHUB_TOKEN', 'a'],
    [PUBLIC, { GH_TOKEN: 'b' }, 'GH_TOKEN', 'b'],
    [ENTERPRISE, all, 'GH_ENTERPRISE_TOKEN', 'c'],
    [ENTERPRISE, { GITHUB_TOKEN: 'a' }, 'GITHUB_TOKEN', 'a'],
  ])('on %s the first of the variables counts', async (url, environment, source, token) => {
    const credentials = await find(url, environment)
    expect([credentials.source, credentials.kind, await credentials.token()]).toEqual([source, 'user', token])
    expect(await toGitPassword(credentials)).toEqual({ username: 'x-access-token', password: token })
  })

  // W40
  test('the login of gh is asked for this host, and nothing is asked of a person', async () => {
    await installGh('echo "$2 $3 $4 $GH_PROMPT_DISABLED"')
    const credentials = await find(ENTERPRISE, {})
    expect([credentials.source, await credentials.token()]).toEqual(['gh login', 'token --hostname git.example.com 1'])
  })

  test('without any, the failure says where it was looked', async () => {
    await installGh('exit 1')
    await expect(find(PUBLIC, {})).rejects.toMatchObject({
      kind: 'forge_auth',
      message: expect.stringMatching(/GITHUB_TOKEN, GH_TOKEN, gh auth login/),
      facts: { host: 'github.com' },
    })
    await rm(join(directory, 'gh'))
    await expect(find(PUBLIC, {})).rejects.toMatchObject({ kind: 'forge_auth' })
  })

  test('an App acts as its installation on this repository, with a token that is renewed', async () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    })
    script = await createHttpScript((request, count) =>
      request.path.endsWith('/installation')
        ? { body: { id: 42 } }
        : {
            status: 201,
            body: {
              token: `token-${count}`,
              expires_at: new Date(Date.now() + 3_600_000).toISOString(),
              permissions: {},
            },
          },
    )
    const environment = {
      GITHUB_SERVER_URL: script.url,
      GITHUB_TOKEN: 'not this one',
      CLAUDETM_GITHUB_APP_ID: '123',
      CLAUDETM_GITHUB_APP_PRIVATE_KEY: privateKey.replaceAll('\n', '\\n'),
    }
    const credentials = await find(`${script.url}/octo/demo.git`, environment)
    expect([credentials.source, credentials.kind, await credentials.token(), await credentials.token()]).toEqual([
      'app 123',
      'app',
      'token-2',
      'token-2',
    ])
    expect(await credentials.renew()).toBe('token-3')
    expect(script.requests.map(({ path }) => path)).toEqual([
      '/api/v3/repos/octo/demo/installation',
      '/api/v3/app/installations/42/access_tokens',
      '/api/v3/app/installations/42/access_tokens',
    ])
  })

  test('an App that is not installed, and a key that is missing, are told', async () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    })
    const file = join(directory, 'key.pem')
    await writeFile(file, privateKey)
    script = await createHttpScript(() => ({ status: 404, body: { message: 'Not Found' } }))
    const environment = { GITHUB_SERVER_URL: script.url, CLAUDETM_GITHUB_APP_ID: '123' }
    const url = `${script.url}/octo/demo.git`
    const credentials = await find(url, { ...environment, CLAUDETM_GITHUB_APP_PRIVATE_KEY_FILE: file })
    await expect(credentials.token()).rejects.toMatchObject({
      kind: 'forge_auth',
      message: 'app 123 is not installed on octo/demo',
    })
    await expect(find(url, environment)).rejects.toMatchObject({ kind: 'config_invalid' })
    await expect(find(url, { ...environment, CLAUDETM_GITHUB_APP_PRIVATE_KEY_FILE: '/none' })).rejects.toMatchObject({
      kind: 'config_invalid',
      facts: { file: '/none' },
    })
  })
})

describe('marks', () => {
  test('a mark is found again by its key, and people do not see it', () => {
    const body = withMark('Fixed in 1234.\n', 'reply:T_1:2')
    expect([hasMark(body, 'reply:T_1:2'), hasMark(body, 'reply:T_1:3'), withoutMarks(body)]).toEqual([
      true,
      false,
      'Fixed in 1234.',
    ])
    expect(body).toMatch(/^Fixed in 1234\.\n\n<!-- claudetm:\S+ -->$/)
  })

  test('whatever the key, it stays one mark', () => {
    const key = 'a --> b <!-- c\nd'
    const body = withMark('text', key)
    const quoted = `${body.replace(/^/gm, '> ')}\n\nNo.`
    expect(hasMark(quoted, key)).toBe(false)
    expect([marksIn(body).length, hasMark(body, key), withoutMarks(body)]).toEqual([1, true, 'text'])
  })
})
