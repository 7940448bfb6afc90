/** Runs of the command line, seen and steered by a server that did not start them. */
import { afterEach, expect, it } from 'vitest'
import { startServerProcess } from '../support/server/server-process.ts'
import { createWorkplace, type Workplace } from '../support/server/workplace.ts'

const places: Workplace[] = []
afterEach(async () => {
  for (const place of places.splice(0)) await place.cleanup()
})

/** Another process with a registry of its own works in a repository of the same machine, as `claudetm start` does. */
it('a run of another process is found, followed, told something, and stopped', async () => {
  const place = await createWorkplace()
  places.push(place)
  const repository = await place.repository('one')
  const env = { ...place.env, CLAUDETM_DATA: `${place.directory}/elsewhere` }
  const other = await startServerProcess({ cwd: place.directory, env, gates: ['plan'] })
  await other.post('/tasks', { goal: 'Say hello', repository })
  await other.sessions('work', 1)

  const server = await place.serve()
  const { tasks } = (await server.get('/tasks')).body
  expect(tasks).toEqual([expect.objectContaining({ origin: 'found', at_work: true, status: 'working', repository })])
  const { id } = tasks[0]
  expect((await server.get(`/tasks/${id}`)).body.detail.owner.pid).toBe(other.child.pid)
  expect((await server.get(`/tasks/${id}/plan`)).body.plan).toContain('Write the first file')
  expect((await server.post(`/tasks/${id}/resume`)).body.error).toBe('run_locked')
  expect((await server.post(`/tasks/${id}/messages`, { content: 'And another' })).status).toBe(202)

  const queued = (await server.post('/tasks', { goal: 'Another goal', repository })).body.task.id
  const stopped = server.post(`/tasks/${id}/stop`, { reason: 'enough' })
  const events = await server.events(`/tasks/${id}/events`)
  expect((await stopped).status).toBe(200)
  expect(events.at(-1)?.data).toEqual({ status: 'stopped', reason: 'stopped by request: enough' })
  expect((await server.get(`/tasks/${queued}`)).body.task).toMatchObject({
    status: 'queued',
    waiting_for: expect.stringContaining('not finished'),
  })

  await server.post(`/tasks/${id}/resume`)
  expect((await server.events(`/tasks/${id}/events`)).at(-1)?.data.status).toBe('success')
  expect((await server.events(`/tasks/${queued}/events`)).at(-1)?.data.status).toBe('success')
  await other.kill('SIGKILL')
})
