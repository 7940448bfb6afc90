/** A server in a process of its own, that can be killed and started again on the same data. */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { type Api, createApi } from './api.ts'
import { type Came, createArrivals } from './gates.ts'

export type FromServer = { readonly type: 'listening'; readonly url: string } | ({ readonly type: 'session' } & Came)
export type ToServer = { readonly open: string }

export type ServerRequest = {
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** Kinds of session that are not held back; default all. */
  readonly gates?: readonly string[]
}

export type TestServer = Api & {
  readonly url: string
  openGate(kind: string): void
  sessions(kind: string, count: number): Promise<readonly string[]>
}

export type ServerProcess = TestServer & {
  readonly child: ChildProcess
  kill(signal: NodeJS.Signals): Promise<number | null>
}

const ENTRY = join(import.meta.dirname, 'quick-server.ts')

export async function startServerProcess({ env, cwd, gates = ['all'] }: ServerRequest): Promise<ServerProcess> {
  const child = fork(ENTRY, [], {
    cwd,
    env: { CLAUDETM_REST_PORT: '0', ...env, TEST_OPEN_GATES: JSON.stringify(gates) },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const arrivals = createArrivals()
  let stderr = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const url = await new Promise<string>((resolve, reject) => {
    child.on('message', (message: FromServer) => {
      if (message.type === 'listening') resolve(message.url)
      else arrivals.note(message)
    })
    void ended.then(() => {
      const why = new Error(`the server ended: ${stderr}`)
      arrivals.end(why)
      reject(why)
    })
  })
  return {
    url,
    child,
    ...(await createApi(url, env.CLAUDETM_PASSWORD ?? null)),
    openGate: (kind) => void child.send({ open: kind } satisfies ToServer),
    sessions: arrivals.sessions,
    async kill(signal) {
      child.kill(signal)
      return ended
    },
  }
}
