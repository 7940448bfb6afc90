/**
 * GitHub's own client, `gh`, against the emulator: nobody here wrote the queries that it asks, and it says in its own
 * words what it makes of the answers. It reaches the emulator as its HTTP proxy, under the name `github.localhost`.
 */
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { runCommand } from '../../src/lib/command.ts'
import type { Ci, Outcome } from '../support/github/ci-script.ts'
import { createGithubEmulator, type EmulatorOptions } from '../support/github/emulator.ts'

const found = spawnSync('gh', ['--version'], { encoding: 'utf8' })
const isMissing = found.error !== undefined
const [, major = '0', minor = '0'] = /version (\d+)\.(\d+)/.exec(found.stdout ?? '') ?? []
/** What `gh pr checks` exits with while checks run; it was 1, as for failed ones, before 2.32. */
const PENDING = Number(major) * 1000 + Number(minor) >= 2032 ? 8 : 1

const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

type Place = Awaited<ReturnType<typeof createPlace>>

/** `acme/rocket` on the emulator, cloned by `gh`; commands run in the clone, as ada unless they say otherwise. */
async function createPlace(options: { ci?: Ci; emulator?: EmulatorOptions } = {}) {
  const emulator = await createGithubEmulator(options.emulator)
  cleanups.push(() => emulator.close())
  const home = await realpath(await mkdtemp(join(tmpdir(), 'gh-')))
  cleanups.push(() => rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }))
  const repository = await emulator.createRepository({
    owner: 'acme',
    name: 'rocket',
    collaborators: { ada: 'admin', grace: 'write' },
    settings: { allowAutoMerge: true },
    ...(options.ci && { ci: options.ci }),
  })
  const tokens = {
    ada: emulator.createToken({ login: 'ada' }).value,
    grace: emulator.createToken({ login: 'grace' }).value,
  }
  const clone = join(home, 'rocket')
  await writeFile(join(home, '.gitconfig'), GIT_CONFIG)

  async function run(file: string, args: readonly string[], token = tokens.ada, cwd = clone) {
    const { exitCode, stdout, stderr } = await runCommand(file, args, {
      cwd,
      env: environment({ home, token, proxyUrl: emulator.proxyUrl }),
      timeoutMs: 30_000,
    })
    return { exitCode, stdout: stdout.trim(), stderr: stderr.trim() }
  }

  const git = async (...args: string[]) => {
    const result = await run('git', args)
    if (result.exitCode !== 0) throw new Error(`git ${args.join(' ')}: ${result.stderr}`)
    return result.stdout
  }

  const cloned = await run('gh', ['repo', 'clone', 'acme/rocket', clone], tokens.ada, home)
  if (cloned.exitCode !== 0) throw new Error(cloned.stderr)

  return {
    emulator,
    repository,
    git,
    gh: (...args: string[]) => run('gh', args),
    ghAs: (token: string, ...args: string[]) => run('gh', args, token),
    tokens,
    /** A branch with one commit, pushed by git over HTTP. */
    async pushBranch(branch: string) {
      await git('checkout', '--quiet', '-B', branch, 'origin/main')
      await mkdir(join(clone, 'docs'), { recursive: true })
      await writeFile(join(clone, 'docs', `${branch}.md`), `${branch}\n`)
      await git('add', '.')
      await git('commit', '--quiet', '-m', `Add ${branch}`)
      await git('push', '--quiet', '-u', 'origin', branch)
      return git('rev-parse', 'HEAD')
    },
  }
}

const GIT_CONFIG = `[user]
  name = Ada
  email = ada@example.test
[credential]
  helper = "!f() { echo username=x; echo password=$GH_TOKEN; }; f"
`

function environment({ home, token, proxyUrl }: { home: string; token: string; proxyUrl: string }) {
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: home,
    GH_CONFIG_DIR: join(home, 'gh'),
    GH_HOST: 'github.localhost',
    GH_TOKEN: token,
    GH_PROMPT_DISABLED: '1',
    GH_NO_UPDATE_NOTIFIER: '1',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    NO_COLOR: '1',
    http_proxy: proxyUrl,
  }
}

/** One workflow with one job on pull requests. */
function oneCheck(outcome: Outcome, log = 'ok'): Ci {
  return ({ event }) =>
    event === 'pull_request'
      ? [{ name: 'CI', jobs: [{ name: 'test', outcome, steps: [{ name: 'Run tests', log }] }] }]
      : []
}

async function viewed(place: Place, fields: string, number = '1') {
  const { stdout, stderr, exitCode } = await place.gh('pr', 'view', number, '--json', fields)
  if (exitCode !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

describe.skipIf(isMissing)('gh (skipped where it is not installed)', () => {
  test('opens a pull request once, and is told why it cannot twice', async () => {
    const place = await createPlace()
    await place.pushBranch('topic')
    const url = 'http://github.localhost/acme/rocket/pull/1'
    expect(await place.gh('pr', 'create', '--title', 'Add topic', '--body', 'because')).toMatchObject({
      exitCode: 0,
      stdout: url,
    })

    const again = await place.gh('pr', 'create', '--title', 'Again', '--body', '')
    expect(again.exitCode).toBe(1)
    expect(again.stderr).toContain('a pull request for branch "topic" into branch "main" already exists')
    const nothing = await place.gh('pr', 'create', '--title', 'X', '--body', '', '--head', 'nowhere')
    expect(nothing.stderr).toMatch(/Head sha can't be blank.*\(createPullRequest\)/)

    expect((await place.gh('pr', 'list')).stdout).toMatch(/^1\tAdd topic\ttopic\tOPEN/)
    expect([...place.repository.repository.pulls.keys()]).toEqual([1])
  })

  test('reads everything that it can show of a pull request', async () => {
    const place = await createPlace({ ci: oneCheck('success') })
    const head = await place.pushBranch('topic')
    await place.gh('pr', 'create', '--title', 'Add topic', '--body', 'because')
    await place.emulator.settled()
    place.repository.addLabels(1, 'ada', ['Bug'])
    place.repository.requestReviewers(1, 'ada', ['grace'])

    const all = (await place.gh('pr', 'view', '1', '--json', 'everything')).stderr
    const fields = all
      .split('\n')
      .slice(2)
      .map((line) => line.trim())
    expect(fields.length).toBeGreaterThan(35)
    const view = await viewed(place, fields.join(','))
    expect(view).toMatchObject({
      number: 1,
      title: 'Add topic',
      body: 'because',
      state: 'OPEN',
      isDraft: false,
      author: { login: 'ada' },
      baseRefName: 'main',
      headRefName: 'topic',
      headRefOid: head,
      headRepositoryOwner: { login: 'acme' },
      additions: 1,
      deletions: 0,
      changedFiles: 1,
      files: [{ path: 'docs/topic.md', additions: 1, deletions: 0 }],
      mergeable: 'MERGEABLE',
      mergeStateStatus: 'CLEAN',
      labels: [{ name: 'Bug' }],
      reviewRequests: [{ login: 'grace' }],
      statusCheckRollup: [{ name: 'test', workflowName: 'CI', status: 'COMPLETED', conclusion: 'SUCCESS' }],
      url: 'http://github.localhost/acme/rocket/pull/1',
    })
    expect(view.commits).toMatchObject([{ oid: head, messageHeadline: 'Add topic' }])
    expect((await place.gh('pr', 'view', '1')).stdout).toContain('reviewers:\tgrace (Requested)')
    expect((await place.gh('pr', 'diff', '1')).stdout).toContain('+topic')
    expect((await place.gh('pr', 'status')).stdout).toContain('#1  Add topic [topic]')
  })

  test('searches by author, label and state', async () => {
    const place = await createPlace()
    for (const branch of ['one', 'two']) {
      await place.pushBranch(branch)
      await place.gh('pr', 'create', '--title', `Add ${branch}`, '--body', '')
    }
    place.repository.addLabels(2, 'ada', ['Bug'])
    place.repository.closePull(1, 'ada')
    const numbers = async (...args: string[]) =>
      JSON.parse((await place.gh('pr', 'list', '--json', 'number', ...args)).stdout).map(
        (each: { number: number }) => each.number,
      )
    expect(await numbers()).toEqual([2])
    expect(await numbers('--state', 'all')).toEqual([2, 1])
    expect(await numbers('--state', 'all', '--author', '@me')).toEqual([2, 1])
    expect(await numbers('--author', 'grace')).toEqual([])
    expect(await numbers('--label', 'Bug')).toEqual([2])
    expect(await numbers('--head', 'one', '--state', 'closed')).toEqual([1])
  })

  test('exits by what the checks say: pending, failed, passed, none', async () => {
    const outcome = Promise.withResolvers<'success' | 'failure'>()
    const place = await createPlace({ ci: oneCheck(outcome.promise) })
    await place.pushBranch('topic')
    await place.gh('pr', 'create', '--title', 'Add topic', '--body', '')
    expect(await place.gh('pr', 'checks', '1')).toMatchObject({
      exitCode: PENDING,
      stdout: expect.stringMatching(/^test\tpending/),
    })
    outcome.resolve('failure')
    await place.emulator.settled()
    expect(await place.gh('pr', 'checks', '1')).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/^test\tfail/),
    })

    place.repository.setCi(oneCheck('success'))
    await place.git('commit', '--quiet', '--allow-empty', '-m', 'Again')
    await place.git('push', '--quiet')
    await place.emulator.settled()
    expect(await place.gh('pr', 'checks', '1')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^test\tpass/),
    })
    place.repository.setCi(() => [])
    await place.git('commit', '--quiet', '--allow-empty', '-m', 'Without CI')
    await place.git('push', '--quiet')
    expect((await place.gh('pr', 'checks', '1')).stderr).toContain("no checks reported on the 'topic' branch")
  })

  test('comments and reviews, but does not approve its own', async () => {
    const place = await createPlace()
    await place.pushBranch('topic')
    await place.gh('pr', 'create', '--title', 'Add topic', '--body', '')
    expect((await place.gh('pr', 'comment', '1', '--body', 'hello')).stdout).toMatch(/pull\/1#issuecomment-\d+$/)
    expect((await place.gh('pr', 'review', '1', '--approve')).stderr).toContain('Can not approve your own pull request')
    expect(
      await place.ghAs(place.tokens.grace, 'pr', 'review', '1', '--request-changes', '--body', 'no'),
    ).toMatchObject({ exitCode: 0 })
    expect(await viewed(place, 'reviewDecision')).toEqual({ reviewDecision: 'CHANGES_REQUESTED' })
    await place.ghAs(place.tokens.grace, 'pr', 'review', '1', '--approve')
    const { reviewDecision, comments, reviews, latestReviews } = await viewed(
      place,
      'reviewDecision,comments,reviews,latestReviews',
    )
    expect(reviewDecision).toBe('APPROVED')
    expect(comments).toMatchObject([{ author: { login: 'ada' }, body: 'hello', authorAssociation: 'COLLABORATOR' }])
    expect(reviews.map(({ state }: { state: string }) => state)).toEqual(['CHANGES_REQUESTED', 'APPROVED'])
    expect(latestReviews).toMatchObject([{ author: { login: 'grace' }, state: 'APPROVED' }])
  })

  test('merges exactly the head that it was told, and nothing while rules are not met', async () => {
    const outcome = Promise.withResolvers<'success'>()
    const place = await createPlace({ ci: oneCheck(outcome.promise) })
    place.repository.protect('main', { requiredChecks: ['test'], enforceAdmins: true })
    const head = await place.pushBranch('topic')
    await place.gh('pr', 'create', '--title', 'Add topic', '--body', '')

    const blocked = await place.gh('pr', 'merge', '1', '--squash')
    expect(blocked).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('the base branch policy prohibits the merge'),
    })
    const forced = await place.gh('pr', 'merge', '1', '--squash', '--admin')
    expect(forced).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('Required status check "test" is in progress'),
    })

    outcome.resolve('success')
    await place.emulator.settled()
    const stale = await place.gh('pr', 'merge', '1', '--squash', '--match-head-commit', 'f'.repeat(40))
    expect(stale).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Head branch was modified') })
    expect(place.repository.pull(1).merged).toBe(false)

    const merged = await place.gh('pr', 'merge', '1', '--squash', '--match-head-commit', head, '--delete-branch')
    expect(merged.exitCode).toBe(0)
    expect(await place.repository.readFile('docs/topic.md')).toBe('topic\n')
    expect(place.repository.repository.branches.has('topic')).toBe(false)
    expect(await viewed(place, 'state,mergedBy,mergeCommit')).toMatchObject({
      state: 'MERGED',
      mergedBy: { login: 'ada' },
      mergeCommit: { oid: place.repository.head() },
    })
    expect((await place.gh('pr', 'merge', '1', '--squash')).exitCode).not.toBeNull()
    expect((await place.repository.log()).length).toBe(2)
  })

  test('leaves merging to auto-merge', async () => {
    const outcome = Promise.withResolvers<'success'>()
    const place = await createPlace({ ci: oneCheck(outcome.promise) })
    place.repository.protect('main', { requiredChecks: ['test'] })
    await place.pushBranch('topic')
    await place.gh('pr', 'create', '--title', 'Add topic', '--body', '')
    expect((await place.gh('pr', 'merge', '1', '--squash', '--auto')).exitCode).toBe(0)
    expect(place.repository.pull(1).autoMerge).toMatchObject({ enabledBy: 'ada', method: 'squash' })
    expect((await place.gh('pr', 'merge', '1', '--disable-auto')).exitCode).toBe(0)
    expect(place.repository.pull(1).autoMerge).toBeNull()
    await place.gh('pr', 'merge', '1', '--squash', '--auto')
    outcome.resolve('success')
    await place.emulator.settled()
    expect(await viewed(place, 'state')).toEqual({ state: 'MERGED' })
  })

  test('edits, drafts, closes and reopens', async () => {
    const place = await createPlace()
    await place.pushBranch('topic')
    await place.gh('pr', 'create', '--title', 'Add topic', '--body', '', '--draft')
    expect((await place.gh('pr', 'ready', '1')).exitCode).toBe(0)
    const edited = await place.gh('pr', 'edit', '1', '--title', 'Better', '--add-reviewer', 'grace')
    expect(edited).toMatchObject({ exitCode: 0 })
    expect(place.repository.pull(1)).toMatchObject({ title: 'Better', draft: false, requestedReviewers: ['grace'] })
    expect((await place.gh('pr', 'close', '1', '--comment', 'later')).exitCode).toBe(0)
    expect((await place.gh('pr', 'reopen', '1')).exitCode).toBe(0)
    expect(place.repository.pull(1).state).toBe('open')
    expect((await place.gh('pr', 'close', '1', '--delete-branch')).exitCode).toBe(0)
    expect(place.repository.pull(1).state).toBe('closed')
    expect(place.repository.repository.branches.has('topic')).toBe(false)
  })

  test('lists runs, shows what failed, and starts it again', async () => {
    const place = await createPlace({ ci: oneCheck('failure', 'boom in line 3') })
    await place.pushBranch('topic')
    await place.gh('pr', 'create', '--title', 'Add topic', '--body', '')
    await place.emulator.settled()
    const runs = JSON.parse((await place.gh('run', 'list', '--json', 'databaseId,conclusion,headBranch,event')).stdout)
    expect(runs).toMatchObject([{ conclusion: 'failure', headBranch: 'topic', event: 'pull_request' }])
    const id = String(runs[0].databaseId)
    expect((await place.gh('run', 'view', id)).stdout).toContain('X test')
    expect((await place.gh('run', 'view', id, '--log-failed')).stdout).toContain('boom in line 3')
    place.repository.setCi(oneCheck('success'))
    expect((await place.gh('run', 'rerun', id, '--failed')).exitCode).toBe(0)
    await place.emulator.settled()
    expect((await place.gh('pr', 'checks', '1')).exitCode).toBe(0)
  })

  test('calls REST and GraphQL, page by page', async () => {
    const place = await createPlace()
    await place.pushBranch('topic')
    await place.gh('pr', 'create', '--title', 'Add topic', '--body', '')
    const thread = place.repository.addThread(1, { by: 'grace', body: 'why?', path: 'docs/topic.md', line: 1 })
    for (let each = 1; each <= 35; each += 1) place.repository.comment(1, 'grace', `comment ${each}`)

    const comments = await place.gh('api', '--paginate', 'repos/acme/rocket/issues/1/comments', '--jq', '.[].id')
    expect(comments.stdout.split('\n').length).toBe(35)
    const query = `query($endCursor: String) { repository(owner: "acme", name: "rocket") { pullRequest(number: 1) {
      comments(first: 10, after: $endCursor) { nodes { body } pageInfo { hasNextPage endCursor } } } } }`
    const paged = await place.gh(
      'api',
      'graphql',
      '--paginate',
      '-f',
      `query=${query}`,
      '--jq',
      '.data.repository.pullRequest.comments.nodes[].body',
    )
    expect(paged.stdout.split('\n').length).toBe(35)

    const mutation = 'mutation($id: ID!) { resolveReviewThread(input: { threadId: $id }) { thread { isResolved } } }'
    const resolved = await place.gh('api', 'graphql', '-f', `query=${mutation}`, '-f', `id=${thread.nodeId}`)
    expect(JSON.parse(resolved.stdout)).toEqual({ data: { resolveReviewThread: { thread: { isResolved: true } } } })
    const wrong = await place.gh('api', 'graphql', '-f', 'query={ repository(owner: "acme", name: "rocket") { nmae } }')
    expect(wrong).toMatchObject({ exitCode: 1, stderr: "gh: Field 'nmae' doesn't exist on type 'Repository'" })
  })

  test('is told which part a token may not read', async () => {
    const place = await createPlace({ ci: oneCheck('success') })
    await place.pushBranch('topic')
    await place.gh('pr', 'create', '--title', 'Add topic', '--body', '')
    await place.emulator.settled()
    const permissions = { contents: 'read', metadata: 'read', pull_requests: 'read', statuses: 'read' } as const
    const { value } = place.emulator.createToken({ login: 'ada', permissions })
    expect((await place.ghAs(value, 'pr', 'view', '1', '--json', 'title')).exitCode).toBe(0)
    const refused = await place.ghAs(value, 'pr', 'view', '1', '--json', 'title,statusCheckRollup')
    expect(refused.exitCode).toBe(1)
    expect(refused.stderr).toContain('Resource not accessible by personal access token')
    expect(refused.stderr).toContain('statusCheckRollup.nodes.0.commit.statusCheckRollup.contexts.nodes.0')
    const merge = await place.ghAs(value, 'pr', 'merge', '1', '--squash')
    expect(merge.stderr).toContain('Resource not accessible by personal access token')
    expect(place.repository.pull(1).merged).toBe(false)
  })
})
