/**
 * Nobody waits for time where a fact would do (L59 L60 L85 W24). Every place where time can pass is named here, with how
 * often and why; a new one fails until somebody has said why it is no sleep on the way of a healthy run.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

type Allowed = Readonly<Record<string, readonly [count: number, why: string]>>

/** Pace: a look again where nothing tells. Backoff: after a failure. Bound: ends what takes too long. */
const SOURCES: Allowed = {
  'agent/claude/message-stream.ts': [1, 'bound: silence of an agent'],
  'agent/claude/session-process.ts': [2, 'bound: an agent that was told to end, before it is made to'],
  'cli/live/live-face.ts': [1, 'pace: the clock in the live view'],
  'compose.ts': [1, 'the real time that `stop` is given'],
  'compose/clock.ts': [2, 'the real clock'],
  'compose/mcp.ts': [1, 'the real time that the desk without a server is given'],
  'compose/webhooks.ts': [1, 'the real clock'],
  'demo/scripted-model/scripted-model.ts': [2, 'pace: the demonstration can be read along'],
  'engine/actions/delivering.ts': [1, 'backoff: a push or an opening that failed'],
  'engine/actions/waiting.ts': [
    3,
    'race with the forge, edits and people: a deadline; pace of plan.md, of a blind forge',
  ],
  'engine/engine.ts': [2, 'backoff: planning that failed; a usage limit until its reset'],
  'engine/reconciler.ts': [1, 'backoff: what could not be observed'],
  'forge/github/send-once.ts': [2, 'backoff: a connection that was never made'],
  'forge/github/watch.ts': [1, 'pace: polls, adaptive, until a webhook tells'],
  'forge/github/webhook-listener.ts': [1, 'bound: a sender that does not finish'],
  'lib/command.ts': [3, 'bound: commands that hang, and what keeps their pipes open'],
  'lib/marked-processes.ts': [2, 'pace: children that were killed and are not gone yet'],
  'main.ts': [1, 'bound: what keeps the process alive after its work'],
  'notify/delivery/courier.ts': [3, 'backoff: the next attempt of a delivery, until something new is to be sent'],
  'operations/logs.ts': [1, 'pace: beside a file watch that may be missing'],
  'operations/stop.ts': [1, 'pace: the lock of another process, with a deadline'],
  'server/embedded/desk.ts': [2, 'pace: a run that another process works on, with a deadline'],
  'server/mcp/watch.ts': [
    3,
    'bound: how long a caller waits; signs of life; events that come together are told together',
  ],
  'server/rest/event-stream.ts': [1, 'pace: signs of life of a stream in which nothing happens'],
  'server/runs/changes.ts': [1, 'bound: who waits for a change'],
  'server/runs/desk.ts': [2, 'pace: the lock of another process, with a deadline'],
  'server/runs/lookout.ts': [1, 'pace: runs that other processes work on'],
  'server/runs/workshop.ts': [1, 'pace: a repository that another process works in'],
  'server/server.ts': [1, 'bound: streams that are told to end'],
  'store/state-dir/control-inbox.ts': [1, 'pace: beside a file watch that may be missing'],
  'workspace/git.ts': [2, 'backoff: a worktree that another git is just adding'],
}

const TESTS: Allowed = {
  'crash/lives.ts': [2, 'kills at random moments: time is what is tested'],
  'e2e/webhooks.test.ts': [1, 'kills at random moments: time is what is tested'],
  'notify/courier.test.ts': [1, 'the virtual clock'],
  'notify/post.test.ts': [2, 'an endpoint that answers drop by drop'],
  'sandbox/confinement.test.ts': [2, 'pace: processes of another namespace, with a deadline; a child that stays'],
  'simulation/parts/agent.ts': [2, 'the virtual clock'],
  'simulation/parts/forge.ts': [1, 'the virtual clock'],
  'simulation/parts/run-parts.ts': [1, 'the virtual clock'],
  'simulation/parts/workspaces.ts': [1, 'the virtual clock'],
  'support/github-story/cost/clean-pr.ts': [1, 'how long the CI takes that is measured'],
  'support/github-story/cost/reaction.ts': [3, 'how long the CI takes that is measured, and a pace'],
  'support/scripted-session.ts': [1, 'a process that stays until it is ended'],
}

const PASSING_TIME =
  /\bset(?:Timeout|Interval)\(|['"](?:node:)?timers\/promises['"]|Atomics\.wait|(?:\.|await )sleepUntil\(|await (?:sleep|wait)\(/g

async function placesIn(folder: string): Promise<Readonly<Record<string, number>>> {
  const root = join(import.meta.dirname, '../..', folder)
  const names = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.ts'))
  const counted = names.map(async (name) => {
    const code = (await readFile(join(root, name), 'utf8')).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
    return [name.replaceAll('\\', '/'), code.match(PASSING_TIME)?.length ?? 0] as const
  })
  return Object.fromEntries((await Promise.all(counted)).filter(([, count]) => count > 0).sort())
}

function counts(allowed: Allowed): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(allowed).map(([name, [count]]) => [name, count]))
}

test('the program waits for facts; where time passes is named with its reason', async () => {
  expect(await placesIn('src')).toEqual(counts(SOURCES))
})

test('tests wait for facts too', async () => {
  const virtual = ['forge/github-reading.test.ts', 'structure/no-fixed-sleeps.test.ts']
  const found = Object.entries(await placesIn('test')).filter(([name]) => !virtual.includes(name))
  expect(Object.fromEntries(found)).toEqual(counts(TESTS))
})
