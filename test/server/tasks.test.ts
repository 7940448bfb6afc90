/** A server as people use it: goals over HTTP, watched and steered, through kills and restarts. */
import { afterEach, describe, expect, it } from 'vitest'
import type { TestServer } from '../support/server/server-process.ts'
import { createWorkplace, type Workplace } from '../support/server/workplace.ts'

const places: Workplace[] = []
afterEach(async () => {
  for (const place of places.splice(0)) await place.cleanup()
})

async function workplace(): Promise<Workplace> {
  const place = await createWorkplace()
  places.push(place)
  return place
}

async function start(server: TestServer, repository: string, more: object = {}): Promise<string> {
  const { status, body } = await server.post('/tasks', { goal: 'Say hello', repository, ...more })
  expect({ status, success: body.success }).toEqual({ status: 201, success: true })
  return body.task.id
}

const end = (server: TestServer, id: string) => server.events(`/tasks/${id}/events`)
const statusOf = async (server: TestServer, id: string) => (await server.get(`/tasks/${id}`)).body.task.status

describe('a task', () => {
  it('is planned, worked on, merged and verified, and can be read when it is over', async () => {
    const place = await workplace()
    const server = await place.serve()
    const id = await start(server, await place.repository('one'))
    const events = await end(server, id)
    expect(events.at(-1)).toEqual({ id: null, event: 'end', data: { status: 'success', reason: null } })
    const numbers = events.slice(0, -1).map((event) => Number(event.id))
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
    expect(events.map((event) => event.event)).toEqual(
      expect.arrayContaining(['run.started', 'plan.created', 'task.completed', 'pr.merged', 'run.completed']),
    )
    const { body } = await server.get(`/tasks/${id}`)
    expect(body.task).toMatchObject({
      status: 'success',
      at_work: false,
      origin: 'server',
      tasks: { completed: 1, total: 1 },
    })
    expect(body.task.pull_requests).toEqual([expect.objectContaining({ number: 1, merged: true })])
    expect((await server.get(`/tasks/${id}/plan`)).body).toMatchObject({
      plan: expect.stringContaining('Write the first file'),
      groups: [{ stage: 'done', tasks: [{ title: 'Write the first file', done: true }] }],
    })
    expect((await server.get(`/tasks/${id}/progress`)).body.progress).toContain('Write the first file')
    expect((await server.get(`/tasks/${id}/context`)).body.context).toContain('Files are written by hand')
    expect((await server.get(`/tasks/${id}/logs?tail=3`)).body.log_content.split('\n')).toHaveLength(3)
    expect(
      (await server.get(`/tasks/${id}/sessions`)).body.sessions.map((session: { kind: string }) => session.kind),
    ).toEqual(['plan', 'work'])
    expect((await server.get(`/tasks/${id}/cost`)).body).toMatchObject({
      cost_usd: 0.5,
      sessions: 2,
      by_kind: [{ kind: 'plan' }, { kind: 'work' }],
    })
    expect((await server.get(`/tasks/${id}/evidence`)).body).toMatchObject({
      tasks: [{ how: 'committed' }],
      merges: [{ number: 1 }],
      criteria: [{ verdict: 'confirmed' }],
    })
    expect((await server.get(`/tasks/${id}/pull-requests`)).body.pull_requests).toEqual([
      expect.objectContaining({ number: 1, state: 'merged', missing: [] }),
    ])
    expect((await server.get(`/tasks/${id}/comments?all=true`)).body).toMatchObject({
      conversations: [],
      complete: true,
    })
    expect((await server.get(`/tasks/${id}/ci-logs`)).body).toMatchObject({ logs: [] })
    const repository = encodeURIComponent(body.task.repository)
    expect((await server.get(`/repo/config?repository=${repository}`)).body.config).toMatchObject({ version: '1.0' })
    const { checks } = (await server.get(`/repo/checks?repository=${repository}`)).body
    expect(checks.map((check: { name: string }) => check.name)).toContain('git')
    expect((await server.get('/tasks?status=success')).body).toMatchObject({ total: 1, tasks: [{ id }] })
    expect((await server.get('/metrics')).body).toContain('claudetm_sessions_total{kind="work",outcome="completed"} 1')
  })

  it('is started once for each key', async () => {
    const place = await workplace()
    const server = await place.serve({ gates: [] })
    const repository = await place.repository('one')
    const request = { goal: 'Say hello', repository }
    const key = { 'Idempotency-Key': 'abc-1' }
    const first = await server.post('/tasks', request, key)
    const second = await server.post('/tasks', request, key)
    expect(second.body).toMatchObject({ created: false, task: { id: first.body.task.id } })
    const other = await server.post('/tasks', { ...request, goal: 'Say goodbye' }, key)
    expect({ status: other.status, error: other.body.error }).toEqual({ status: 422, error: 'key_reused' })
    expect((await server.get('/tasks')).body.total).toBe(1)
  })

  it('can be followed from any event on, and by kind of event', async () => {
    const place = await workplace()
    const server = await place.serve()
    const id = await start(server, await place.repository('one'))
    const all = await end(server, id)
    const rest = await server.events(`/tasks/${id}/events`, { headers: { 'Last-Event-ID': '3' } })
    expect(rest.map((event) => event.id)).toEqual(all.slice(3).map((event) => event.id))
    const some = await server.events(`/tasks/${id}/events?types=pr.*,run.completed`)
    expect(some.map((event) => event.event)).toEqual(['pr.created', 'pr.merged', 'run.completed', 'end'])
    const nothing = await server.get(`/tasks/${id}/events`, { 'Last-Event-ID': all.at(-2)?.id ?? '' })
    expect(nothing.status).toBe(204)
  })
})

describe('steering', () => {
  it('pauses a session at work and goes on with it', async () => {
    const place = await workplace()
    const server = await place.serve({ gates: ['plan'] })
    const id = await start(server, await place.repository('one'))
    await server.sessions('work', 1)
    const paused = await server.post(`/tasks/${id}/pause`, { reason: 'lunch' })
    expect(paused.body).toMatchObject({ operation: 'pause', previous_status: 'working' })
    expect((await end(server, id)).at(-1)?.data).toEqual({ status: 'paused', reason: 'paused by request: lunch' })
    server.openGate('work')
    expect((await server.post(`/tasks/${id}/resume`)).body).toMatchObject({ previous_status: 'paused' })
    expect((await end(server, id)).at(-1)?.data.status).toBe('success')
  })

  it('holds a queued task back, changes it, and lets it go', async () => {
    const place = await workplace()
    const server = await place.serve({ gates: [], env: { CLAUDETM_MAX_RUNS: '1' } })
    const first = await start(server, await place.repository('one'))
    const second = await start(server, await place.repository('two'))
    await server.sessions('plan', 1)
    expect((await server.get(`/tasks/${second}`)).body.task).toMatchObject({ status: 'queued', position: 1 })
    await server.post(`/tasks/${second}/pause`)
    await server.call('PATCH', `/tasks/${second}/config`, { max_cost_usd: 7 })
    server.openGate('all')
    expect((await end(server, first)).at(-1)?.data.status).toBe('success')
    expect(await statusOf(server, second)).toBe('held')
    await server.post(`/tasks/${second}/resume`)
    expect((await end(server, second)).at(-1)?.data.status).toBe('success')
    expect((await server.get(`/tasks/${second}/cost`)).body.max_cost_usd).toBe(7)
  })

  it('gives a run at work a message and other options, which it takes over at its next step', async () => {
    const place = await workplace()
    const server = await place.serve({ gates: ['plan', 'plan-update'] })
    const id = await start(server, await place.repository('one'))
    await server.sessions('work', 1)
    const sent = await server.post(`/tasks/${id}/messages`, { content: 'Write a second file too', sender: 'me' })
    expect({ status: sent.status, success: sent.body.success }).toEqual({ status: 202, success: true })
    expect((await server.call('PATCH', `/tasks/${id}/config`, { max_sessions: 40 })).status).toBe(200)
    server.openGate('all')
    const events = await end(server, id)
    expect(events.find((event) => event.event === 'plan.updated')?.data).toMatchObject({ source: 'message', added: 1 })
    expect((await server.get(`/tasks/${id}`)).body).toMatchObject({
      task: { status: 'success', tasks: { completed: 2, total: 2 } },
      detail: { options: { max_sessions: 40 } },
    })
  })

  it('stops, puts away, and forgets', async () => {
    const place = await workplace()
    const server = await place.serve({ gates: [] })
    const repository = await place.repository('one')
    const id = await start(server, repository)
    await server.sessions('plan', 1)
    const removing = await server.call('DELETE', `/tasks/${id}`)
    expect({ status: removing.status, error: removing.body.error }).toEqual({ status: 409, error: 'run_locked' })
    const stopped = await server.post(`/tasks/${id}/stop`, { reason: 'enough', cleanup: true })
    expect(stopped.body).toMatchObject({ new_status: 'stopped', task: { reason: 'stopped by request: enough' } })
    expect((await server.post(`/tasks/${id}/resume`)).status).toBe(409)
    expect((await server.call('DELETE', `/tasks/${id}`)).status).toBe(200)
    expect((await server.get(`/tasks/${id}`)).status).toBe(404)
    server.openGate('all')
    expect((await end(server, await start(server, repository))).at(-1)?.data.status).toBe('success')
  })
})

describe('the end of the process', () => {
  it('kill -9 in the middle: the next server goes on, and nothing is done twice', async () => {
    const place = await workplace()
    const first = await place.start({ gates: ['plan'], env: { CLAUDETM_MAX_RUNS: '2' } })
    const names = ['one', 'two', 'three', 'four']
    const ids: string[] = []
    for (const name of names) ids.push(await start(first, await place.repository(name)))
    await first.sessions('work', 2)
    await first.kill('SIGKILL')
    const second = await place.start({ env: { CLAUDETM_MAX_RUNS: '2' } })
    for (const id of ids) {
      const events = await end(second, id)
      expect(events.at(-1)?.data.status).toBe('success')
      expect(events.filter((event) => event.event === 'pr.merged')).toHaveLength(1)
      expect(events.filter((event) => event.event === 'plan.created')).toHaveLength(1)
    }
    expect((await second.get('/tasks')).body.tasks.map((task: { status: string }) => task.status)).toEqual(
      names.map(() => 'success'),
    )
  })

  it('SIGTERM ends sessions at a safe point and exits; the next server goes on', async () => {
    const place = await workplace()
    const first = await place.start({ gates: ['plan'] })
    const id = await start(first, await place.repository('one'))
    await first.sessions('work', 1)
    const opened = Promise.withResolvers<void>()
    const watching = first.events(`/tasks/${id}/events`, {
      until: () => {
        opened.resolve()
        return false
      },
    })
    await opened.promise
    expect(await first.kill('SIGTERM')).toBe(0)
    expect((await watching).at(-1)?.data).toEqual({ reason: 'the server ends' })
    const second = await place.start()
    expect((await end(second, id)).at(-1)?.data.status).toBe('success')
  })

  it('a second server on the same data is refused', async () => {
    const place = await workplace()
    await place.start()
    await expect(place.start()).rejects.toThrow(/another server works with/)
  })
})

describe('turns', () => {
  it('a task that holds its repository is gone on with by nobody else’s order', async () => {
    const place = await workplace()
    const server = await place.serve()
    const repository = await place.repository('one')
    const { body } = await server.post('/tasks', { goal: 'Say hello', repository, auto_merge: false })
    await server.events(`/tasks/${body.task.id}/events`)
    const holder = (await server.get(`/tasks/${body.task.id}`)).body.task
    expect([holder.status, holder.pull_requests.length]).toEqual(['paused', 1])

    const merge = (await server.post('/merge-pr', { repository, number: holder.pull_requests[0].number })).body.task
    const look = async () => (await server.get(`/tasks/${merge.id}`)).body.task
    await expect.poll(async () => (await look()).waiting_for).toMatch(new RegExp(`${holder.id} is not finished`, 'i'))
    expect([(await look()).status, (await server.get(`/tasks/${holder.id}`)).body.task]).toEqual(['queued', holder])
    expect(server.reports).toEqual([])
  })

  it('repositories take turns, however many tasks one of them has', async () => {
    const place = await workplace()
    const server = await place.serve({ gates: [], env: { CLAUDETM_MAX_RUNS: '1' } })
    const busy = await place.repository('busy')
    const quiet = await place.repository('quiet')
    for (const _ of [1, 2, 3]) await start(server, busy)
    const last = await start(server, quiet)
    await server.sessions('plan', 1)
    expect((await server.get(`/tasks/${last}`)).body.task.position).toBe(1)
    server.openGate('all')
    await end(server, last)
    const { tasks } = (await server.get('/tasks?limit=10')).body
    const order = tasks.toSorted((a: { started_at: string }, b: { started_at: string }) =>
      (a.started_at ?? '9').localeCompare(b.started_at ?? '9'),
    )
    expect(order.slice(0, 2).map((task: { repository: string }) => task.repository)).toEqual([busy, quiet])
  })
})
