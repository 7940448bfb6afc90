/** Opening pull requests on an emulated GitHub that loses answers, lags behind and refuses, and keeping their texts. */
import { describe, expect, test } from 'vitest'
import type { PrNumber } from '../../src/domain/ids.ts'
import type { FaultyRequest } from '../support/github/server/faults.ts'
import { called, headOf, openPlace, refusal, warningsIn } from '../support/github-acts.ts'
import { BRANCH, type GithubPlace, ME } from '../support/github-place.ts'

const TEXT = { title: 'Add a greeting', body: 'It says hello.' }
const isOpening = called('POST /repos/{owner}/{repo}/pulls')
const isListing = called('graphql FindOpen')
const isLabelling = called('POST /repos/{owner}/{repo}/issues/{number}/labels')

/** A branch with one commit, ready to be opened. */
async function pushed(place: GithubPlace) {
  await place.repository.push({ by: ME, branch: BRANCH, files: { 'greeting.txt': 'hello\n' } })
  return { headBranch: BRANCH, head: headOf(place), draft: false, ...TEXT }
}

function pulls({ repository }: GithubPlace) {
  return [...repository.repository.pulls.values()]
}

describe('opening', () => {
  test('one request opens it, one labels it', async () => {
    const place = await openPlace()
    const request = await pushed(place)
    const forge = place.forge()
    place.github.requests.clear()
    const opened = await forge.ensureOpen(request)
    expect([opened.created, pulls(place)[0]?.labels, warningsIn(place)]).toEqual([true, ['claudetm'], []])
    expect(place.github.requests.count()).toBe(2)
  })

  // L34
  test.each(['reset_after', 'truncated'] as const)(
    'it is opened once although the answer was lost (%s)',
    async (kind) => {
      const place = await openPlace()
      const request = await pushed(place)
      place.github.faults.add({ kind, matches: isOpening })
      expect(await place.forge().ensureOpen(request)).toMatchObject({ number: 1, created: false })
      expect(pulls(place).map(({ number, title, labels }) => ({ number, title, labels }))).toEqual([
        { number: 1, title: TEXT.title, labels: ['claudetm'] },
      ])
    },
  )

  // L34 W4
  test('while it is not known whether it was opened, it is not opened again', async () => {
    const place = await openPlace()
    const request = await pushed(place)
    place.github.faults.add({ kind: 'reset_after', matches: isOpening })
    place.github.faults.add({ kind: 'status', status: 502, times: 9, matches: isListing })
    await expect(place.forge().ensureOpen(request)).rejects.toMatchObject({ kind: 'forge_unreachable' })
    expect([pulls(place).length, place.github.requests.count(isOpening)]).toEqual([1, 1])
    place.github.faults.clear()
    expect(await place.forge().ensureOpen(request)).toMatchObject({ number: 1, created: false })
    expect(pulls(place)).toHaveLength(1)
  })

  // W4
  test('GitHub refuses a second one while its list is behind: that is asked again, and is no end', async () => {
    const place = await openPlace()
    const request = await pushed(place)
    const before = place.github.snapshot()
    await place.forge().ensureOpen(request)
    place.github.faults.add({ kind: 'stale', since: before, matches: isListing })
    const forge = place.forge()
    await expect(forge.ensureOpen(request)).rejects.toMatchObject({
      kind: 'forge_unreachable',
      isRetryable: true,
      message: expect.stringContaining('not listed yet'),
    })
    expect(await forge.ensureOpen(request)).toMatchObject({ number: 1, created: false })
  })

  // W5
  test('a closed one of the same branch is not it', async () => {
    const place = await openPlace()
    const request = await pushed(place)
    const forge = place.forge()
    await forge.ensureOpen(request)
    await place.repository.closePull(1, 'octo')
    expect(await forge.ensureOpen(request)).toMatchObject({ number: 2, created: true })
  })

  test('what is wrong with it is told in GitHub’s words, and nothing is tried again', async () => {
    const place = await openPlace()
    const head = headOf(place, 'main')
    await place.repository.setBranch({ by: ME, branch: BRANCH, to: head })
    await expect(place.forge().ensureOpen({ headBranch: BRANCH, head, draft: false, ...TEXT })).rejects.toMatchObject({
      kind: 'forge_refused',
      message: expect.stringContaining(`No commits between main and ${BRANCH}`),
    })
    expect(place.github.requests.count(isOpening)).toBe(1)
  })

  test('a repository that knows no drafts gets it as ready for review, and that is said', async () => {
    const place = await openPlace()
    const request = { ...(await pushed(place)), draft: true }
    const isDraft = (asked: FaultyRequest) => isOpening(asked) && (asked.body as { draft?: boolean }).draft === true
    const fault = place.github.faults.add({
      ...refusal(422, 'Draft pull requests are not supported in this repository.'),
      times: 9,
      matches: isDraft,
    })
    expect(await place.forge().ensureOpen(request)).toMatchObject({ number: 1, created: true })
    expect([fault.met, pulls(place)[0]?.draft, warningsIn(place)]).toEqual([
      1,
      false,
      ['this repository knows no drafts: the pull request is opened as ready for review'],
    ])
  })

  test('a text that is longer than GitHub takes is shortened, never in the middle of a character', async () => {
    const place = await openPlace()
    const text = { title: `x${'😀'.repeat(400)}`, body: `x${'😀'.repeat(40_000)}` }
    const forge = place.forge()
    await forge.ensureOpen({ ...(await pushed(place)), ...text })
    await forge.edit(1 as PrNumber, text)
    const [pull] = pulls(place)
    expect(pull?.title.length).toBeLessThanOrEqual(256)
    expect(pull?.body?.length).toBeLessThanOrEqual(65_536)
    expect(pull?.body).toMatch(/shortened/)
    expect([
      pull?.title.isWellFormed(),
      pull?.body?.isWellFormed(),
      `${pull?.title}${pull?.body}`.includes('�'),
    ]).toEqual([true, true, false])
  })
})

describe('the label', () => {
  test('one that cannot be set is a warning, not an end', async () => {
    const place = await openPlace()
    const request = await pushed(place)
    place.github.faults.add({
      ...refusal(403, 'Resource not accessible by personal access token'),
      matches: isLabelling,
    })
    expect(await place.forge().ensureOpen(request)).toMatchObject({ number: 1, created: true })
    expect(warningsIn(place)).toEqual([expect.stringMatching(/^PR #1 is not labelled claudetm: .*not accessible/)])
  })

  test('who died before labelling is made good when the text is written next', async () => {
    const place = await openPlace()
    const request = await pushed(place)
    place.github.faults.add({ kind: 'reset', matches: isLabelling })
    const forge = place.forge()
    await forge.ensureOpen(request)
    expect(pulls(place)[0]?.labels).toEqual([])
    await forge.edit(1 as PrNumber, TEXT)
    expect(pulls(place)[0]?.labels).toEqual(['claudetm'])
    place.github.requests.clear()
    await forge.edit(1 as PrNumber, TEXT)
    expect(place.github.requests.count()).toBe(1)
  })
})

describe('a draft', () => {
  test('becomes ready once, also when the answer was lost', async () => {
    const place = await openPlace()
    const forge = place.forge()
    const { number } = await forge.ensureOpen({ ...(await pushed(place)), draft: true })
    place.github.faults.add({ kind: 'reset_after', matches: ({ name }) => name === 'graphql MarkReady' })
    await expect(forge.markReady(number)).rejects.toMatchObject({ kind: 'forge_unreachable' })
    await forge.markReady(number)
    expect([pulls(place)[0]?.draft, place.github.requests.summary()['graphql MarkReady']]).toEqual([false, 1])
  })

  test('of a number that nobody has there is none', async () => {
    const { forge } = await openPlace()
    await expect(forge().markReady(4711 as PrNumber)).rejects.toMatchObject({
      kind: 'forge_refused',
      message: 'there is no PR #4711',
    })
  })
})

describe('a repository with another name by now', () => {
  test('a pull request is opened and found there by its old name', async () => {
    const place = await openPlace()
    const request = await pushed(place)
    place.repository.rename({ name: 'renamed' })
    const forge = place.forge()
    expect(await forge.ensureOpen(request)).toMatchObject({ number: 1, created: true })
    expect(await forge.ensureOpen(request)).toMatchObject({ number: 1, created: false })
    expect(await forge.observe(BRANCH)).toMatchObject({ kind: 'pr', pr: { number: 1 } })
    expect(pulls(place)[0]?.labels).toEqual(['claudetm'])
  })

  test('also when it belongs to somebody else by now', async () => {
    const place = await openPlace()
    const request = await pushed(place)
    place.repository.rename({ owner: 'heirs', name: 'renamed' })
    const forge = place.forge()
    expect(await forge.ensureOpen(request)).toMatchObject({ number: 1, created: true })
    expect(await forge.ensureOpen(request)).toMatchObject({ number: 1, created: false })
  })
})
