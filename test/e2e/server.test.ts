/** The built server as a team would use it, and as a bad day would treat it. */
import { afterEach, describe, expect, it } from 'vitest'
import { MOMENTS } from '../support/server-story/moments.ts'
import { problemsOf, webhooksOf } from '../support/server-story/outcome.ts'
import { createServerStory, type ServerStory } from '../support/server-story/story.ts'

const open: ServerStory[] = []
afterEach(async () => {
  for (const story of open.splice(0)) await story.cleanup()
})

describe('claudetm-server', () => {
  it('killed three times on the way, merges each group once, and whoever watches misses nothing', {
    timeout: 240_000,
  }, async () => {
    const story = await createServerStory()
    open.push(story)
    const outcome = await story.play()
    expect(problemsOf(outcome)).toEqual([])
    expect(outcome.kills.map(({ moment }) => moment)).toEqual(MOMENTS.map(({ name }) => name))
    expect(outcome.pulls).toEqual([
      { title: 'First two', merged: true },
      { title: 'The third', merged: true },
    ])
    expect(outcome.main).toEqual(['The third (#2)', 'First two (#1)', 'Initial commit'])
    expect(outcome.sse).toMatchObject({
      events: outcome.record, // with Last-Event-ID: in order, and none twice
      connections: [null, ...outcome.kills.map(({ lastSeen }) => String(lastSeen))],
      end: { status: 'success' },
    })
    expect(outcome.mcp.events).toEqual(outcome.record)
    expect(outcome.mcp.told.join('\n')).toMatch(/merged as[\s\S]*success: 3\/3 tasks/)
    const delivered = Object.fromEntries(webhooksOf(outcome).map(({ event, delivered }) => [event, delivered]))
    expect(delivered).toMatchObject({
      'run.started': 1 + outcome.kills.length,
      'task.completed': 3,
      'pr.created': 2,
      'pr.merged': 2,
      'run.completed': 1,
    })
  })
})
