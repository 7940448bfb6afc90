/** What the forge says to people on an emulated GitHub: each thing once, and nothing over their heads. */
import { describe, expect, test } from 'vitest'
import type { PrNumber } from '../../src/domain/ids.ts'
import type { Reply } from '../../src/forge/forge.ts'
import { withMark, withoutMarks } from '../../src/forge/github/marks.ts'
import type { ReviewThread } from '../support/github/model.ts'
import { called, openPlace, refusal, warningsIn } from '../support/github-acts.ts'
import { type GithubPlace, ME } from '../support/github-place.ts'

const isReplying = called('graphql Reply')
const isResolving = called('graphql Resolve')
const isCommenting = called('POST /repos/{owner}/{repo}/issues/{number}/comments')

async function opened() {
  const place = await openPlace()
  const number = await place.openPull()
  const thread = place.repository.addThread(number, { by: 'writer', body: 'Why?', path: 'greeting.txt', line: 1 })
  return { place, number, thread, forge: place.forge() }
}

function inThread({ nodeId: id }: ReviewThread, { resolve = true, key = 'round-1:a' } = {}): Reply {
  return { key, body: 'Because.', to: { kind: 'thread', id, resolve } }
}

const inConversation: Reply = { key: 'round-1:conversation', body: 'Done.', to: { kind: 'conversation' } }

function said({ comments }: ReviewThread): readonly string[] {
  return comments.map(({ author, body }) => `${author}: ${withoutMarks(body)}`)
}

function conversation({ repository }: GithubPlace, number: PrNumber): readonly string[] {
  return repository.pull(number).comments.map(({ author, body }) => `${author}: ${withoutMarks(body)}`)
}

describe('an answer in a thread', () => {
  test('is given and the thread resolved; once for its key, by whichever process', async () => {
    const { place, number, thread, forge } = await opened()
    for (const each of [forge, forge, place.forge()]) await each.reply(number, [inThread(thread)])
    expect([said(thread), thread.resolved, place.github.requests.count(isResolving)]).toEqual([
      ['writer: Why?', `${ME}: Because.`],
      true,
      1,
    ])
    await forge.reply(number, [inThread(thread, { key: 'round-2:a' })])
    expect(said(thread)).toHaveLength(3)
  })

  // L34
  test('is given once although the first answer of GitHub was lost', async () => {
    const { place, number, thread, forge } = await opened()
    place.github.faults.add({ kind: 'reset_after', matches: isReplying })
    await expect(forge.reply(number, [inThread(thread)])).rejects.toMatchObject({ kind: 'forge_unreachable' })
    await place.forge().reply(number, [inThread(thread)])
    expect([said(thread), thread.resolved]).toEqual([['writer: Why?', `${ME}: Because.`], true])
  })

  // L116 L117
  test('that was given and not resolved is resolved by the next try, without saying it again', async () => {
    const { place, number, thread, forge } = await opened()
    place.github.faults.add({ kind: 'status', status: 502, matches: isResolving })
    await expect(forge.reply(number, [inThread(thread)])).rejects.toMatchObject({ kind: 'forge_unreachable' })
    expect([said(thread).length, thread.resolved]).toEqual([2, false])
    await forge.reply(number, [inThread(thread)])
    expect([said(thread).length, thread.resolved]).toEqual([2, true])
  })

  // L117
  test('is given in a thread that somebody resolved already', async () => {
    const { place, number, thread, forge } = await opened()
    place.repository.resolveThread(number, thread, 'writer')
    await forge.reply(number, [inThread(thread)])
    expect([said(thread).length, thread.resolved, place.github.requests.count(isResolving)]).toEqual([2, true, 0])
  })

  test('that does not resolve leaves the thread open', async () => {
    const { number, thread, forge } = await opened()
    await forge.reply(number, [inThread(thread, { resolve: false })])
    expect([said(thread).length, thread.resolved]).toEqual([2, false])
  })

  // L115
  test('resolves only while it is the last word: who objected is not silenced', async () => {
    const { place, number, thread, forge } = await opened()
    await forge.reply(number, [inThread(thread)])
    place.repository.unresolveThread(number, thread, 'writer')
    place.repository.replyToThread(number, thread, { by: 'writer', body: 'That is not what I meant.' })
    await place.forge().reply(number, [inThread(thread)])
    expect([said(thread).length, thread.resolved]).toEqual([3, false])
  })

  // L115
  test('a mark that somebody else copied is no answer of ours', async () => {
    const { place, number, thread, forge } = await opened()
    place.repository.replyToThread(number, thread, { by: 'reader', body: withMark('Because.', 'round-1:a') })
    await forge.reply(number, [inThread(thread)])
    expect([said(thread), thread.resolved]).toEqual([['writer: Why?', 'reader: Because.', `${ME}: Because.`], true])
  })

  test('in a thread that is gone is said, and the others are given', async () => {
    const { place, number, thread, forge } = await opened()
    const other = place.repository.addThread(number, { by: 'writer', body: 'And here?', path: null })
    const pull = place.repository.pull(number)
    pull.threads.splice(pull.threads.indexOf(thread), 1)
    await forge.reply(number, [inThread(thread), inThread(other, { key: 'round-1:b' })])
    expect([said(other).length, warningsIn(place)]).toEqual([
      2,
      [`a review thread of PR #${number} is gone: its answer is not given`],
    ])
  })

  // L102
  test('is given to somebody whose account is gone', async () => {
    const { place, number, thread, forge } = await opened()
    place.github.deleteUser('writer')
    await forge.reply(number, [inThread(thread)])
    expect([said(thread).length, thread.resolved]).toEqual([2, true])
  })

  // L104
  test('is found again in a long thread', async () => {
    const { place, number, thread, forge } = await opened()
    await forge.reply(number, [inThread(thread, { resolve: false })])
    for (let at = 0; at < 60; at += 1) {
      place.repository.replyToThread(number, thread, { by: 'writer', body: `and ${at}` })
    }
    await forge.reply(number, [inThread(thread)])
    expect(said(thread).filter((line) => line === `${ME}: Because.`)).toHaveLength(1)
  })
})

describe('an answer in the conversation', () => {
  test('is given once for its key, by whichever process, and however much was written since', async () => {
    const { place, number, forge } = await opened()
    await forge.reply(number, [inConversation])
    for (let at = 0; at < 120; at += 1) place.repository.comment(number, 'writer', `and ${at}`)
    await place.forge().reply(number, [inConversation])
    expect(conversation(place, number).filter((line) => line === `${ME}: Done.`)).toHaveLength(1)
  })

  // L34
  test('is given once although the answer of GitHub was lost', async () => {
    const { place, number, forge } = await opened()
    place.github.faults.add({ kind: 'reset_after', matches: isCommenting })
    await expect(forge.reply(number, [inConversation])).rejects.toMatchObject({ kind: 'forge_unreachable' })
    await forge.reply(number, [inConversation])
    expect(conversation(place, number)).toEqual([`${ME}: Done.`])
  })

  test('is given although somebody copied its mark', async () => {
    const { place, number, forge } = await opened()
    place.repository.comment(number, 'reader', withMark('Done.', inConversation.key))
    await forge.reply(number, [inConversation])
    expect(conversation(place, number)).toEqual(['reader: Done.', `${ME}: Done.`])
  })

  test('that is longer than GitHub takes is shortened', async () => {
    const { place, number, thread, forge } = await opened()
    const body = `x${'😀'.repeat(40_000)}`
    for (const _ of [1, 2]) {
      await forge.reply(number, [
        { ...inThread(thread), body },
        { ...inConversation, body },
      ])
      await forge.setNotice(number, body)
    }
    const written = [...thread.comments.slice(1), ...place.repository.pull(number).comments].map((each) => each.body)
    expect(written).toHaveLength(3)
    expect(written.every((text) => text.length <= 65_536 && text.isWellFormed() && !text.includes('�'))).toBe(true)
  })
})

describe('the notice', () => {
  test('is one comment that changes, and costs nothing while it says the same', async () => {
    const { place, number, forge } = await opened()
    await forge.setNotice(number, 'The run is blocked: CI is red.')
    await forge.setNotice(number, 'The run is blocked: still.')
    place.github.requests.clear()
    await place.forge().setNotice(number, 'The run is blocked: still.')
    expect(place.github.requests.summary()).toEqual({ 'graphql OwnComments': 1 })
    expect(conversation(place, number)).toEqual([`${ME}: The run is blocked: still.`])
    await forge.setNotice(number, null)
    await forge.setNotice(number, null)
    expect(conversation(place, number)).toEqual([`${ME}: The run went on.`])
  })

  test('that was never there is not written to say that the run went on', async () => {
    const { place, number, forge } = await opened()
    await forge.setNotice(number, null)
    expect(conversation(place, number)).toEqual([])
  })

  // L34
  test('is written once although the answer of GitHub was lost', async () => {
    const { place, number, forge } = await opened()
    place.github.faults.add({ kind: 'reset_after', matches: isCommenting })
    await expect(forge.setNotice(number, 'Blocked.')).rejects.toMatchObject({ kind: 'forge_unreachable' })
    await forge.setNotice(number, 'Blocked.')
    expect(conversation(place, number)).toEqual([`${ME}: Blocked.`])
  })

  test('of somebody else is not changed', async () => {
    const { place, number, forge } = await opened()
    place.repository.comment(number, 'reader', withMark('All is well.', 'notice'))
    await forge.setNotice(number, 'Blocked.')
    expect(conversation(place, number)).toEqual(['reader: All is well.', `${ME}: Blocked.`])
  })
})

describe('asking for another review', () => {
  test('asks them once, and nobody when there is nobody to ask', async () => {
    const { place, number, forge } = await opened()
    await forge.requestReview(number, [])
    for (const _ of [1, 2]) await forge.requestReview(number, ['writer', 'octo'])
    expect(place.repository.pull(number).requestedReviewers).toEqual(['writer', 'octo'])
    const asked = called('POST /repos/{owner}/{repo}/pulls/{number}/requested_reviewers')
    expect(place.github.requests.count(asked)).toBe(2)
  })

  // L102
  test('one who is gone does not keep the others from being asked', async () => {
    const { place, number, forge } = await opened()
    place.github.deleteUser('octo-gone')
    await expect(forge.requestReview(number, ['octo-gone', 'writer', ME])).rejects.toMatchObject({
      kind: 'forge_refused',
      message: expect.stringMatching(/^octo-gone: .*; octo-me: /),
    })
    expect(place.repository.pull(number).requestedReviewers).toEqual(['writer'])
  })

  test('GitHub refusing is told in its words', async () => {
    const { place, number, forge } = await opened()
    const asking = called('POST /repos/{owner}/{repo}/pulls/{number}/requested_reviewers')
    place.github.faults.add({ ...refusal(403, 'Resource not accessible by integration'), matches: asking })
    await expect(forge.requestReview(number, ['writer'])).rejects.toMatchObject({ kind: 'forge_permission' })
  })
})
