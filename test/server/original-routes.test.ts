/** The original's single-task routes, over real HTTP: their bodies, their codes, and that they start real work. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createWorkplace, type Start, type Workplace } from '../support/server/workplace.ts'

const places: Workplace[] = []
afterEach(async () => {
  for (const place of places.splice(0)) await place.cleanup()
})

async function serve(request: Start = {}) {
  const place = await createWorkplace()
  places.push(place)
  const repository = await place.repository('one')
  const server = await place.serve({ cwd: repository, ...request })
  const ended = async () => {
    const { body } = await server.get('/status')
    await server.events(`/tasks/${body.task_id}/events`)
  }
  return { place, repository, server, ended }
}

const CONTROL = ['success', 'message', 'operation', 'previous_status', 'new_status', 'details']
const PASSWORD = { CLAUDETM_PASSWORD: 'open sesame' }

describe('a task from init to the end', () => {
  it('answers every route with the keys of the original', async () => {
    const { server, ended } = await serve({ gates: ['plan'] })
    const ask = async (method: string, path: string, keys: readonly string[], body?: unknown, status = 200) => {
      const answer = await server.call(method, path, body)
      expect({ path, status: answer.status, body: answer.body }).toMatchObject({ path, status })
      expect(Object.keys(answer.body), path).toEqual(expect.arrayContaining([...keys]))
      return answer.body
    }
    await ask('GET', '/', ['name', 'version', 'description', 'docs_url'])
    expect(
      await ask('POST', '/task/init', ['success', 'message', 'run_id', 'status'], {
        goal: 'Say hello',
        model: 'opus',
        auto_merge: true,
        enable_release: false,
        enable_verification: true,
        max_sessions: 20,
        max_prs: null,
        pause_on_pr: false,
        parallel: true,
      }),
    ).toMatchObject({
      run_id: expect.stringMatching(/^\d{8}-\d{6}$/),
      status: expect.stringMatching(/planning|working/),
    })
    await server.sessions('work', 1)
    const status = await ask('GET', '/status', STATUS_KEYS)
    expect(status).toMatchObject({
      goal: 'Say hello',
      status: 'working',
      model: 'opus',
      current_task_index: 0,
      workflow_stage: 'working',
      current_pr: null,
      options: { auto_merge: true, enable_release: false, enable_verification: true, max_sessions: 20 },
      tasks: { completed: 0, total: 1, progress: '0/1' },
    })
    expect((await ask('GET', '/plan', ['success', 'plan'])).plan).toContain('Write the first file')
    expect((await ask('GET', '/logs?tail=2', ['success', 'log_content', 'log_file'])).log_content).toMatch(/\n/)
    await ask('GET', '/progress', ['success', 'progress'])
    await ask('GET', '/context', ['success', 'context'])
    expect(await ask('PATCH', '/config', CONTROL, { max_sessions: 9, enable_verification: false })).toMatchObject({
      details: { updated: { max_sessions: 9 }, current: { max_sessions: 9, enable_verification: false } },
    })
    await ask('POST', '/mailbox/send', ['success', 'message_id', 'message'], {
      content: 'Be quick',
      sender: 'a colleague',
      priority: 3,
      metadata: { ticket: 7 },
    })
    expect(
      await ask('GET', '/mailbox', ['success', 'count', 'messages', 'last_checked', 'total_messages_received']),
    ).toMatchObject({ count: 1, messages: [{ sender: 'a colleague', priority: 3, id: expect.any(String) }] })
    expect(await ask('DELETE', '/mailbox', ['success', 'messages_cleared', 'message'])).toMatchObject({
      messages_cleared: 1,
    })
    expect(await ask('POST', '/control/pause', CONTROL, { reason: 'lunch' })).toMatchObject({
      operation: 'pause',
      previous_status: 'working',
      details: { reason: 'lunch' },
    })
    await ended()
    expect(await ask('GET', '/status', STATUS_KEYS)).toMatchObject({ status: 'paused' })
    await ask('POST', '/control/resume', CONTROL, {})
    server.openGate('all')
    await ended()
    expect(await ask('GET', '/status', STATUS_KEYS)).toMatchObject({
      status: 'success',
      current_task_index: 1,
      current_pr: 1,
      tasks: { progress: '1/1' },
    })
  })

  it('goes on in the same process: the next goal, and the end of it by force', async () => {
    const { server, ended } = await serve({ gates: ['plan'] })
    await server.post('/task/init', { goal: 'Say hello' })
    expect(await problem(server.post('/task/init', { goal: 'Another' }))).toEqual([400, 'task_exists'])
    await server.sessions('work', 1)
    expect(await problem(server.post('/control/resume'))).toEqual([400, 'invalid_operation'])
    const removed = await server.call('DELETE', '/task')
    expect(removed).toMatchObject({ status: 200, body: { success: true, files_removed: true } })
    expect(await problem(server.get('/status'))).toEqual([404, 'not_found'])
    server.openGate('all')
    expect((await server.post('/task/init', { goal: 'Another' })).status).toBe(200)
    await ended()
    expect((await server.get('/status')).body).toMatchObject({ goal: 'Another', status: 'success' })
    expect(await problem(server.post('/control/stop'))).toEqual([400, 'invalid_operation'])
    expect(await problem(server.post('/control/resume'))).toEqual([400, 'invalid_operation'])
  })

  it('stops with clean-up, and is then no task any more', async () => {
    const { server } = await serve({ gates: ['plan'] })
    await server.post('/task/init', { goal: 'Say hello' })
    await server.sessions('work', 1)
    const stopped = await server.post('/control/stop', { reason: 'enough', cleanup: true })
    expect(stopped).toMatchObject({
      status: 200,
      body: { operation: 'stop', previous_status: 'working', details: { cleanup: true, reason: 'enough' } },
    })
    expect(await problem(server.get('/plan'))).toEqual([404, 'not_found'])
  })
})

const STATUS_KEYS = [
  'success',
  'goal',
  'status',
  'model',
  'current_task_index',
  'session_count',
  'run_id',
  'current_pr',
  'workflow_stage',
  'options',
  'created_at',
  'updated_at',
  'tasks',
  'webhooks',
]

async function problem(answer: Promise<{ status: number; body: { success?: boolean; error?: string } }>) {
  const { status, body } = await answer
  expect(body.success).toBe(false)
  return [status, body.error]
}

type Wrong = readonly [method: string, path: string, body: unknown, status: number, error: string]

describe('wrong requests', () => {
  it('without a task are answered as in the original', async () => {
    const { server } = await serve()
    const nothing: readonly Wrong[] = [
      ['GET', '/status', undefined, 404, 'not_found'],
      ['GET', '/plan', undefined, 404, 'not_found'],
      ['GET', '/logs', undefined, 404, 'not_found'],
      ['GET', '/logs?tail=0', undefined, 422, 'validation_error'],
      ['GET', '/logs?tail=10001', undefined, 422, 'validation_error'],
      ['GET', '/progress', undefined, 404, 'not_found'],
      ['GET', '/context', undefined, 404, 'not_found'],
      ['DELETE', '/coding-style', undefined, 404, 'not_found'],
      ['DELETE', '/task', undefined, 404, 'not_found'],
      ['POST', '/control/stop', {}, 404, 'not_found'],
      ['POST', '/control/pause', {}, 404, 'not_found'],
      ['POST', '/control/resume', {}, 404, 'not_found'],
      ['PATCH', '/config', { max_sessions: 3 }, 404, 'not_found'],
      ['PATCH', '/config', { max_sessions: 0 }, 422, 'validation_error'],
      ['POST', '/mailbox/send', { content: 'x' }, 404, 'not_found'],
      ['POST', '/mailbox/send', { content: '  ' }, 400, 'invalid_request'],
      ['POST', '/mailbox/send', { content: '' }, 422, 'validation_error'],
      ['POST', '/mailbox/send', { content: 'x', priority: 4 }, 422, 'validation_error'],
      ['POST', '/mailbox/send', {}, 422, 'validation_error'],
      ['GET', '/mailbox', undefined, 404, 'not_found'],
      ['DELETE', '/mailbox', undefined, 404, 'not_found'],
      ['POST', '/task/init', {}, 422, 'validation_error'],
      ['POST', '/task/init', { goal: '' }, 422, 'validation_error'],
      ['POST', '/task/init', { goal: 'x'.repeat(10_001) }, 422, 'validation_error'],
      ['POST', '/task/init', { goal: 'x', model: 'gpt-4' }, 422, 'validation_error'],
      ['POST', '/task/init', { goal: 'x', max_sessions: 1_001 }, 422, 'validation_error'],
      ['POST', '/task/init', { goal: 'x', max_prs: 0 }, 422, 'validation_error'],
      ['POST', '/task/init', { goal: 'x', parallel_tasks: 2 }, 422, 'validation_error'],
      ['POST', '/task/init', { goal: 'x', enable_release: true }, 400, 'invalid_configuration'],
      ['POST', '/repo/clone', { url: 'https://example.com/a/b' }, 403, 'authentication_required'],
      ['POST', '/repo/setup', { work_dir: '/etc' }, 403, 'authentication_required'],
      ['POST', '/repo/plan', { work_dir: '/etc', goal: 'x' }, 403, 'authentication_required'],
      ['GET', '/webhooks', undefined, 403, 'authentication_required'],
      ['GET', '/webhooks/wh_1', undefined, 403, 'authentication_required'],
      ['PUT', '/status', {}, 405, 'method_not_allowed'],
    ]
    for (const [method, path, body, status, error] of nothing) {
      const answer = await server.call(method, path, body)
      expect({ method, path, body, status: answer.status, error: answer.body.error }).toEqual({
        method,
        path,
        body,
        status,
        error,
      })
      expect(answer.body).toMatchObject({ success: false, message: expect.any(String) })
    }
  })

  it('to a task that is there name what is wrong', async () => {
    const { server } = await serve({ gates: ['plan'] })
    await server.post('/task/init', { goal: 'Say hello' })
    await server.sessions('work', 1)
    expect(await problem(server.call('PATCH', '/config', {}))).toEqual([400, 'invalid_request'])
    expect(await problem(server.call('PATCH', '/config', { enable_checkpointing: true }))).toEqual([
      400,
      'invalid_configuration',
    ])
    expect(await problem(server.call('PATCH', '/config', { colour: 'red' }))).toEqual([422, 'validation_error'])
    expect(await problem(server.call('PATCH', '/config', { log_level: 'loud' }))).toEqual([422, 'validation_error'])
  })

  it('behind a password are refused for what they ask, in the words of the original', async () => {
    const { server, place, repository } = await serve({ env: PASSWORD })
    const missing = join(place.root, 'nowhere')
    expect(await problem(server.post('/repo/clone', { url: 'file:///etc' }))).toEqual([422, 'url_refused'])
    expect(await problem(server.post('/repo/clone', { url: 'https://example.com/a/b', target_dir: '/etc/b' }))).toEqual(
      [422, 'path_refused'],
    )
    expect(
      await problem(server.post('/repo/clone', { url: 'https://example.com/a/b', target_dir: repository })),
    ).toEqual([400, 'clone_failed'])
    expect(await problem(server.post('/repo/setup', { work_dir: missing }))).toEqual([422, 'path_refused'])
    expect(await problem(server.post('/repo/plan', { work_dir: '/etc', goal: 'x' }))).toEqual([422, 'path_refused'])
  })
})

describe('the repository', () => {
  it('is planned in one call, with the plan as the answer', async () => {
    const { server, repository } = await serve({ env: PASSWORD })
    const { status, body } = await server.post('/repo/plan', { work_dir: repository, goal: 'Say hello' })
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        success: true,
        work_dir: repository,
        goal: 'Say hello',
        plan: expect.stringContaining('Write the first file'),
        criteria: expect.stringContaining('There is a commit'),
        run_id: expect.any(String),
      },
    })
  })

  it('forgets its coding style when asked to', async () => {
    const { server, repository } = await serve()
    const directory = join(repository, '.claude-task-master')
    await mkdir(directory)
    await writeFile(join(directory, 'coding-style.md'), '# Coding Style\n')
    expect((await server.call('DELETE', '/coding-style')).body).toMatchObject({ success: true, file_existed: true })
    expect((await server.call('DELETE', '/coding-style')).body).toMatchObject({ success: true, file_existed: false })
  })

  it('is the one the server was started in, whatever happens in others', async () => {
    const { server, place } = await serve()
    const other = await place.repository('two')
    const started = await server.post('/tasks', { goal: 'Elsewhere', repository: other })
    await server.events(`/tasks/${started.body.task.id}/events`)
    expect(await problem(server.get('/status'))).toEqual([404, 'not_found'])
    const there = encodeURIComponent(join(other, '.claude-task-master'))
    expect((await server.get(`/status?state_dir=${there}`)).body).toMatchObject({
      goal: 'Elsewhere',
      status: 'success',
    })
  })

  it('is any, the newest task first, when it was started in none', async () => {
    const { server, place } = await serve({ cwd: '/' })
    expect(await problem(server.post('/task/init', { goal: 'x' }))).toEqual([422, 'validation_error'])
    const started = await server.post('/tasks', { goal: 'Elsewhere', repository: await place.repository('two') })
    await server.events(`/tasks/${started.body.task.id}/events`)
    expect((await server.get('/status')).body).toMatchObject({ goal: 'Elsewhere' })
  })
})
