/**
 * A server under load: runs at work with agents that need no model, a long queue, requests at a fixed rate, people who
 * watch. Prints what it took, one number a line. `node scripts/load-server.ts [--at-work 20] [--queued 1000] [--rate 200]`
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import autocannon from 'autocannon'
import { startServerProcess } from '../test/support/server/server-process.ts'
import { createWorkplace } from '../test/support/server/workplace.ts'

const { values } = parseArgs({
  options: {
    'at-work': { type: 'string', default: '20' },
    queued: { type: 'string', default: '1000' },
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '20' },
  },
})
const [atWork, queued, rate, seconds] = [values['at-work'], values.queued, values.rate, values.seconds].map(Number) as [
  number,
  number,
  number,
  number,
]

const place = await createWorkplace()
try {
  await measure()
} finally {
  await place.cleanup()
}

async function measure(): Promise<void> {
  const env = { ...place.env, CLAUDETM_MAX_RUNS: String(atWork) }
  const request = { cwd: place.directory, env, gates: ['plan'] }
  let server = await startServerProcess(request)
  const idle = memory(server.child.pid)
  const repositories = await Promise.all(Array.from({ length: atWork }, (_, index) => place.repository(`r${index}`)))
  const ids: string[] = []
  for (const repository of repositories) ids.push(await add(server, repository))
  await server.sessions('work', atWork)
  say('memory of an idle server (MB)', idle)
  say(`memory of each run at work (MB, of ${atWork})`, (memory(server.child.pid) - idle) / atWork)

  const queueing = performance.now()
  for (let index = 0; index < queued; index += 1) await add(server, repositories[index % atWork] ?? '')
  say(`queueing ${queued} tasks (ms each)`, (performance.now() - queueing) / queued)

  const paths = ['/tasks?limit=20', `/tasks/${ids[0]}`, '/health', `/tasks/${ids[1]}/plan`, '/metrics']
  const cpu = cpuSeconds(server.child.pid)
  const result = await autocannon({
    url: server.url,
    connections: 10,
    overallRate: rate,
    duration: seconds,
    requests: paths.map((path) => ({ method: 'GET' as const, path })),
  })
  say('CPU of the server for each request (ms)', ((cpuSeconds(server.child.pid) - cpu) * 1_000) / result['2xx'])
  say(`requests answered at ${rate} a second`, result['2xx'])
  say('requests that failed', result.non2xx + result.errors)
  for (const percentile of ['p50', 'p90', 'p99'] as const) say(`REST ${percentile} (ms)`, result.latency[percentile])

  const before = (await server.get('/tasks?limit=1')).body.total
  await server.kill('SIGKILL')
  const restarting = performance.now()
  server = await startServerProcess(request)
  say(
    'start again with all of it, until it answers (ms, includes the start of Node from source)',
    performance.now() - restarting,
  )
  const after = (await server.get('/tasks?limit=1')).body.total
  await server.sessions('work', atWork)
  say(`until all ${atWork} are at work again (ms)`, performance.now() - restarting)
  say('tasks lost', before - after)
  say('delay of an event to who watches, worst of 20 (ms)', await eventDelay(server, ids.slice(0, 20)))
  await server.kill('SIGKILL')
}

async function add(server: Awaited<ReturnType<typeof startServerProcess>>, repository: string): Promise<string> {
  const { status, body } = await server.post('/tasks', { goal: 'Say hello', repository })
  if (status !== 201) throw new Error(JSON.stringify(body))
  return body.task.id
}

/** A pause of each ends its stream: from the time in the last event to its arrival. */
async function eventDelay(
  server: Awaited<ReturnType<typeof startServerProcess>>,
  ids: readonly string[],
): Promise<number> {
  const delays = ids.map(async (id) => {
    let worst = 0
    const stream = server.events(`/tasks/${id}/events`, {
      until: (event) => {
        if (event.event === 'run.status') worst = Math.max(worst, Date.now() - event.data.at)
        return event.event === 'end'
      },
    })
    await server.post(`/tasks/${id}/pause`)
    await stream
    return worst
  })
  return Math.max(...(await Promise.all(delays)))
}

/** User and system time; 100 ticks a second. */
function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** Resident set in MB. */
function memory(pid: number | undefined): number {
  const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  return kilobytes / 1024
}

function say(what: string, value: number): void {
  process.stdout.write(`${what}: ${Math.round(value * 100) / 100}\n`)
}
