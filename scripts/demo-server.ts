/**
 * A goal that a server works on while it is killed, offline: `npm run demo:server`. Ends with 0 only when the work was
 * merged once and everything that happened was seen by everybody who watched.
 */
import Table from 'cli-table3'
import { ledgerOf, problemsOf, type ServerStoryOutcome, webhooksOf } from '../test/support/server-story/outcome.ts'
import { createServerStory, PASSWORD, type ServerStory } from '../test/support/server-story/story.ts'

const beganAt = performance.now()
const PLAIN = { head: [], border: [], compact: true }

const story = await createServerStory({ say })
process.once('SIGINT', () => void story.close().then(() => process.exit(130)))
try {
  introduce(story)
  const outcome = await story.play()
  const problems = problemsOf(outcome)
  report(outcome)
  conclude(outcome, problems)
  process.exitCode = problems.length === 0 ? 0 : 1
} finally {
  await story.close()
}

function introduce({ place, args, curl }: ServerStory): void {
  console.log(
    [
      'This is a demonstration of the server. Nothing leaves this machine and nothing is paid.',
      'Real:   the built claudetm-server and kill -9, the Claude agent and its binary, git over HTTP, the official client',
      `        of MCP, ${curl.name}, HTTP to a receiver that verifies webhooks with the library "standardwebhooks".`,
      'Played: the model (scripted), GitHub (an emulator: REST, GraphQL, git, webhooks).',
      '',
      `  cd ${place.directory}`,
      `  CLAUDETM_PASSWORD='${PASSWORD}' claudetm-server ${args.join(' ')}`,
      '',
    ].join('\n'),
  )
}

function say(line: string): void {
  const seconds = ((performance.now() - beganAt) / 1_000).toFixed(1)
  console.log(`${seconds.padStart(5)} s  ${line}`)
}

function report(outcome: ServerStoryOutcome): void {
  const { sse, mcp, receiver, kills } = outcome
  console.log('\nWhat happened (events.jsonl), and how often it was seen:')
  const seen = new Table({ head: ['event', 'happened', 'over SSE', 'over MCP'], style: PLAIN })
  for (const row of ledgerOf(outcome)) seen.push([row.event, row.happened, row.sse, row.mcp])
  console.log(seen.toString())
  console.log('\nWhat webhooks should have told, and what came:')
  const told = new Table({ head: ['webhook', 'expected', 'delivered', 'requests'], style: PLAIN })
  for (const row of webhooksOf(outcome)) told.push([row.event, row.expected, row.delivered, row.requests])
  console.log(told.toString())
  const ids = sse.connections.map((id) => (id === null ? 'the beginning' : `event ${id}`))
  console.log(
    [
      '',
      `SSE:      ${sse.connections.length} connections, each with the Last-Event-ID of the one before: from ${ids.join(', ')}`,
      `MCP:      ${mcp.connections} connections, ${mcp.answers} answers of watch_task, ${mcp.told.length} notifications of progress`,
      `Webhooks: ${receiver.requests.length} requests, ${receiver.received.length} taken, ${receiver.forged.length} with a signature that does not fit; the receiver said "busy" to every seventh`,
      ...kills.map(({ moment, backInMs }) => `kill -9:  ${moment}; listening again in ${Math.round(backInMs)} ms`),
    ].join('\n'),
  )
}

function conclude({ pulls, main, durationMs }: ServerStoryOutcome, problems: readonly string[]): void {
  const shown = pulls.map(({ title, merged }, index) => `#${index + 1} ${title} (${merged ? 'merged' : 'not merged'})`)
  console.log(`Pull requests: ${shown.join(', ')}`)
  console.log(`The target branch, newest first: ${main.join(', ')}`)
  console.log('')
  for (const problem of problems) console.log(`NOT AS IT SHOULD BE: ${problem}`)
  const seconds = (durationMs / 1_000).toFixed(1)
  if (problems.length === 0) console.log(`All of it was seen, nothing twice on GitHub, nothing lost; ${seconds} s.`)
}
