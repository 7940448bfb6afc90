/** The server as a process of its own, with quick agents; the parent hears who comes to the gates, and opens them. */
import { composeServer } from '../../../src/compose/server.ts'
import { createGates } from './gates.ts'
import { createQuickAgent } from './quick-agent.ts'
import type { FromServer, ToServer } from './server-process.ts'

const gates = createGates(JSON.parse(process.env.TEST_OPEN_GATES ?? '["all"]'), (came) =>
  tell({ type: 'session', ...came }),
)
process.on('message', ({ open }: ToServer) => gates.open(open))

const server = await composeServer({
  flags: {},
  environment: process.env,
  cwd: process.cwd(),
  version: '0.0.0-test',
  report: (message) => process.stderr.write(`${message}\n`),
  agent: createQuickAgent(gates.gate),
})
process.once('SIGTERM', () => void server.close().then(() => process.exit(0)))
process.once('disconnect', () => process.exit(0))
tell({ type: 'listening', url: server.url })

function tell(message: FromServer): void {
  process.send?.(message)
}
