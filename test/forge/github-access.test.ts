/** What a token may not do on an emulated GitHub is found out before anything is planned, all of it at once. */
import { describe, expect, test } from 'vitest'
import type { Permissions } from '../support/github/model.ts'
import { createInstallationToken } from '../support/github/service/credentials.ts'
import { called, openPlace, refusal } from '../support/github-acts.ts'
import { type GithubPlace, ME } from '../support/github-place.ts'

const ALL: Permissions = {
  metadata: 'read',
  contents: 'write',
  pull_requests: 'write',
  issues: 'write',
  checks: 'read',
  statuses: 'read',
  actions: 'write',
}

/** A forge whose token may do this, for the API and for git alike. */
async function forgeWith(place: GithubPlace, permissions: Permissions, login = ME) {
  const token = place.github.createToken({ login, permissions })
  await place.git.run(['remote', 'set-url', 'origin', place.repository.gitUrl(token)])
  return place.forge({ client: place.clientFor({ login, permissions, value: token.value }) })
}

function without(...names: readonly (keyof Permissions)[]): Permissions {
  return Object.fromEntries(Object.entries(ALL).filter(([name]) => !names.includes(name as keyof Permissions)))
}

describe('what is missing', () => {
  // L57 W4
  test.each<[string, Permissions, string]>([
    ['contents', { ...ALL, contents: 'read' }, 'contents (write)'],
    ['pull requests', { ...ALL, pull_requests: 'read' }, 'pull requests (write)'],
    ['checks', without('checks'), 'checks (read)'],
    ['statuses', without('statuses'), 'commit statuses (read)'],
    [
      'all of it',
      { metadata: 'read', contents: 'read', pull_requests: 'read' },
      'contents (write), pull requests (write), checks (read), commit statuses (read)',
    ],
  ])('%s: named at once, and nothing was written', async (_, permissions, permission) => {
    const place = await openPlace()
    const forge = await forgeWith(place, permissions)
    await expect(forge.ready({ admin: false })).rejects.toMatchObject({
      kind: 'forge_permission',
      message: 'the credential (GH_TOKEN) may not do what a run needs in octo/demo',
      facts: { permission, repository: 'octo/demo' },
    })
    expect([place.repository.repository.pulls.size, [...place.repository.repository.branches.keys()]]).toEqual([
      0,
      ['main'],
    ])
  })

  test('everything that is needed is enough', async () => {
    const place = await openPlace()
    const forge = await forgeWith(place, ALL)
    expect(await forge.ready({ admin: false })).toEqual({
      place: expect.stringMatching(/^octo\/demo on 127\.0\.0\.1/),
      account: `${ME} (GH_TOKEN)`,
      notes: [],
    })
    expect(place.repository.repository.pulls.size).toBe(0)
  })

  test('without Actions a run can do, and it is said what it then cannot', async () => {
    const place = await openPlace()
    const forge = await forgeWith(place, without('actions'))
    expect((await forge.ready({ admin: false })).notes).toEqual([
      'logs of CI cannot be read and flakes not run again: the token lacks actions (write)',
    ])
  })

  test('somebody who may only read may not do it, whatever the token says', async () => {
    const place = await openPlace()
    const forge = await forgeWith(place, ALL, 'reader')
    await expect(forge.ready({ admin: false })).rejects.toMatchObject({
      kind: 'forge_permission',
      facts: { permission: expect.stringContaining('contents (write)') },
    })
  })

  test('a private repository that the token cannot see', async () => {
    const place = await openPlace({ private: true })
    const forge = await forgeWith(place, ALL, 'stranger')
    await expect(forge.ready({ admin: false })).rejects.toMatchObject({
      kind: 'forge_permission',
      facts: { repository: 'octo/demo' },
    })
  })

  test('--admin needs an administrator', async () => {
    const place = await openPlace()
    await expect(place.forge().ready({ admin: true })).rejects.toMatchObject({
      facts: { permission: 'administration, for --admin' },
    })
    const admins = await openPlace({ collaborators: { [ME]: 'admin' } })
    expect(await admins.forge().ready({ admin: true })).toMatchObject({ account: `${ME} (GH_TOKEN)` })
  })

  test('an App acts as its bot, and is told so', async () => {
    const place = await openPlace()
    const permissions = { ...ALL, administration: 'write' } as const
    const app = place.github.createApp({ slug: 'task-master', permissions })
    const installation = place.github.installApp({ app, account: 'octo' })
    const { value } = createInstallationToken(place.github.world, installation)
    const credentials = { source: 'CLAUDETM_GITHUB_APP_ID', kind: 'app', token: async () => value } as const
    const forge = place.forge(place.actingBy({ ...credentials, renew: async () => null }))
    expect(await forge.ready({ admin: true })).toMatchObject({
      account: 'task-master[bot] (CLAUDETM_GITHUB_APP_ID)',
    })
  })
})

describe('what stands in the way', () => {
  test('an archived repository', async () => {
    const place = await openPlace()
    place.repository.repository.archived = true
    await expect(place.forge().ready({ admin: false })).rejects.toMatchObject({
      kind: 'forge_permission',
      message: 'octo/demo is archived: nothing can be written there',
    })
  })

  test('a token that ended', async () => {
    const place = await openPlace()
    place.github.faults.add({ ...refusal(401, 'Bad credentials'), times: 9 })
    await expect(place.forge().ready({ admin: false })).rejects.toMatchObject({ kind: 'forge_auth' })
  })

  // W4 L66
  test.each([
    ['GraphQL', ({ area }: { area: string }) => area === 'graphql'],
    ['opening', called('POST /repos/{owner}/{repo}/pulls')],
    ['Actions', called('GET /repos/{owner}/{repo}/actions/runs')],
  ])('GitHub that does not answer (%s) is no missing permission', async (_, matches) => {
    const place = await openPlace()
    place.github.faults.add({ kind: 'status', status: 502, times: 9, matches: matches as never })
    await expect(place.forge().ready({ admin: false })).rejects.toMatchObject({ kind: 'forge_unreachable' })
  })

  test('git that does not get there is no missing permission', async () => {
    const place = await openPlace()
    await place.git.run(['remote', 'set-url', 'origin', 'http://127.0.0.1:9/octo/demo.git'])
    await expect(place.forge().ready({ admin: false })).rejects.toMatchObject({ kind: 'git_unreachable' })
  })
})

describe('what a person wants to know before', () => {
  test('the rules of the target branch', async () => {
    const place = await openPlace({ settings: { allowAutoMerge: true } })
    const checks = ['build', 'deploy'].map((context) => ({ context, appId: null }))
    place.repository.addRuleset({
      rules: [
        { type: 'required_status_checks', checks, strict: true },
        {
          type: 'pull_request',
          approvals: 0,
          resolveThreads: true,
          dismissStale: false,
          codeOwners: false,
          methods: null,
        },
      ],
    })
    expect((await place.forge().ready({ admin: false })).notes).toEqual([
      'main requires: build, deploy',
      'main requires pull requests to be up to date',
      'main requires every conversation to be resolved',
      'auto-merge is allowed',
    ])
  })

  test('a merge queue', async () => {
    const place = await openPlace({ settings: { allowAutoMerge: true } })
    place.repository.addRuleset({
      rules: [
        {
          type: 'merge_queue',
          method: 'squash',
          groupingStrategy: 'ALLGREEN',
          maxEntriesToBuild: 1,
          checkTimeoutMinutes: 60,
        },
      ],
    })
    expect((await place.forge().ready({ admin: false })).notes).toEqual(['main is merged through a merge queue'])
  })

  // W20
  test('rules that cannot be read, where GitHub’s own answer to a merge counts', async () => {
    const place = await openPlace()
    place.github.faults.add({
      ...refusal(403, 'Resource not accessible by personal access token'),
      times: 9,
      matches: ({ path }) => path.includes('/branches/main'),
    })
    expect((await place.forge().ready({ admin: false })).notes).toEqual([
      "what main requires cannot be read with this token: GitHub's own answer to a merge counts",
    ])
  })

  test('a repository that has another name by now is ready under the old one', async () => {
    const place = await openPlace()
    place.repository.rename({ name: 'renamed' })
    expect(await place.forge().ready({ admin: false })).toMatchObject({ account: `${ME} (GH_TOKEN)` })
  })
})
