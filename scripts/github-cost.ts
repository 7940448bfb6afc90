/**
 * What a run costs GitHub, and how soon it reacts, counted by the emulator: `npm run bench:github -- [--json]`.
 * 1. Requests of one clean pull request: opened, green, merged, branch deleted. 2. Requests of an hour of waiting for CI
 * without webhooks, on a virtual clock. 3. With webhooks, the time from "check completed" to our next act.
 */
import { parseArgs } from 'node:util'
import { measureCleanPr } from '../test/support/github-story/cost/clean-pr.ts'
import { measureReaction } from '../test/support/github-story/cost/reaction.ts'
import { measureWaitingHour } from '../test/support/github-story/cost/waiting-hour.ts'

type Row = { readonly what: string; readonly value: number; readonly aim: number; readonly unit: string }

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    'ci-seconds': { type: 'string', default: '20' },
    samples: { type: 'string', default: '5' },
  },
})
const ciSeconds = Number(values['ci-seconds'])

const rows: Row[] = []
const details: Record<string, unknown> = {}
for (const webhooks of [true, false]) {
  const { ready, lifeCycle, byName } = await measureCleanPr({ webhooks, ciSeconds })
  const how = `${webhooks ? 'with' : 'without'} webhooks, CI takes ${ciSeconds} s`
  rows.push({ what: `requests of a clean pull request, ${how}`, value: lifeCycle, aim: 15, unit: '' })
  details[`clean pull request, ${how}`] = { ready, byName }
}
for (const pulls of [1, 10]) {
  const { requests, looks } = await measureWaitingHour(pulls)
  const what = `requests of an hour of waiting, ${pulls} open, without webhooks`
  rows.push({ what, value: requests, aim: 60, unit: '' })
  details[what] = { looks }
}
const reaction = await measureReaction(Number(values.samples))
rows.push({
  what: 'check completed to next request, webhooks, median',
  value: reaction.requestMs,
  aim: 1_000,
  unit: ' ms',
})
rows.push({
  what: 'check completed to merge request, webhooks, median',
  value: reaction.mergeMs,
  aim: 1_000,
  unit: ' ms',
})
details.reaction = reaction.samples

if (values.json) console.log(JSON.stringify({ rows, details }, null, 2))
else print()
process.exitCode = rows.every(({ value, aim }) => value <= aim) ? 0 : 1

function print(): void {
  const width = Math.max(...rows.map(({ what }) => what.length))
  for (const { what, value, aim, unit } of rows) {
    const number = `${value}${unit}`.padStart(8)
    console.log(`${what.padEnd(width)}  ${number}  (aim: at most ${aim}${unit})${value <= aim ? '' : '  MISSED'}`)
  }
  console.log(JSON.stringify(details, null, 2))
}
