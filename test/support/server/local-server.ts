/** A server in the process of the test: real HTTP, quick to start, not to be killed. */
import { composeServer } from '../../../src/compose/server.ts'
import { createApi } from './api.ts'
import { createArrivals, createGates } from './gates.ts'
import { createQuickAgent } from './quick-agent.ts'
import type { ServerRequest, TestServer } from './server-process.ts'

export type LocalServer = TestServer & {
  /** What it had to say to the people who run it. */
  readonly reports: readonly string[]
  close(): Promise<void>
}

export async function startLocalServer({ env, cwd, gates = ['all'] }: ServerRequest): Promise<LocalServer> {
  const arrivals = createArrivals()
  const { gate, open } = createGates(gates, arrivals.note)
  const reports: string[] = []
  const server = await composeServer({
    flags: {},
    environment: { CLAUDETM_REST_PORT: '0', ...env },
    cwd,
    version: '0.0.0-test',
    report: (message) => reports.push(message),
    agent: createQuickAgent(gate),
  })
  return {
    url: server.url,
    ...(await createApi(server.url, env.CLAUDETM_PASSWORD ?? null)),
    openGate: open,
    sessions: arrivals.sessions,
    reports,
    close: server.close,
  }
}
