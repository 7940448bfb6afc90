/**
 * A goal that a server works on, offline, while it is killed: asked for by curl, watched over SSE and MCP, told by
 * webhooks. Real are the built server, the agent and its binary, git over HTTP, the official client of MCP and the library
 * that verifies webhooks; played are the model and GitHub.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunEvent } from '../../../src/domain/events.ts'
import { createGithubPlace, type GithubPlace } from '../github-story/place.ts'
import { messagesOf } from '../messages.ts'
import { findRunProcesses } from '../processes.ts'
import { robustScenario } from '../robust-scenario.ts'
import { createReceiver, type Receiver, SECRET } from '../webhook-receiver.ts'
import { type Curl, createCurl } from './curl.ts'
import { createLives, type Lives } from './lives.ts'
import { type SeenOverMcp, watchOverMcp } from './mcp-watcher.ts'
import { MOMENTS, type Moment } from './moments.ts'
import type { Kill, ServerStoryOutcome } from './outcome.ts'
import { type SeenOverSse, watchOverSse } from './sse-watcher.ts'

export const PASSWORD = 'correct horse battery staple'
export const GOAL = 'Write three files'

export type ServerStoryOptions = {
  /** Before each answer of the model, so that there is a middle to be killed in. */
  readonly delayMs?: number
  /** What happens, for people. */
  readonly say?: (line: string) => void
}

export type ServerStory = {
  readonly place: GithubPlace
  readonly curl: Curl
  /** Arguments of `claudetm-server`. */
  readonly args: readonly string[]
  play(): Promise<ServerStoryOutcome>
  /** Ends everybody; the files stay. */
  close(): Promise<void>
  cleanup(): Promise<void>
}

const FILES = {
  'README.md': '# three files\n',
  'package.json': JSON.stringify({ name: 'three-files', private: true, scripts: { test: 'node -e 0' } }),
  '.github/workflows/ci.yml': 'name: ci\non: [push, pull_request]\njobs:\n  test:\n    steps:\n      - run: npm test\n',
}

/** A webhook that has not come by then is lost. */
const DELIVERY_MS = 60_000

export async function createServerStory({
  delayMs = 100,
  say = () => {},
}: ServerStoryOptions = {}): Promise<ServerStory> {
  const place = await createGithubPlace({
    scenario: robustScenario,
    delayMs,
    repository: {
      files: FILES,
      ci: async () => [{ name: 'ci', jobs: [{ name: 'test', outcome: 'success' }] }],
    },
    env: { CLAUDETM_PASSWORD: PASSWORD, CLAUDETM_WEBHOOKS_ALLOW_PRIVATE: 'true' },
  })
  // Every seventh finds it busy, so that there are deliveries to repeat.
  const busy = { status: 503, headers: { 'retry-after': '1' } }
  const receiver = await createReceiver((_, count) => (count % 7 === 0 ? busy : null))
  const args = ['--rest-port', String(place.webhookPort), '--working-dir', place.directory]
  const lives = createLives({ args, cwd: place.directory, env: place.env })
  const curl = await createCurl()
  const ending = new AbortController()

  async function close(): Promise<void> {
    ending.abort(new Error('the story was closed'))
    await lives.end('SIGKILL')
    await receiver.close()
    await place.close()
  }

  return {
    place,
    curl,
    args,
    play: () => play({ place, curl, lives, receiver, say, signal: ending.signal }),
    close,
    async cleanup() {
      await close()
      await place.cleanup()
    },
  }
}

type Cast = {
  readonly place: GithubPlace
  readonly curl: Curl
  readonly lives: Lives
  readonly receiver: Receiver
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

async function play(cast: Cast): Promise<ServerStoryOutcome> {
  const { place, lives, receiver, say } = cast
  const { startedInMs } = await lives.start()
  say(`The server listens after ${Math.round(startedInMs)} ms.`)
  await ask(cast, 'POST', '/webhooks', { url: receiver.url, secret: SECRET })
  const beganAt = performance.now()
  const { task } = await ask(cast, 'POST', '/tasks', { goal: GOAL, repository: place.path })
  const taskId: string = task.id
  const onlookers = watch(cast, taskId)
  const kills: Kill[] = []
  for (const moment of MOMENTS) kills.push(await killAt(moment, cast, onlookers))
  const [sse, mcp] = await onlookers.over
  say(`The task is over: ${sse.events.length} events over SSE, ${mcp.events.length} over MCP.`)
  const record = await readRecord(place, sse.events)
  const expected = messagesOf(stateOf(place), record)
  await delivered(receiver, expected.length)
  const durationMs = performance.now() - beganAt
  const { task: ended } = await ask(cast, 'GET', `/tasks/${taskId}`)
  await place.github.settled()
  return {
    status: ended.status,
    kills,
    durationMs,
    record,
    sse,
    mcp,
    expected,
    receiver,
    pulls: [...place.repository.repository.pulls.values()].map(({ title, merged }) => ({ title, merged })),
    main: (await place.repository.log('main')).map(({ message }) => message.split('\n')[0] ?? ''),
    leftProcesses: findRunProcesses(place.env.CLAUDETM_HOME ?? '').length,
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a document of the server, read by whoever asked for it.
type Document = any

/** Throws unless it is answered with success. */
async function ask({ lives, curl, say }: Cast, method: string, path: string, body?: object): Promise<Document> {
  const answer = await curl.request(`${await lives.url()}${path}`, {
    method,
    password: PASSWORD,
    ...(body && { body }),
  })
  say(`${curl.name}: ${method} ${path} -> ${answer.status}`)
  if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.body}`)
  return JSON.parse(answer.body)
}

type Onlookers = {
  readonly over: Promise<readonly [SeenOverSse, SeenOverMcp]>
  readonly lastSeen: () => number
  readonly next: (fits: (event: RunEvent) => boolean) => Promise<void>
}

function watch({ lives, signal, say }: Cast, taskId: string): Onlookers {
  const waiting = new Set<(event: RunEvent) => void>()
  let lastSeen = 0
  const onEvent = (event: RunEvent) => {
    lastSeen = event.seq
    const told = storyLine(event)
    if (told !== null) say(`  ${String(event.seq).padStart(3)}  ${told}`)
    for (const look of waiting) look(event)
  }
  const at = { lives, taskId, password: PASSWORD, signal }
  const over = Promise.all([watchOverSse({ ...at, onEvent }), watchOverMcp(at)])
  over.catch(() => {}) // who waits for it hears of it
  return {
    over,
    lastSeen: () => lastSeen,
    next: (fits) =>
      new Promise((resolve) => {
        const look = (event: RunEvent) => {
          if (!fits(event)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
      }),
  }
}

/** Throws when the run is over before the moment comes. */
async function killAt(moment: Moment, { place, lives, say }: Cast, { next, over, lastSeen }: Onlookers): Promise<Kill> {
  const early = over.then((seen) => {
    throw new Error(`the run was over before it could be killed ${moment.name}: ${JSON.stringify(seen[0].end)}`)
  })
  await Promise.race([moment.arrive(place, next), early])
  const seen = lastSeen()
  await lives.end('SIGKILL')
  say(`kill -9: ${moment.name}`)
  const { startedInMs } = await lives.start()
  say(`The next server listens after ${Math.round(startedInMs)} ms.`)
  return { moment: moment.name, lastSeen: seen, backInMs: startedInMs }
}

async function delivered(receiver: Receiver, count: number): Promise<void> {
  const late = AbortSignal.timeout(DELIVERY_MS)
  const isLate = new Promise<void>((resolve) => late.addEventListener('abort', () => resolve()))
  const all = receiver.until(() => new Set(receiver.received.map(({ id }) => id)).size >= count)
  await Promise.race([all, isLate]) // what did not come is counted
}

/** A run that is over is in the history; one that is not is where it was. */
async function readRecord(place: GithubPlace, seen: readonly RunEvent[]): Promise<readonly RunEvent[]> {
  const archived = join(stateOf(place), 'history', seen[0]?.runId ?? '', 'events.jsonl')
  const text = await readFile(archived, 'utf8').catch(() => readFile(join(stateOf(place), 'events.jsonl'), 'utf8'))
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent)
}

function stateOf({ path }: GithubPlace): string {
  return join(path, '.claude-task-master')
}

/** Of the events that a person would want to hear of. */
function storyLine(event: RunEvent): string | null {
  switch (event.type) {
    case 'run.started':
      return event.resumed ? 'the run goes on' : `the run begins: ${event.goal}`
    case 'plan.created':
      return `a plan: ${event.groups} groups, ${event.tasks} tasks`
    case 'session.started':
      return `session ${event.number}: ${event.kind}`
    case 'task.completed':
      return `done: ${event.title} (${event.tasksDone}/${event.tasksTotal})`
    case 'pr.created':
      return `pull request #${event.number}: ${event.title}`
    case 'pr.merged':
      return `merged #${event.number}`
    case 'run.completed':
      return `the run ends: ${event.result}`
    default:
      return null
  }
}
