/** Bringing the target branch into a head, by an emulated GitHub that loses answers and has not worked things out yet. */
import { describe, expect, test } from 'vitest'
import type { PrNumber } from '../../src/domain/ids.ts'
import { called, headOf, openPlace, refusal } from '../support/github-acts.ts'
import { BRANCH, type GithubPlace, ME } from '../support/github-place.ts'

const isUpdating = called('PUT /repos/{owner}/{repo}/pulls/{number}/update-branch')
const isLooking = called('graphql PullRequestFacts')

/** A pull request, and a target branch that has moved on with these files. */
async function behind(files: Record<string, string> = { 'other.txt': 'other\n' }) {
  const place = await openPlace()
  const number = await place.openPull()
  const head = headOf(place)
  await place.repository.push({ by: 'octo', branch: 'main', files })
  return { place, number, head, forge: place.forge() }
}

/** Merge commits of the head branch that the target branch lacks. */
async function merges({ repository }: GithubPlace): Promise<number> {
  return (await repository.log(BRANCH)).filter(({ parents }) => parents.length > 1).length
}

describe('updating', () => {
  test('brings it in once, and says so when it is there already', async () => {
    const { place, number, head, forge } = await behind()
    expect(await forge.updateBranch(number, head)).toEqual({ kind: 'updated' })
    expect(await forge.updateBranch(number, head)).toMatchObject({ kind: 'stale' })
    expect(await forge.updateBranch(number, headOf(place))).toEqual({ kind: 'current' })
    expect([await merges(place), place.github.requests.count(isUpdating)]).toEqual([1, 1])
  })

  // L34
  test('an answer that was lost: the new head is there to be looked at, and it is not brought in twice', async () => {
    const { place, number, head, forge } = await behind()
    place.github.faults.add({ kind: 'reset_after', matches: isUpdating })
    expect(await forge.updateBranch(number, head)).toMatchObject({ kind: 'stale' })
    expect(await merges(place)).toBe(1)
  })

  // L26
  test('what did not arrive is thrown, to be tried again', async () => {
    const { place, number, head, forge } = await behind()
    place.github.faults.add({ kind: 'reset', matches: isUpdating })
    await expect(forge.updateBranch(number, head)).rejects.toMatchObject({ kind: 'forge_unreachable' })
    expect(await forge.updateBranch(number, head)).toEqual({ kind: 'updated' })
  })

  // L71
  test('a conflict is a conflict, also while GitHub has not worked it out', async () => {
    const { place, number, head, forge } = await behind({ 'greeting.txt': 'good morning\n' })
    expect(await forge.updateBranch(number, head)).toEqual({ kind: 'conflict' })
    expect(place.github.requests.count(isUpdating)).toBe(0)
    place.github.faults.add({ kind: 'stale', what: 'mergeability', times: 9, matches: isLooking })
    expect(await forge.updateBranch(number, head)).toEqual({ kind: 'conflict' })
    expect(headOf(place)).toBe(head)
  })

  test('somebody who pushed to the head meanwhile wins', async () => {
    const { place, number, head, forge } = await behind()
    const late = place.github.faults.add({ kind: 'delay', matches: isUpdating })
    const updating = forge.updateBranch(number, head)
    await late.seen()
    const theirs = await place.repository.push({ by: ME, branch: BRANCH, files: { 'more.txt': 'more\n' } })
    late.release()
    expect(await updating).toEqual({ kind: 'stale', why: `its head is ${theirs.slice(0, 12)} by now` })
    expect(headOf(place)).toBe(theirs)
  })

  test('one that is merged or closed by now, and what GitHub does not allow, are refused', async () => {
    const { place, number, head, forge } = await behind()
    place.github.faults.add({ ...refusal(403, 'Resource not accessible by integration'), matches: isUpdating })
    expect(await forge.updateBranch(number, head)).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('not accessible'),
    })
    await place.repository.merge(number, { by: 'octo' })
    expect(await forge.updateBranch(number, head)).toEqual({ kind: 'refused', why: 'it is merged' })
    await expect(forge.updateBranch(4711 as PrNumber, head)).rejects.toMatchObject({ kind: 'forge_refused' })
  })

  test('how far behind it is may be hidden: then GitHub says whether there is anything to bring in', async () => {
    const { place, number, head, forge } = await behind()
    const hidden = { kind: 'graphql_partial', nulls: ['compare'], matches: called('graphql Behind') } as const
    place.github.faults.add(hidden)
    expect(await forge.updateBranch(number, head)).toEqual({ kind: 'updated' })
    place.github.faults.add({ ...hidden, times: 9 })
    expect(await forge.updateBranch(number, headOf(place))).toMatchObject({ kind: 'current' })
  })
})
