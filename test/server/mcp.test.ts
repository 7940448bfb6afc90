/** MCP over HTTP, by the official client against a real server. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { CATALOG } from '../../src/operations/catalog/catalog.ts'
import { connectMcp, type McpClient, overHttp } from '../support/server/mcp-client.ts'
import { createWorkplace, type Start, type Workplace } from '../support/server/workplace.ts'

const places: Workplace[] = []
const clients: McpClient[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close()
  for (const place of places.splice(0)) await place.cleanup()
})

/** A server that serves one repository by default, as the original's did. */
async function serve(request: Start = {}) {
  const place = await createWorkplace()
  places.push(place)
  const repository = await place.repository('one')
  const server = await place.serve({ cwd: repository, ...request })
  const mcp = await connectMcp(overHttp(server.url, request.env?.CLAUDETM_PASSWORD ?? null))
  clients.push(mcp)
  return { place, repository, server, mcp }
}

/** Names, arguments (beside `state_dir`) and keys of results, as the original's clients know them. */
const ORIGINAL_TOOLS: readonly (readonly [tool: string, args: readonly string[], keys: readonly string[]])[] = [
  [
    'get_status',
    [],
    [
      'goal',
      'status',
      'model',
      'current_task_index',
      'session_count',
      'run_id',
      'current_pr',
      'workflow_stage',
      'options',
    ],
  ],
  ['get_plan', [], ['success', 'plan']],
  ['get_progress', [], ['success', 'progress']],
  ['get_context', [], ['success', 'context']],
  ['get_logs', ['tail'], ['success', 'log_content', 'log_file']],
  ['list_tasks', [], ['success', 'tasks', 'total', 'completed', 'current_index']],
  [
    'initialize_task',
    [
      'goal',
      'model',
      'auto_merge',
      'max_sessions',
      'max_prs',
      'pause_on_pr',
      'enable_release',
      'enable_verification',
      'parallel',
    ],
    ['success', 'run_id', 'status'],
  ],
  ['clean_task', ['force'], ['success', 'files_removed']],
  ['delete_coding_style', [], ['success', 'deleted']],
  ['pause_task', ['reason'], ['success', 'previous_status', 'new_status', 'reason']],
  ['stop_task', ['reason', 'cleanup'], ['success', 'previous_status', 'new_status', 'reason', 'cleanup']],
  ['resume_task', [], ['success', 'previous_status', 'new_status']],
  [
    'update_config',
    [
      'auto_merge',
      'enable_release',
      'enable_verification',
      'max_sessions',
      'max_prs',
      'pause_on_pr',
      'enable_checkpointing',
      'log_level',
      'log_format',
      'pr_per_task',
      'parallel',
    ],
    ['success', 'updated', 'current'],
  ],
  ['send_message', ['content', 'sender', 'priority'], ['success', 'message_id']],
  ['check_mailbox', [], ['success', 'count', 'previews', 'last_checked', 'total_messages_received']],
  ['clear_mailbox', [], ['success', 'messages_cleared']],
  ['health_check', [], ['status', 'version', 'server_name', 'uptime_seconds', 'active_tasks']],
  ['clone_repo', ['url', 'target_dir', 'branch'], []],
  ['setup_repo', ['work_dir', 'run_setup_scripts'], []],
  ['plan_repo', ['work_dir', 'goal', 'model'], []],
]

const GOOD_ARGUMENTS: Readonly<Record<string, Record<string, unknown>>> = {
  initialize_task: { goal: 'Say hello' },
  update_config: { max_sessions: 9, enable_verification: true },
  send_message: { content: 'Be quick' },
}

describe('the tools', () => {
  it('are every operation, and each takes what the original takes', async () => {
    const { mcp } = await serve()
    const { tools } = await mcp.client.listTools()
    expect(tools.map((tool) => tool.name).sort()).toEqual(
      Object.values(CATALOG)
        .map(({ name }) => name)
        .sort(),
    )
    for (const [name, args] of ORIGINAL_TOOLS) {
      const tool = tools.find((one) => one.name === name)
      const properties = Object.keys(tool?.inputSchema.properties ?? {})
      expect(properties, name).toEqual(expect.arrayContaining([...args, 'state_dir']))
      expect(tool?.outputSchema?.type, name).toBe('object')
    }
  })

  it('of the original answer with its keys, from the first goal to the end', async () => {
    const { server, mcp, repository } = await serve({ gates: ['plan'] })
    const of = async (name: string) => {
      const keys = ORIGINAL_TOOLS.find(([tool]) => tool === name)?.[2] ?? []
      const answer = await mcp.call(name, {
        ...GOOD_ARGUMENTS[name],
        state_dir: join(repository, '.claude-task-master'),
      })
      expect({ name, isError: answer.isError, body: answer.body }).toMatchObject({ name, isError: false })
      expect(Object.keys(answer.body), name).toEqual(expect.arrayContaining([...keys]))
      expect(answer.structured, name).toEqual(answer.body)
      return answer.body
    }
    await of('health_check')
    expect(await of('initialize_task')).toMatchObject({ run_id: expect.stringMatching(/^\d{8}-\d{6}$/) })
    await server.sessions('work', 1)
    expect(await of('get_status')).toMatchObject({ goal: 'Say hello', status: 'working', current_task_index: 0 })
    for (const name of ['get_plan', 'get_progress', 'get_context', 'get_logs', 'list_tasks']) await of(name)
    expect(await of('update_config')).toMatchObject({ current: { max_sessions: 9 } })
    expect(await of('send_message')).toMatchObject({ message_id: expect.any(String) })
    expect(await of('check_mailbox')).toMatchObject({ previews: [{ content_preview: 'Be quick' }] })
    expect(await of('clear_mailbox')).toMatchObject({ messages_cleared: 1 })
    expect(await of('pause_task')).toMatchObject({ previous_status: 'working' })
    await mcp.call('watch_task', { until: 'end', wait_seconds: 60 })
    expect(await of('get_status')).toMatchObject({ status: 'paused' })
    await of('resume_task')
    await of('stop_task')
    await mcp.call('watch_task', { until: 'end', wait_seconds: 60 })
    expect(await of('delete_coding_style')).toMatchObject({ deleted: false })
    expect(await of('clean_task')).toMatchObject({ files_removed: true })
    expect((await mcp.call('get_status')).body).toMatchObject({ success: false, error: 'not_found' })
  })

  it('answer failures as results, in the words and codes of REST', async () => {
    const { server, mcp, place } = await serve()
    const outside = join(place.directory, 'home')
    const cases: readonly (readonly [string, Record<string, unknown>, string, string, unknown])[] = [
      ['get_task', { id: 'ffffffffffffffff' }, 'GET', '/tasks/ffffffffffffffff', undefined],
      ['get_logs', { tail: 0 }, 'GET', '/logs?tail=0', undefined],
      ['start_task', { goal: ' ' }, 'POST', '/tasks', { goal: ' ' }],
      ['start_task', { goal: 'x', colour: 'red' }, 'POST', '/tasks', { goal: 'x', colour: 'red' }],
      ['start_task', { goal: 'x', repository: outside }, 'POST', '/tasks', { goal: 'x', repository: outside }],
      ['initialize_task', { goal: 'x', parallel_tasks: 3 }, 'POST', '/task/init', { goal: 'x', parallel_tasks: 3 }],
      ['initialize_task', { goal: 'x', model: 'gpt' }, 'POST', '/task/init', { goal: 'x', model: 'gpt' }],
      [
        'initialize_task',
        { goal: 'x', enable_release: true },
        'POST',
        '/task/init',
        { goal: 'x', enable_release: true },
      ],
      ['send_message', { content: 'x', priority: 9 }, 'POST', '/mailbox/send', { content: 'x', priority: 9 }],
      ['update_config', { max_sessions: 0 }, 'PATCH', '/config', { max_sessions: 0 }],
      ['get_status', {}, 'GET', '/status', undefined],
      ['clone_repo', { url: 'https://example.com/a/b' }, 'POST', '/repo/clone', { url: 'https://example.com/a/b' }],
      ['list_webhooks', {}, 'GET', '/webhooks', undefined],
    ]
    for (const [tool, args, method, path, body] of cases) {
      const answer = await mcp.call(tool, args)
      const rest = await server.call(method, path, body)
      expect(rest.status, path).toBeGreaterThanOrEqual(400)
      expect({ tool, isError: answer.isError, structured: answer.structured }).toEqual({ tool, isError: true })
      const { success, error, message, errors } = rest.body
      expect(answer.body, tool).toMatchObject({ success, error, message, ...(errors !== undefined && { errors }) })
    }
  })

  it('keep state_dir below the allowed roots', async () => {
    const { mcp, place } = await serve()
    for (const state_dir of [
      '/etc',
      join(place.root, '..', 'home'),
      'relative',
      `${place.root}/nowhere/.claude-task-master`,
    ]) {
      const { isError, body } = await mcp.call('get_status', { state_dir })
      expect({ state_dir, isError, error: body.error }).toEqual({ state_dir, isError: true, error: 'path_refused' })
    }
  })

  it('that are not there are an error of the protocol', async () => {
    const { mcp } = await serve()
    await expect(mcp.client.callTool({ name: 'rm_rf', arguments: {} })).rejects.toThrow(/no tool rm_rf/)
  })
})

describe('watching', () => {
  it('tells of progress while it waits, and answers with what happened and where to go on', async () => {
    const { mcp, server } = await serve({ gates: [] })
    const started = await mcp.call('start_task', { goal: 'Say hello' })
    await server.sessions('plan', 1)
    const first = await mcp.call('watch_task', { id: started.body.task.id })
    expect(first.body).toMatchObject({
      success: true,
      is_over: false,
      events: [{ type: 'run.started', seq: 1 }, {}, {}],
    })
    const told: { message: string; progress: number }[] = []
    const watched = mcp.call(
      'watch_task',
      { id: started.body.task.id, after: first.body.last_event, until: 'end', wait_seconds: 60 },
      (message, progress) => told.push({ message, progress }),
    )
    server.openGate('all')
    const { body } = await watched
    expect(body).toMatchObject({ is_over: true, task: { status: 'success' } })
    expect(body.events[0].seq).toBe(first.body.last_event + 1)
    expect(body.events.at(-1)).toMatchObject({ type: 'run.completed', seq: body.last_event })
    expect(told.map(({ message }) => message).join('\n')).toMatch(/merged as[\s\S]*success: 1\/1 tasks/)
    const numbers = told.map(({ progress }) => progress)
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
  })

  it('answers after its time though nothing happened, and for chosen types only', async () => {
    const { mcp, server } = await serve({ gates: [] })
    const { body } = await mcp.call('start_task', { goal: 'Say hello' })
    await server.sessions('plan', 1)
    const watched = await mcp.call('watch_task', { id: body.task.id, types: 'pr.*', wait_seconds: 0 })
    expect(watched.body).toMatchObject({ events: [], last_event: 0, is_over: false })
  })
})

describe('resources', () => {
  it('are the documents of the current task, and of any by its id', async () => {
    const { mcp } = await serve()
    const { resources } = await mcp.client.listResources()
    expect(resources.map(({ uri }) => uri)).toEqual(['task://goal', 'task://plan', 'task://progress', 'task://context'])
    await expect(mcp.client.readResource({ uri: 'task://plan' })).rejects.toThrow(/no task/)
    const { body } = await mcp.call('start_task', { goal: 'Say hello' })
    await mcp.call('watch_task', { until: 'end', wait_seconds: 60 })
    const read = async (uri: string) => (await mcp.client.readResource({ uri })).contents[0]
    expect(await read('task://goal')).toMatchObject({
      mimeType: 'text/plain',
      text: expect.stringContaining('Say hello'),
    })
    for (const name of ['plan', 'progress', 'context']) {
      expect(await read(`task://${name}`)).toEqual({
        ...(await read(`task://${body.task.id}/${name}`)),
        uri: `task://${name}`,
      })
    }
    await expect(mcp.client.readResource({ uri: 'task://../../etc/passwd' })).rejects.toThrow(/no resource/)
  })
})

describe('the door', () => {
  it('is the one of REST: password, Host and Origin', async () => {
    const { server } = await serve({ env: { CLAUDETM_PASSWORD: 'open sesame' } })
    const post = (headers: Record<string, string>) =>
      fetch(`${server.url}/mcp`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      })
    const right = { authorization: 'Bearer open sesame' }
    expect((await post({})).status).toBe(401)
    expect((await post({ authorization: 'Bearer wrong' })).status).toBe(403)
    expect((await post({ ...right, origin: 'https://evil.example' })).status).toBe(403)
    expect((await post(right)).status).toBe(200)
    expect((await fetch(`${server.url}/mcp`, { headers: right })).status).toBe(405)
    await expect(connectMcp(overHttp(server.url, 'wrong'))).rejects.toThrow()
  })

  it('lets in what needs a password where there is one, and writes down every change', async () => {
    const { mcp, place } = await serve({ env: { CLAUDETM_PASSWORD: 'open sesame' } })
    expect((await mcp.call('list_webhooks')).body).toEqual(expect.objectContaining({ success: true, total: 0 }))
    const hook = { url: 'http://127.0.0.1:9/hook' }
    await mcp.call('create_webhook', hook)
    await mcp.call('get_status')
    const log = await readFile(join(place.env.CLAUDETM_HOME ?? '', 'server', 'audit.jsonl'), 'utf8')
    const entries = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(entries).toEqual([expect.objectContaining({ path: '/mcp', operation: 'create_webhook' })])
  })
})
