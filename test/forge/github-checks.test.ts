/** What GitHub's words about checks mean, and which of several pull requests counts. Without a server. */
import { describe, expect, test } from 'vitest'
import type { CommitSha, PrNumber } from '../../src/domain/ids.ts'
import { checkNode } from '../../src/forge/github/check-nodes.ts'
import { toCheck, toRawChecks } from '../../src/forge/github/checks.ts'
import type { GithubClient } from '../../src/forge/github/client.ts'
import { withAllPages } from '../../src/forge/github/more-pages.ts'
import { findNewestPr, findPr } from '../../src/forge/github/newest-pr.ts'
import type { PrNode } from '../../src/forge/github/pr-node.ts'
import { commentNode } from '../../src/forge/github/review-nodes.ts'
import { connection, isWhole } from '../../src/forge/github/schema.ts'
import type { Answer, Candidate, Question } from '../../src/forge/github/snapshot-query.ts'
import { toSnapshot } from '../../src/forge/github/to-snapshot.ts'

const HEAD = 'a'.repeat(40) as CommitSha
const NOTHING = { contexts: [], known: true }

function run(changes: Record<string, unknown> = {}): unknown {
  return {
    __typename: 'CheckRun',
    databaseId: 1,
    name: 'build',
    status: 'COMPLETED',
    conclusion: 'SUCCESS',
    isRequired: false,
    ...changes,
  }
}

function status(changes: Record<string, unknown> = {}): unknown {
  return { __typename: 'StatusContext', context: 'ci/x', state: 'SUCCESS', isRequired: false, ...changes }
}

function actions(workflow: string, event: string, runId: number) {
  return {
    checkSuite: {
      app: { databaseId: 15368, slug: 'github-actions' },
      workflowRun: { databaseId: runId, event, workflow: { name: workflow } },
    },
  }
}

function read(
  nodes: readonly unknown[],
  required: { contexts: { context: string; appId: number | null }[]; known: boolean } = NOTHING,
) {
  return toRawChecks(
    HEAD,
    nodes.map((node) => checkNode.parse(node)),
    required,
  )
}

function checks(...args: Parameters<typeof read>) {
  return read(...args).map((raw) => toCheck(raw, undefined))
}

describe('conclusions', () => {
  // W9
  test.each([
    ['SUCCESS', 'passed', 'unknown'],
    ['NEUTRAL', 'passed', 'unknown'],
    ['SKIPPED', 'skipped', 'unknown'],
    ['FAILURE', 'failed', 'unknown'],
    ['TIMED_OUT', 'failed', 'unknown'],
    ['CANCELLED', 'failed', 'unknown'],
    ['STARTUP_FAILURE', 'failed', 'infrastructure'],
    ['STALE', 'failed', 'infrastructure'],
    ['ACTION_REQUIRED', 'failed', 'approval'],
    ['A_WORD_OF_TOMORROW', 'pending', 'unknown'],
    [null, 'pending', 'unknown'],
  ])('a run that ended with %s has %s', (conclusion, expected, cause) => {
    expect(checks([run({ conclusion })])).toMatchObject([{ status: expected, cause }])
  })

  // L64
  test.each(['QUEUED', 'IN_PROGRESS', 'WAITING', 'PENDING', 'REQUESTED'])(
    '%s has not ended, whatever its conclusion says',
    (word) => {
      expect(checks([run({ status: word, conclusion: 'FAILURE' })])).toMatchObject([{ status: 'pending' }])
    },
  )

  test.each([
    ['SUCCESS', 'passed'],
    ['FAILURE', 'failed'],
    ['ERROR', 'failed'],
    ['PENDING', 'pending'],
    ['EXPECTED', 'pending'],
  ])('a status %s has %s', (state, expected) => {
    expect(checks([status({ state })])).toMatchObject([{ status: expected }])
  })

  // L102
  test('what GitHub leaves empty is empty', () => {
    expect(checks([run(), status({ targetUrl: null, description: null })])).toEqual([
      {
        name: 'build',
        status: 'passed',
        required: false,
        description: '',
        cause: 'unknown',
        onBase: 'unknown',
        canRerun: false,
        url: null,
      },
      {
        name: 'ci/x',
        status: 'passed',
        required: false,
        description: '',
        cause: 'unknown',
        onBase: 'unknown',
        canRerun: false,
        url: null,
      },
    ])
  })

  test('a description is one line without control characters', () => {
    const [check] = checks([run({ title: null, summary: '\u001b[31mred\u001b[0m\nmore' }), status()])
    expect(check?.description).toBe('red')
  })
})

describe('several of one name', () => {
  test('the newest run counts, whichever comes first', () => {
    const old = run({ databaseId: 1, conclusion: 'FAILURE' })
    const newer = run({ databaseId: 2 })
    expect([checks([old, newer]), checks([newer, old])].map((list) => list.map((check) => check.status))).toEqual([
      ['passed'],
      ['passed'],
    ])
  })

  test('jobs of the same name in different workflows, and for different events, are different checks', () => {
    const list = checks([
      run({ databaseId: 1, ...actions('CI', 'push', 10), conclusion: 'FAILURE' }),
      run({ databaseId: 2, ...actions('CI', 'pull_request', 11) }),
      run({ databaseId: 3, ...actions('Docs', 'pull_request', 12) }),
      run({ databaseId: 4, name: 'lint', ...actions('CI', 'push', 10) }),
    ])
    expect(list.map(({ name, status: word }) => `${name}: ${word}`)).toEqual([
      'CI / build (push): failed',
      'CI / build (pull_request): passed',
      'Docs / build (pull_request): passed',
      'lint: passed',
    ])
  })

  test('a status and a run of the same name stay apart, and every name is unique', () => {
    const names = checks([
      run({ name: 'x' }),
      status({ context: 'x' }),
      run({ name: 'x', checkSuite: { app: { databaseId: 1, slug: 'one' } } }),
    ]).map(({ name }) => name)
    expect(new Set(names).size).toBe(3)
  })
})

describe('required checks', () => {
  const required = (...contexts: { context: string; appId: number | null }[]) => ({ contexts, known: true })

  test('what is required and has not reported is waited for', () => {
    expect(
      checks([run()], required({ context: 'build', appId: null }, { context: 'deploy', appId: null })),
    ).toMatchObject([
      { name: 'build', status: 'passed' },
      { name: 'deploy', status: 'pending', required: true },
    ])
  })

  test('what another app reports under its name is not it', () => {
    const other = run({ name: 'deploy', checkSuite: { app: { databaseId: 2, slug: 'other' } } })
    expect(checks([other], required({ context: 'deploy', appId: 1 })).map((check) => check.status)).toEqual([
      'passed',
      'pending',
    ])
  })

  test('GitHub not saying whether it is required is not "no"', () => {
    expect(checks([run({ isRequired: null })])).toMatchObject([{ required: 'unknown' }])
  })
})

describe('which pull request', () => {
  const pr = (number: number, changes: Partial<Candidate> = {}): Candidate => ({
    number: number as PrNumber,
    state: 'OPEN',
    isCrossRepository: false,
    headRefName: 'work',
    ...changes,
  })

  function github(
    listed: readonly Candidate[],
    { complete = true, all = listed }: { complete?: boolean; all?: readonly Candidate[] } = {},
  ) {
    const questions: Question[] = []
    async function ask(question: Question): Promise<Answer> {
      questions.push(question)
      const node = all.find(({ number }) => number === question.number)
      return {
        candidates: question.listed === null ? null : { items: listed, complete },
        pr: node === undefined ? null : ({ node } as unknown as Answer['pr']),
        repository: { autoMergeAllowed: false },
      }
    }
    const newest = async (known: number | null = null) =>
      (await findNewestPr(ask, 'work', known as PrNumber | null))?.pr.node.number ?? null
    return { ask, questions, newest }
  }

  test('none', async () => {
    const { newest, questions } = github([])
    expect([await newest(), questions.length]).toEqual([null, 1])
  })

  test('the known one costs one request, another one two', async () => {
    const { newest, questions } = github([pr(3)])
    expect([await newest(3), questions.length]).toEqual([3, 1])
    expect([await newest(), questions.length]).toEqual([3, 3])
  })

  // W5
  test('the open one before a newer one that is closed, and the newest of closed ones', async () => {
    expect(await github([pr(5, { state: 'CLOSED' }), pr(4), pr(3, { state: 'MERGED' })]).newest(3)).toBe(4)
    expect(await github([pr(3, { state: 'MERGED' }), pr(5, { state: 'CLOSED' })]).newest()).toBe(5)
  })

  test('a fork’s pull request from a branch of the same name is not ours', async () => {
    expect(await github([pr(9, { isCrossRepository: true })]).newest()).toBeNull()
    expect(await github([pr(9, { isCrossRepository: true }), pr(3, { state: 'MERGED' })]).newest()).toBe(3)
  })

  test('a list that is behind does not hide the one that was opened', async () => {
    expect(await github([], { all: [pr(3)] }).newest(3)).toBe(3)
  })

  // L104 W4
  test('a list that is not whole and has none of ours is no answer', async () => {
    const foreign = pr(9, { isCrossRepository: true })
    await expect(github([foreign], { complete: false }).newest()).rejects.toMatchObject({ kind: 'forge_unreachable' })
  })

  test('how far behind it is needs its branch: a number alone is looked at twice, a fork’s once', async () => {
    const ours = github([pr(3)])
    await findPr(ours.ask, 3 as PrNumber, null)
    await findPr(ours.ask, 3 as PrNumber, 'work')
    expect(ours.questions.map(({ compared }) => compared)).toEqual([null, 'work', 'work'])
    const fork = github([pr(3, { isCrossRepository: true })])
    await findPr(fork.ask, 3 as PrNumber, null)
    expect(fork.questions.map(({ compared }) => compared)).toEqual([null])
  })
})

describe('mergeability', () => {
  const node = {
    state: 'OPEN',
    mergeable: 'MERGEABLE',
    mergeStateStatus: 'CLEAN',
    baseRef: { compare: { behindBy: 0 } },
  }
  const rules = {
    required: NOTHING,
    strict: false,
    mustResolveThreads: false,
    hasQueue: false,
    hasRequiredWorkflows: false,
  }

  function judge(changes: Record<string, unknown>) {
    const parts = { repository: { autoMergeAllowed: false }, rules, headSince: 0 }
    const unread = { checks: { kind: 'none_configured' }, reviews: { kind: 'unknown', why: '' } } as const
    return toSnapshot({ ...parts, ...unread, node: { ...node, ...changes } as unknown as PrNode }).mergeability
  }

  // L70
  test.each([
    [{}, 'clean'],
    [{ mergeStateStatus: 'UNSTABLE' }, 'clean'],
    [{ mergeStateStatus: 'HAS_HOOKS' }, 'clean'],
    [{ mergeStateStatus: 'DRAFT' }, 'clean'],
    [{ mergeStateStatus: 'BEHIND' }, 'behind'],
    [{ baseRef: { compare: { behindBy: 2 } } }, 'behind'],
    [{ mergeStateStatus: 'UNSTABLE', baseRef: { compare: { behindBy: 2 } } }, 'behind'],
    [{ mergeStateStatus: 'BLOCKED', baseRef: { compare: { behindBy: 2 } } }, 'blocked'],
    [{ mergeStateStatus: 'UNKNOWN' }, 'unknown'],
    [{ mergeable: 'UNKNOWN' }, 'unknown'],
    [{ mergeable: 'UNKNOWN', mergeStateStatus: 'BLOCKED' }, 'unknown'],
    [{ mergeable: 'CONFLICTING', mergeStateStatus: 'UNKNOWN' }, 'conflicting'],
    [{ mergeStateStatus: 'DIRTY' }, 'conflicting'],
    [{ mergeable: 'A_WORD_OF_TOMORROW' }, 'unknown'],
    [{ state: 'MERGED' }, 'unknown'],
  ])('%j is %s', (changes, expected) => {
    expect(judge(changes)).toBe(expected)
  })
})

describe('lists', () => {
  const comment = (id: string) => ({ id, body: '', createdAt: '2026-01-01T00:00:00Z', isMinimized: false })
  const page = (nodes: readonly unknown[], endCursor: string | null = null) => ({
    nodes,
    pageInfo: { hasNextPage: endCursor !== null, endCursor },
  })

  async function readAll(pages: readonly unknown[]) {
    const first = connection(commentNode).parse(pages[0])
    const raw = pages.slice(1)
    const client = {
      query: async () => ({ data: { node: { comments: raw.shift() } }, problems: [] }),
    } as unknown as GithubClient
    const empty = { reviewThreads: null, latestOpinionatedReviews: null, reviews: null, commits: null }
    const { comments } = await withAllPages(client, { id: 'PR', ...empty, comments: first } as unknown as PrNode)
    const whole = comments !== null && isWhole(comments)
    return { ids: comments?.nodes.map(({ id }) => id), isWhole: whole, left: raw.length }
  }

  // L104
  test('pages are followed to the end', async () => {
    expect(await readAll([page([comment('1')], 'a'), page([comment('2')], 'b'), page([comment('3')])])).toMatchObject({
      ids: ['1', '2', '3'],
      isWhole: true,
      left: 0,
    })
  })

  // L76
  test('a hole on any page, or something of a shape not known, and the list is not whole', async () => {
    expect(await readAll([page([comment('1')], 'a'), page([null], 'b'), page([comment('3')])])).toMatchObject({
      ids: ['1', '3'],
      isWhole: false,
    })
    expect(await readAll([page([{ id: 5 }], 'a'), page([comment('3')])])).toMatchObject({ ids: ['3'], isWhole: false })
  })

  test('a list that is too long is not whole either', async () => {
    const endless = Array.from({ length: 40 }, (_, at) => page([comment(String(at))], String(at)))
    expect(await readAll(endless)).toMatchObject({ isWhole: false, left: 20 })
  })
})
