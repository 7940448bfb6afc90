/**
 * Every REST route of the emulator answers in the shape that GitHub's official OpenAPI gives it, refusals included. One
 * long visit drives them all; what was answered is then checked.
 */
import { createSign, generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGithubEmulator, type GithubEmulator } from '../support/github/emulator.ts'
import { type RestExchange, routeOf, validateAnswer } from '../support/github/openapi/validate.ts'
import { accountRoutes } from '../support/github/rest/accounts.ts'
import { createActionRoutes } from '../support/github/rest/actions.ts'
import { branchRoutes, commitRoutes } from '../support/github/rest/branches.ts'
import { checkRoutes } from '../support/github/rest/checks.ts'
import { issueRoutes } from '../support/github/rest/issues.ts'
import { pullRoutes } from '../support/github/rest/pulls.ts'
import { repositoryRoutes } from '../support/github/rest/repositories.ts'
import { reviewRoutes } from '../support/github/rest/reviews.ts'

type Sent = RestExchange & { readonly expected: number }
type Send = (route: string, options?: { body?: object; token?: string; expect?: number }) => Promise<Answered>
type Answered = Readonly<Record<string, unknown>>

let emulator: GithubEmulator
const sent: Sent[] = []

beforeAll(async () => {
  emulator = await createGithubEmulator()
  await visitEverything(emulator)
})
afterAll(() => emulator.close())

describe('the emulator over REST', () => {
  test('answers every request of the visit with the status that was expected', () => {
    const surprises = sent.filter(({ status, expected }) => status !== expected)
    expect(surprises).toEqual([])
  })

  test('answers every route with a body of the official shape', () => {
    const problems = sent.filter(({ status }) => status < 400).flatMap(validateAnswer)
    expect(problems).toEqual([])
  })

  test('refuses in the official shape', () => {
    const refusals = sent.filter(({ status }) => status >= 400)
    expect(refusals.length).toBeGreaterThan(10)
    expect(refusals.flatMap(validateAnswer)).toEqual([])
  })

  test('was asked for everything that it serves', () => {
    const served = [
      ...accountRoutes,
      ...repositoryRoutes,
      ...pullRoutes,
      ...reviewRoutes,
      ...issueRoutes,
      ...checkRoutes,
      ...branchRoutes,
      ...commitRoutes,
      ...createActionRoutes(() => ''),
    ]
    const names = served.map(({ name }) => name).filter((name) => !name.includes('/repositories/{repository_id}'))
    const succeeded = new Set(
      emulator.requests.api.filter(({ status }) => (status ?? 500) < 400).map(({ name }) => name),
    )
    expect(names.filter((name) => !succeeded.has(name))).toEqual([])
  })
})

describe('the check itself', () => {
  test('finds what is missing, of the wrong type, or not specified at all', () => {
    const path = '/repos/o/r/pulls/1'
    expect(routeOf('GET', path)).toBe('GET /repos/{owner}/{repo}/pulls/{pull_number}')
    expect(validateAnswer({ method: 'GET', path, status: 200, body: { number: 1 } }).length).toBeGreaterThan(30)
    const label = { id: 1, node_id: 'x', url: 'http://x', name: 'bug', color: 'ff0000', default: false }
    const labels = { method: 'GET', path: '/repos/o/r/labels', status: 200 }
    expect(validateAnswer({ ...labels, body: [{ ...label, description: null }] })).toEqual([])
    expect(validateAnswer({ ...labels, body: [{ ...label, description: 3 }] })).toEqual([
      'GET /repos/{owner}/{repo}/labels 200: /0/description must be string, is 3',
    ])
    expect(validateAnswer({ ...labels, status: 418, body: {} })).toEqual([
      'GET /repos/{owner}/{repo}/labels does not answer 418',
    ])
    expect(validateAnswer({ method: 'GET', path: '/nowhere', status: 200, body: {} })).toEqual([
      'GET /nowhere is not in the specification',
    ])
  })
})

function createSend({ apiUrl }: GithubEmulator, token: string): Send {
  return async (route, { body, token: other = token, expect: expected } = {}) => {
    const [method = '', path = ''] = route.split(' ')
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      redirect: 'manual',
      headers: { authorization: `Bearer ${other}` },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const answer = text === '' ? undefined : JSON.parse(text)
    sent.push({
      method,
      path: path.split('?')[0] ?? '',
      status: response.status,
      body: answer,
      expected: expected ?? defaultStatus(method, response.status),
    })
    return answer
  }
}

/** Any success, unless the visit says more. */
function defaultStatus(method: string, status: number): number {
  if (status < 400) return status
  return method === 'POST' ? 201 : 200
}

async function visitEverything(github: GithubEmulator): Promise<void> {
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  github.createUser({ login: 'acme', type: 'Organization' })
  const owner = github.createToken({ login: 'ada' })
  const repository = await github.createRepository({
    owner: 'acme',
    name: 'rocket',
    description: 'To the moon',
    files: { 'README.md': '# Rocket\n', 'src/main.ts': 'export {}\n' },
    collaborators: { ada: 'admin', grace: 'write' },
    settings: { allowAutoMerge: true },
    ci: ({ ref }) => [
      {
        name: 'CI',
        jobs: [
          {
            name: 'test',
            outcome: ref === 'main' ? 'success' : 'failure',
            annotations: [{ path: 'src/main.ts', startLine: 1, message: 'broken' }],
          },
        ],
      },
      { kind: 'status', context: 'ci/old', state: 'success', description: 'fine', targetUrl: 'https://ci.example/1' },
    ],
  })
  repository.protect('main', {
    requiredChecks: ['test'],
    strict: true,
    approvals: 1,
    requireConversationResolution: true,
  })
  repository.addRuleset({
    rules: [
      { type: 'required_status_checks', checks: [{ context: 'test', appId: null }], strict: true },
      {
        type: 'pull_request',
        approvals: 1,
        resolveThreads: true,
        dismissStale: false,
        codeOwners: false,
        methods: null,
      },
      { type: 'non_fast_forward' },
    ],
  })
  const app = github.createApp({
    slug: 'builder',
    publicKey: keys.publicKey,
    permissions: { checks: 'write', contents: 'read', metadata: 'read' },
  })
  const installation = github.installApp({ app, account: 'acme' })
  const send = createSend(github, owner.value)
  await repository.push({ by: 'ada', branch: 'topic', files: { 'src/main.ts': 'export const lift = 1\n' } })
  await repository.push({ by: 'ada', branch: 'other', files: { 'other.md': 'more\n' } })
  await visitAccounts(send, { jwt: toJwt(app.id, keys.privateKey), installationId: installation.id })
  await visitRepository(send)
  const number = await visitPulls(send)
  await github.settled()
  await visitReviews(send, number, github.createToken({ login: 'grace' }).value)
  await visitIssues(send, number)
  const { token: appToken } = await send(`POST /app/installations/${installation.id}/access_tokens`, {
    token: toJwt(app.id, keys.privateKey),
  })
  await visitChecks(send, { sha: repository.head('topic'), appToken: String(appToken) })
  await visitActions(send, github)
  await visitBranches(send, repository.head('main'))
  await visitMerging(send, number, repository)
  await visitRefusals(send, number)
}

async function visitAccounts(send: Send, { jwt, installationId }: { jwt: string; installationId: number }) {
  await send('GET /meta')
  await send('GET /rate_limit')
  await send('GET /user')
  await send('GET /users/grace')
  await send('GET /users/acme')
  await send('GET /app', { token: jwt })
  await send('GET /app/installations', { token: jwt })
  await send('GET /repos/acme/rocket/installation', { token: jwt })
  const { token } = await send(`POST /app/installations/${installationId}/access_tokens`, {
    token: jwt,
    body: { repositories: ['rocket'], permissions: { contents: 'read' } },
  })
  await send('GET /installation/repositories', { token: String(token) })
}

const R = '/repos/acme/rocket'

async function visitRepository(send: Send) {
  await send(`GET ${R}`)
  await send(`GET ${R}/collaborators/grace/permission`)
  await send(`GET ${R}/contents/README.md`)
  await send(`GET ${R}/contents/src`)
  const { id } = await send(`POST ${R}/hooks`, {
    body: { config: { url: 'http://127.0.0.1:9/hook', content_type: 'json', secret: 's' }, events: ['push'] },
  })
  await send(`GET ${R}/hooks`)
  await send(`GET ${R}/hooks/${id}`)
  await send(`PATCH ${R}/hooks/${id}`, { body: { active: false } })
  await send(`DELETE ${R}/hooks/${id}`)
}

async function visitPulls(send: Send): Promise<number> {
  const { number } = await send(`POST ${R}/pulls`, { body: { title: 'Lift', head: 'topic', base: 'main', body: 'up' } })
  await send(`POST ${R}/pulls`, { body: { title: 'Other', head: 'other', base: 'main', draft: true } })
  await send(`GET ${R}/pulls?state=all`)
  await send(`GET ${R}/pulls/${number}`)
  await send(`PATCH ${R}/pulls/${number}`, { body: { title: 'Lift off' } })
  await send(`GET ${R}/pulls/${number}/files`)
  await send(`GET ${R}/pulls/${number}/commits`)
  return Number(number)
}

async function visitReviews(send: Send, number: number, reviewer: string) {
  const pull = `${R}/pulls/${number}`
  await send(`POST ${pull}/requested_reviewers`, { body: { reviewers: ['grace'] } })
  await send(`GET ${pull}/requested_reviewers`)
  await send(`DELETE ${pull}/requested_reviewers`, { body: { reviewers: ['grace'] } })
  const { id } = await send(`POST ${pull}/reviews`, {
    token: reviewer,
    body: { event: 'REQUEST_CHANGES', body: 'no', comments: [{ path: 'src/main.ts', line: 1, body: 'why?' }] },
  })
  await send(`PUT ${pull}/reviews/${id}/dismissals`, { body: { message: 'done' } })
  await send(`GET ${pull}/reviews`)
  const comment = await send(`POST ${pull}/comments`, {
    token: reviewer,
    body: { path: 'src/main.ts', line: 1, body: 'hm', commit_id: 'x' },
  })
  await send(`POST ${pull}/comments/${comment.id}/replies`, { body: { body: 'because' } })
  await send(`GET ${pull}/comments`)
  await send(`GET ${R}/pulls/comments/${comment.id}`)
  await send(`PATCH ${R}/pulls/comments/${comment.id}`, { token: reviewer, body: { body: 'hm?' } })
}

async function visitIssues(send: Send, number: number) {
  const issue = `${R}/issues/${number}`
  await send(`GET ${issue}`)
  await send(`PATCH ${issue}`, { body: { body: 'up and away', assignees: ['ada'] } })
  const { id } = await send(`POST ${issue}/comments`, { body: { body: 'hello' } })
  await send(`GET ${issue}/comments`)
  await send(`GET ${R}/issues/comments/${id}`)
  await send(`PATCH ${R}/issues/comments/${id}`, { body: { body: 'hello again' } })
  await send(`DELETE ${R}/issues/comments/${id}`)
  await send(`POST ${R}/labels`, { body: { name: 'Bug', color: 'ff0000' } })
  await send(`GET ${R}/labels`)
  await send(`GET ${R}/labels/Bug`)
  await send(`POST ${issue}/labels`, { body: { labels: ['Bug', 'fresh'] } })
  await send(`GET ${issue}/labels`)
  await send(`DELETE ${issue}/labels/fresh`)
}

async function visitChecks(send: Send, { sha, appToken }: { sha: string; appToken: string }) {
  await send(`POST ${R}/statuses/${sha}`, { body: { state: 'pending', context: 'lint', description: 'soon' } })
  const { id } = await send(`POST ${R}/check-runs`, {
    token: appToken,
    body: { name: 'size', head_sha: sha, status: 'in_progress' },
  })
  const output = {
    title: 'Too large',
    summary: 'by far',
    annotations: [{ path: 'src/main.ts', start_line: 1, end_line: 1, annotation_level: 'warning', message: 'large' }],
  }
  await send(`PATCH ${R}/check-runs/${id}`, { token: appToken, body: { conclusion: 'failure', output } })
  await send(`GET ${R}/check-runs/${id}`)
  await send(`GET ${R}/check-runs/${id}/annotations`)
  await send(`GET ${R}/commits/topic/check-runs`)
  const { check_suites: suites } = await send(`GET ${R}/commits/${sha}/check-suites`)
  await send(`GET ${R}/check-suites/${(suites as { id: number }[])[0]?.id}/check-runs`)
  await send(`GET ${R}/commits/${sha}/status`)
  await send(`GET ${R}/commits/${sha}/statuses`)
}

async function visitActions(send: Send, github: GithubEmulator) {
  await send(`GET ${R}/actions/workflows`)
  const { workflow_runs: runs } = await send(`GET ${R}/actions/runs?branch=topic`)
  const [run] = runs as { id: number; workflow_id: number }[]
  await send(`GET ${R}/actions/workflows/${run?.workflow_id}/runs`)
  await send(`GET ${R}/actions/runs/${run?.id}`)
  const { jobs } = await send(`GET ${R}/actions/runs/${run?.id}/jobs`)
  await send(`GET ${R}/actions/runs/${run?.id}/attempts/1/jobs`)
  const job = (jobs as { id: number }[])[0]?.id
  await send(`GET ${R}/actions/jobs/${job}`)
  await send(`GET ${R}/actions/jobs/${job}/logs`, { expect: 302 })
  await send(`POST ${R}/actions/runs/${run?.id}/rerun-failed-jobs`)
  await github.settled()
  await send(`POST ${R}/actions/runs/${run?.id}/rerun`)
  await github.settled()
  const again = (await send(`GET ${R}/actions/runs/${run?.id}/jobs`)).jobs as { id: number }[]
  await send(`POST ${R}/actions/jobs/${again[0]?.id}/rerun`)
  await github.settled()
  const held = Promise.withResolvers<'success'>()
  const { repository } = { repository: github.world.state.repositories.get('acme/rocket') }
  if (repository === undefined) throw new Error('no repository')
  github.world.ci.set(repository.id, () => [{ name: 'CI', jobs: [{ name: 'test', outcome: held.promise }] }])
  await send(`POST ${R}/actions/runs/${run?.id}/rerun`)
  await send(`POST ${R}/actions/runs/${run?.id}/cancel`, { expect: 202 })
  held.resolve('success')
  github.world.ci.delete(repository.id)
}

async function visitBranches(send: Send, sha: string) {
  await send(`GET ${R}/branches`)
  await send(`GET ${R}/branches/main`)
  await send(`GET ${R}/branches/main/protection`)
  await send(`GET ${R}/rules/branches/main`)
  await send(`POST ${R}/git/refs`, { body: { ref: 'refs/heads/new/one', sha } })
  await send(`GET ${R}/git/ref/heads/new/one`)
  await send(`GET ${R}/git/matching-refs/heads/new`)
  const { sha: next } = (await send(`GET ${R}/commits/topic`)) as unknown as { sha: string }
  await send(`PATCH ${R}/git/refs/heads/new/one`, { body: { sha: next } })
  await send(`DELETE ${R}/git/refs/heads/new/one`)
  await send(`GET ${R}/git/commits/${next}`)
  await send(`GET ${R}/commits?sha=topic`)
  await send(`GET ${R}/compare/main...topic`)
}

type Handle = Awaited<ReturnType<GithubEmulator['createRepository']>>

async function visitMerging(send: Send, number: number, repository: Handle) {
  const pull = `${R}/pulls/${number}`
  await repository.push({ by: 'grace', branch: 'main', files: { 'news.md': 'new\n' } })
  await send(`PUT ${pull}/update-branch`, { expect: 202 })
  await send(`PUT ${pull}/merge`, { body: { sha: 'f'.repeat(40) }, expect: 409 })
  await send(`PUT ${R}/pulls/2/merge`, { expect: 405 })
  repository.repository.protections.clear()
  repository.repository.rulesets.splice(0)
  await send(`GET ${pull}/merge`, { expect: 404 })
  await send(`PUT ${pull}/merge`, { body: { merge_method: 'squash' } })
  await send(`GET ${pull}/merge`, { expect: 204 })
  await send(`GET ${pull}`)
}

async function visitRefusals(send: Send, number: number) {
  await send(`POST ${R}/pulls`, { body: { title: 'Again', head: 'other', base: 'main' }, expect: 422 })
  await send(`POST ${R}/pulls`, { body: { title: 'None', head: 'nowhere', base: 'main' }, expect: 422 })
  await send(`GET ${R}/pulls/99`, { expect: 404 })
  await send(`GET /repos/acme/nothing`, { expect: 404 })
  await send(`GET ${R}/commits/nowhere`, { expect: 422 })
  await send(`GET ${R}/branches/main/protection`, { expect: 404 })
  await send(`POST ${R}/labels`, { body: { name: 'Bug' }, expect: 422 })
  await send(`POST ${R}/issues/${number}/comments`, { body: { body: '' }, expect: 422 })
  await send(`POST ${R}/git/refs`, { body: { ref: 'refs/heads/main', sha: 'f'.repeat(40) }, expect: 422 })
  await send(`GET /user`, { token: 'wrong', expect: 401 })
  await send(`GET /app`, { expect: 401 })
}

function toJwt(appId: number, privateKey: string): string {
  const seconds = Math.floor(Date.now() / 1000)
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iat: seconds - 30, exp: seconds + 300, iss: String(appId) })}`
  return `${claims}.${createSign('RSA-SHA256').update(claims).sign(privateKey, 'base64url')}`
}
