/** Who said what on an emulated GitHub, whether it counts, and what is not known about it. */
import { afterEach, describe, expect, test } from 'vitest'
import type { PrNumber } from '../../src/domain/ids.ts'
import type { KnownReviews, PrSnapshot, Remark } from '../../src/domain/observation.ts'
import { withMark } from '../../src/forge/github/marks.ts'
import { createGithubPlace, type GithubPlace, ME, prOf } from '../support/github-place.ts'

const BOT = 'coderabbitai[bot]'
const HOUR_MS = 3_600_000

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

async function open(
  request: Parameters<typeof createGithubPlace>[0] = {},
): Promise<GithubPlace & { number: PrNumber }> {
  const place = await createGithubPlace(request)
  cleanups.push(place.cleanup)
  return { ...place, number: await place.openPull() }
}

function known({ reviews }: PrSnapshot): KnownReviews {
  if (reviews.kind !== 'known') throw new Error(`unknown: ${reviews.why}`)
  return reviews
}

/** `author: body`, with what is special about it. */
function tell({ author, body, isBot, trusted, ours }: Remark): string {
  const traits = [isBot && 'bot', trusted && 'trusted', ours && 'ours'].filter(Boolean).join(' ')
  return `${author} (${traits}): ${body.split('\n')[0]}`
}

describe('whose words count', () => {
  // W7 W33 W41
  test('of who may write, of named people and bots; everybody else is seen and not trusted', async () => {
    const { read, repository, number } = await open({
      collaborators: { [ME]: 'write', writer: 'write', keeper: 'maintain', reader: 'read', triager: 'triage' },
    })
    for (const by of [
      'writer',
      'keeper',
      'reader',
      'triager',
      'stranger',
      'Friend',
      BOT,
      'dependabot[bot]',
      'octo',
      ME,
    ]) {
      repository.comment(number, by, 'use const here')
    }
    const reading = read({ trust: { authors: ['friend'], bots: ['coderabbitai'] } })
    expect(known(await prOf(reading)).comments.map(tell)).toEqual([
      'writer (trusted): use const here',
      'keeper (trusted): use const here',
      'reader (): use const here',
      'triager (): use const here',
      'stranger (): use const here',
      'Friend (trusted): use const here',
      'coderabbitai (bot trusted): use const here',
      'dependabot (bot): use const here',
      'octo (trusted): use const here',
      'octo-me (trusted): use const here',
    ])
  })

  test('a person who registers the name of a bot is not the bot', async () => {
    const { read, repository, number } = await open()
    repository.comment(number, 'coderabbitai', 'run this')
    expect(known(await prOf(read())).comments.map(tell)).toEqual(['coderabbitai (): run this'])
    const named = read({ trust: { authors: ['coderabbitai[bot]'], bots: [] } })
    expect(known(await prOf(named)).comments.map(tell)).toEqual(['coderabbitai (): run this'])
  })

  test('ours is what our account wrote with our mark; a copied mark is not', async () => {
    const { read, repository, number } = await open()
    repository.comment(number, ME, withMark('done', 'reply:1'))
    repository.comment(number, ME, 'and I, the person, add')
    repository.comment(number, 'writer', withMark('copied', 'reply:1'))
    expect(known(await prOf(read())).comments.map(tell)).toEqual([
      'octo-me (trusted ours): done',
      'octo-me (trusted): and I, the person, add',
      'writer (trusted): copied',
    ])
  })

  // L102
  test('a deleted account is a ghost, and nobody asks what it may', async () => {
    const { read, repository, number, github } = await open()
    repository.comment(number, 'writer', 'before')
    repository.addThread(number, { by: 'writer', body: 'why?', path: 'greeting.txt', line: 1 })
    repository.requestChanges(number, 'writer')
    github.deleteUser('writer')
    const reviews = known(await prOf(read()))
    expect(
      [...reviews.comments, ...reviews.changeRequests, ...reviews.threads.flatMap((thread) => thread.remarks)].map(
        tell,
      ),
    ).toEqual(['ghost (): before', 'ghost (): Please change this.', 'ghost (): why?'])
  })

  // L66 L76
  test('when it cannot be told who may write, reviews are unknown, and asked again', async () => {
    const { read, repository, number, github } = await open()
    repository.requestChanges(number, 'writer')
    github.faults.add({ kind: 'status', status: 500, times: 3, matches: ({ path }) => path.endsWith('/permission') })
    const reading = read()
    expect(await prOf(reading)).toMatchObject({
      state: 'open',
      reviews: { kind: 'unknown', why: expect.stringContaining('permission') },
    })
    expect(known(await prOf(reading)).changeRequests.map(tell)).toEqual(['writer (trusted): Please change this.'])
  })

  // L105
  test('who may write is asked once in some minutes', async () => {
    const { read, repository, number, github, clock } = await open()
    repository.comment(number, 'reader', 'hello')
    const reading = read()
    await prOf(reading)
    await prOf(reading)
    const isPermission = ({ path }: { path: string }) => path.endsWith('/permission')
    expect(github.requests.count(isPermission)).toBe(1)
    repository.addCollaborator('reader', 'write')
    await clock.elapse(HOUR_MS)
    expect(known(await prOf(reading)).comments.map(tell)).toEqual(['reader (trusted): hello'])
    expect(github.requests.count(isPermission)).toBe(2)
  })
})

describe('what they said', () => {
  // W6 L75
  test('the latest opinion of each reviewer that asks for changes, the texts of reviews without one, and comments in order', async () => {
    const { read, repository, number, clock } = await open({
      collaborators: { [ME]: 'write', writer: 'write', second: 'write', third: 'write' },
    })
    const say = async (act: () => unknown) => {
      act()
      await clock.elapse(1_000)
    }
    await say(() => repository.requestChanges(number, 'writer', 'no'))
    await say(() => repository.requestChanges(number, 'second', 'no'))
    await say(() => repository.approve(number, 'second', 'fine now'))
    await say(() => repository.review(number, 'third', 'what about tests?'))
    await say(() => repository.comment(number, 'third', 'hm'))
    await say(() => repository.review(number, 'writer', ''))
    await say(() => repository.requestChanges(number, BOT, 'nitpick'))
    const dismissed = repository.requestChanges(number, 'third', 'no')
    repository.dismissReview(number, dismissed, 'octo')
    const { changeRequests, comments } = known(await prOf(read()))
    expect([changeRequests.map(tell), comments.map(tell)]).toEqual([
      ['writer (trusted): no', 'coderabbitai (bot trusted): nitpick'],
      ['third (trusted): what about tests?', 'third (trusted): hm'],
    ])
  })

  // L101
  test('threads with their remarks, also of a file that GitHub lost', async () => {
    const { read, repository, number } = await open()
    const first = repository.addThread(number, { by: 'writer', body: 'why?', path: 'greeting.txt', line: 3 })
    repository.replyToThread(number, first, { by: ME, body: withMark('because', 'reply:1') })
    const second = repository.addThread(number, { by: 'writer', body: 'lost', path: null })
    repository.resolveThread(number, second, 'writer')
    const threads = known(await prOf(read())).threads
    expect(threads.map(({ remarks, ...thread }) => ({ ...thread, remarks: remarks.map(tell) }))).toEqual([
      {
        id: first.nodeId,
        resolved: false,
        outdated: false,
        path: 'greeting.txt',
        line: 3,
        remarks: ['writer (trusted): why?', 'octo-me (trusted ours): because'],
      },
      {
        id: second.nodeId,
        resolved: true,
        outdated: false,
        path: null,
        line: null,
        remarks: ['writer (trusted): lost'],
      },
    ])
  })

  test('what maintainers hid, and drafts that only we can see, are not there', async () => {
    const { read, repository, number, github } = await open()
    repository.comment(number, 'writer', 'spam').minimizedReason = 'spam'
    repository.addThread(number, { by: ME, body: 'not sent yet', path: 'greeting.txt', line: 1 })
    const draft = repository.pull(number).reviews.at(-1)
    if (draft !== undefined) draft.state = 'PENDING'
    await github.settled()
    const reviews = known(await prOf(read()))
    expect([reviews.comments, reviews.threads]).toEqual([[], []])
  })

  // L104
  test('all of a long conversation: threads, their remarks, comments', async () => {
    const { read, repository, number } = await open()
    for (let at = 0; at < 120; at += 1) {
      repository.addThread(number, { by: 'writer', body: `thread ${at}`, path: 'greeting.txt', line: 1 })
      repository.comment(number, 'writer', `comment ${at}`)
    }
    const long = repository.pull(number).threads[0]
    for (let at = 0; at < 140 && long !== undefined; at += 1)
      repository.replyToThread(number, long, { by: 'writer', body: `remark ${at}` })
    const reviews = known(await prOf(read()))
    expect({
      threads: reviews.threads.length,
      remarks: reviews.threads[0]?.remarks.length,
      last: reviews.threads[0]?.remarks.at(-1)?.body,
      comments: reviews.comments.length,
      complete: [reviews.threadsComplete, reviews.commentsComplete, reviews.reviewersComplete],
    }).toEqual({ threads: 120, remarks: 141, last: 'remark 139', comments: 120, complete: [true, true, true] })
  })

  // L76
  test('a conversation whose next page does not come is not taken for a short one', async () => {
    const { read, repository, number, github } = await open()
    for (let at = 0; at < 60; at += 1)
      repository.addThread(number, { by: 'writer', body: `thread ${at}`, path: 'greeting.txt', line: 1 })
    github.faults.add({ kind: 'reset', times: 9, matches: ({ name }) => name === 'graphql MorePages' })
    expect(await read().observe('claudetm/20260101-120000/g1')).toMatchObject({ kind: 'unknown' })
  })
})

describe('review bots', () => {
  /** A merged pull request on which the bot had spoken. */
  async function withHistory(by: string | null) {
    const place = await createGithubPlace({ collaborators: { [ME]: 'write' } })
    cleanups.push(place.cleanup)
    const before = await place.openPull({ branch: 'before', files: { 'before.txt': 'x\n' } })
    if (by !== null) place.repository.comment(before, by, 'Walkthrough')
    await place.repository.merge(before, { by: 'octo', method: 'squash' })
    const number = await place.openPull()
    await place.clock.elapse(60_000)
    return { ...place, number }
  }
  const expected = async (reading: ReturnType<GithubPlace['read']>) => known(await prOf(reading)).botsExpected

  // W24
  test.each([
    [null, false],
    [BOT, true],
    ['dependabot[bot]', false],
    ['writer', false],
  ])('%s spoke before: expected %s', async (by, is) => {
    const { read } = await withHistory(by)
    expect(await expected(read())).toBe(is)
  })

  // L60
  test('until it has spoken about this head, and again after each push', async () => {
    const { read, repository, number, clock } = await withHistory(BOT)
    const reading = read()
    await expected(reading)
    await clock.elapse(60_000)
    repository.review(number, BOT, 'Actionable comments posted: 0')
    expect(await expected(reading)).toBe(false)
    await repository.push({ by: ME, branch: 'claudetm/20260101-120000/g1', files: { 'more.txt': 'more\n' } })
    await clock.elapse(60_000)
    expect(await expected(reading)).toBe(true)
    await clock.elapse(60_000)
    const walkthrough = repository.comment(number, BOT, 'Walkthrough')
    expect([await expected(reading), walkthrough.body]).toEqual([false, 'Walkthrough'])
  })

  test('a summary that the bot rewrites for this head counts', async () => {
    const { read, repository, number, clock } = await withHistory(BOT)
    const walkthrough = repository.comment(number, BOT, 'Walkthrough')
    const reading = read()
    await repository.push({ by: ME, branch: 'claudetm/20260101-120000/g1', files: { 'more.txt': 'more\n' } })
    await clock.elapse(60_000)
    expect(await expected(reading)).toBe(true)
    await clock.elapse(60_000)
    Object.assign(walkthrough, { body: 'Walkthrough of the newest', updatedAt: new Date(clock.now()).toISOString() })
    expect(await expected(reading)).toBe(false)
  })

  test('when it cannot be learned, one waits the short while', async () => {
    const { read, github } = await withHistory(null)
    github.faults.add({ kind: 'status', status: 502, times: 9, matches: ({ name }) => name === 'graphql ReviewBots' })
    expect(await expected(read())).toBe(true)
  })
})
