/** `claudetm mcp` as Claude Code starts it: the built command, the official client, the real agent, and no server. */
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterEach, describe, expect, it } from 'vitest'
import { CLI, runCli } from '../support/cli.ts'
import { createPlace, type Place } from '../support/place.ts'
import { done, scenario, WRITE_HELLO } from '../support/scripts.ts'
import { connectMcp, type McpClient } from '../support/server/mcp-client.ts'

const places: Place[] = []
const clients: McpClient[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close()
  for (const place of places.splice(0)) await place.cleanup()
})

async function connect(place: Place): Promise<McpClient> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [CLI, 'mcp'],
    cwd: place.repository.path,
    env: place.env as Record<string, string>,
  })
  const client = await connectMcp(transport)
  clients.push(client)
  return client
}

async function place(request: Partial<Parameters<typeof createPlace>[0]> = {}): Promise<Place> {
  const made = await createPlace({ scenario: scenario(), ...request })
  places.push(made)
  return made
}

const toTheEnd = { until: 'end', wait_seconds: 55 }

describe('claudetm mcp', () => {
  it('works a goal to its end in a process that outlives the client, and another client sees it', {
    timeout: 120_000,
  }, async () => {
    const here = await place()
    const first = await connect(here)
    const started = await first.call('start_task', { goal: 'Say hello', sandbox: 'off' })
    expect(started).toMatchObject({ isError: false, body: { created: true, task: { goal: 'Say hello' } } })
    const { id } = started.body.task
    expect((await first.call('start_task', { goal: 'Another' })).body).toMatchObject({ error: 'task_exists' })
    await first.close()

    const second = await connect(here)
    const told: string[] = []
    const { body } = await second.call('watch_task', toTheEnd, (message) => told.push(message))
    expect(body).toMatchObject({ is_over: true, task: { id, status: 'success', at_work: false } })
    expect(body.events.at(-1)).toMatchObject({ type: 'run.completed', result: 'success' })
    expect(await here.repository.git(['show', 'origin/main:hello.txt'])).toBe('hello')
    expect((await second.call('get_status')).body).toMatchObject({ status: 'success', tasks: { progress: '1/1' } })
    expect((await second.call('get_plan', { id })).body.plan).toContain('Write hello.txt')
    expect((await second.call('get_evidence', { id })).body.merges).toHaveLength(1)
    expect((await second.call('find_tasks')).body).toMatchObject({ total: 1 })
    const shown = await runCli(['history', '--json'], { cwd: here.repository.path, env: here.env })
    expect(shown.stdout).toContain('Say hello')
  })

  it('says what is missing before anything is started', async () => {
    const here = await place()
    const { ANTHROPIC_API_KEY: _, ...env } = here.env
    const mcp = await connect({ ...here, env })
    const { isError, body } = await mcp.call('initialize_task', { goal: 'Say hello' })
    expect({ isError, error: body.error }).toEqual({ isError: true, error: 'credentials_error' })
    expect((await mcp.call('get_status')).body).toMatchObject({ success: false, error: 'not_found' })
  })

  it('pauses, changes, tells and resumes a run that works', { timeout: 120_000 }, async () => {
    const here = await place({ scenario: scenario({ work: [{ bash: 'sleep 5' }, WRITE_HELLO, done()] }) })
    const mcp = await connect(here)
    await mcp.call('initialize_task', { goal: 'Say hello', max_sessions: 20 })
    await mcp.call('watch_task', { types: 'task.started' })
    expect((await mcp.call('update_config', { max_sessions: 15 })).body).toMatchObject({
      current: { max_sessions: 15 },
    })
    expect((await mcp.call('pause_task', { reason: 'lunch' })).body).toMatchObject({ reason: 'lunch' })
    expect((await mcp.call('watch_task', toTheEnd)).body).toMatchObject({ task: { status: 'paused', at_work: false } })
    expect((await mcp.call('resume_task')).body).toMatchObject({ previous_status: 'paused', new_status: 'working' })
    expect((await mcp.call('stop_task', { cleanup: true })).body).toMatchObject({ cleanup: true })
    expect((await mcp.call('get_status')).body).toMatchObject({ error: 'not_found' })
    expect((await mcp.call('find_tasks')).body).toMatchObject({ total: 1, tasks: [{ status: 'stopped' }] })
  })
})
