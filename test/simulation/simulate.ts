/**
 * Plays one history: starts the real program in the simulated world, lets people do what they would do when it ends
 * (mend what was named, run the command that was named), until the run is over; then asks the rules.
 */

import type { RunEvent } from '../../src/domain/events.ts'
import { type Failure, toFailure } from '../../src/domain/failure.ts'
import { resumeRun } from '../../src/operations/resume.ts'
import type { ResumeRequest, RunEnd, RunObserver, StartRequest } from '../../src/operations/run-request.ts'
import { startRun } from '../../src/operations/start.ts'
import { waiveFindings } from '../../src/operations/waive.ts'
import { SAFETY_RULES, type SafetyRule } from '../safety/safety-rules.ts'
import '../../src/store/state-dir/state-schema.ts' // loaded when it is needed, which takes real time
import { describeHistory, type History } from './history.ts'
import { createRunParts } from './parts/run-parts.ts'
import { checkRules, readEvents, watchState } from './rules.ts'
import { runOn } from './world/machine.ts'
import { revisit } from './world/people.ts'
import { createProcess, type Process } from './world/process.ts'
import { calmDown, createWorld, type World } from './world/world.ts'

export type Violations = Partial<Record<SafetyRule, readonly string[]>>

export type Outcome = {
  readonly violations: Violations
  /** Changes to disk and world that the run consists of: a crash can come after each. */
  readonly changes: number
  readonly lives: number
  readonly ends: readonly string[]
  readonly fired: ReadonlyMap<string, number>
  readonly story: string
  readonly world: World
  readonly events: readonly RunEvent[]
}

type End =
  | { readonly kind: 'ended'; readonly end: RunEnd }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'died' }

type Order =
  | { readonly kind: 'start' }
  | ({ readonly kind: 'resume' } & Partial<ResumeRequest>)
  /** What the diff guard found is let through, and the run goes on. */
  | { readonly kind: 'waive'; readonly findings: readonly string[] | 'all' }

const REVISIT_MS = 30 * 60_000
const LONGEST_LIFE_MS = 30 * 24 * 3_600_000
const MAX_STEPS = 20_000
/** In a quiet world; each is a person who does what the program asked for. */
const MAX_CURES = 12

export async function simulate(history: History): Promise<Outcome> {
  const world = createWorld(history)
  const ends = await live(world)
  const violations = checkRules(world)
  return {
    violations,
    changes: world.changes,
    lives: world.processes.length,
    ends,
    fired: world.journal.fired,
    story: tell(history, world, ends, violations),
    world,
    events: readEvents(world),
  }
}

async function live(world: World): Promise<readonly string[]> {
  const ends: string[] = []
  const keepVisiting = () => {
    revisit(world)
    world.time.after(REVISIT_MS, keepVisiting)
  }
  world.time.after(REVISIT_MS, keepVisiting)
  const { moves, crashes } = world.history
  let order: Order = { kind: 'start' }
  let quietLives = 0
  for (let life = 0; ; life += 1) {
    if (life > 2 + moves.length + crashes.length) calmDown(world)
    if (world.calm) quietLives += 1
    if (quietLives > MAX_CURES) {
      world.journal.violations.push(`in a quiet world it does not come to an end: ${ends.slice(-4).join('; ')}`)
      return ends
    }
    const end = await run(world, order)
    if (end?.kind === 'failed' && end.failure.kind === 'run_missing' && isOver(world)) return ends
    ends.push(describeEnd(order, end))
    if (end === null) return ends
    if (end.kind === 'ended' && end.end.status === 'success') return ends
    order = react(world, order, end)
    think(world)
  }
}

/** People take their time. */
function think({ time }: World): void {
  let isOver = false
  time.after(60_000, () => {
    isOver = true
  })
  while (!isOver) time.step()
}

/** null = it would go on for ever. */
async function run(world: World, order: Order): Promise<End | null> {
  const running = new Map<Process, End | null>()
  const begin = (wanted: Order, host: string) => {
    const process = createProcess(world, host, wanted.kind === 'resume' && wanted.force === true)
    running.set(process, null)
    void operate(world, process, wanted).then((end) => {
      running.set(process, end)
      if (process.alive) process.die() // it has exited
    })
    void process.death.then(() => {
      if (running.get(process) === null) running.set(process, { kind: 'died' })
    })
    return process
  }
  world.launch = (how) => {
    const elsewhere = how === 'taken_over'
    begin(elsewhere ? force(world) : { kind: 'resume' }, elsewhere ? `host${world.processes.length}` : 'here')
  }
  const first = begin(order, 'here')
  const started = world.time.elapsed()
  for (let steps = 0; ; steps += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    if ([...running.values()].every((end) => end !== null)) break
    const lasted = world.time.elapsed() - started
    if (steps > MAX_STEPS || lasted > LONGEST_LIFE_MS || !world.time.step()) {
      world.journal.violations.push(`it goes on for ever (${steps} steps, ${Math.round(lasted / 3_600_000)} hours)`)
      for (const process of running.keys()) process.die()
      return null
    }
  }
  checkSuperseded(world, running)
  const owner = [...running.keys()].findLast((process) => process.owned && !process.superseded) ?? first
  return running.get(owner) ?? { kind: 'died' }
}

/**
 * Who was replaced stops with exactly that, whatever it was doing; unless the run was over before, and it was putting
 * it away: success is saved by its owner or not at all.
 */
function checkSuperseded(world: World, running: ReadonlyMap<Process, End | null>): void {
  for (const [{ superseded, pid }, end] of running) {
    if (!superseded || end === null || end.kind === 'died') continue
    if (end.kind === 'failed' && end.failure.kind === 'superseded') continue
    if (end.kind === 'ended' && end.end.status === 'success' && isOver(world)) continue
    world.journal.lateEnds.push(`process ${pid} was superseded and ended with ${describeEnd(null, end)}`)
  }
}

async function operate(world: World, process: Process, order: Order): Promise<End> {
  const observer: RunObserver = {
    onEvent: () => {},
    onState: (state) => watchState(world, state),
    onControl: (control) => {
      process.control = control
    },
  }
  try {
    const end = await runOn(process.kernel, async () => {
      const parts = createRunParts(world, process)
      if (order.kind === 'start') return startRun(parts, START, observer)
      if (order.kind === 'resume') return resumeRun(parts, { ...RESUME, ...order }, observer)
      const { store, now, person } = parts
      await waiveFindings({ store, now, by: await person(), why: 'it may stay', findings: order.findings })
      return resumeRun(parts, RESUME, observer)
    })
    return { kind: 'ended', end }
  } catch (error) {
    return process.alive ? { kind: 'failed', failure: toFailure(error) } : { kind: 'died' }
  }
}

const START: StartRequest = {
  goal: 'make it so',
  model: null,
  autoMerge: null,
  maxSessions: null,
  maxPrs: null,
  pauseOnPr: false,
  prPerTask: false,
  branch: null,
  targetBranch: null,
  sessionBudgetUsd: null,
  maxCostUsd: null,
  criteria: [],
  verify: null,
  logLevel: null,
  sandbox: null,
  forge: null,
  mergeMethod: null,
  admin: null,
  syncBeforeMerge: null,
  draft: null,
  webhookPort: null,
  webhook: null,
}

const RESUME: ResumeRequest = {
  message: null,
  force: false,
  maxCostUsd: null,
  maxSessions: null,
  autoMerge: null,
  admin: null,
  webhookPort: null,
  webhook: null,
}

/** What a person does who reads how it ended. */
function react(world: World, before: Order, end: End): Order {
  if (end.kind === 'died') return hasRun(world) ? { kind: 'resume' } : { kind: 'start' }
  if (end.kind === 'failed') {
    world.fullFor = 0
    switch (end.failure.kind) {
      case 'run_locked': // by a host that is gone, as far as this person knows
        return force(world)
      case 'run_missing':
        return { kind: 'start' }
      case 'run_exists':
        return { kind: 'resume' }
      case 'disk':
      case 'superseded':
        return hasRun(world) ? { kind: 'resume' } : { kind: 'start' }
      default:
        world.journal.violations.push(`${before.kind} ended with ${end.failure.kind}: ${end.failure.message}`)
        return force(world)
    }
  }
  const { status, reason, command } = end.end
  if (status === 'blocked') return cure(world, { cause: reason ?? '', command: command ?? '' })
  if (/resume --auto-merge/.test(reason ?? '')) return { kind: 'resume', autoMerge: true }
  return { kind: 'resume' }
}

/** Gives every budget back. */
function force({ journal, time }: World): Order {
  journal.grants += 1
  journal.forcedAt.push(time.now())
  return { kind: 'resume', force: true }
}

/** It was put away before the process died. */
function isOver({ state }: World): boolean {
  return state?.status === 'success'
}

function hasRun({ state }: World): boolean {
  return state !== null
}

/** Mends what was named, and runs exactly the command that was named. */
function cure(world: World, block: { cause: string; command: string }): Order {
  const { journal, pulls, history } = world
  journal.blocks.push({ ...block, tried: null })
  for (const pull of pulls.all) if (pull.base !== 'main' && block.cause.includes(pull.base)) pull.base = 'main'
  if (block.cause.includes('account may not run it')) world.suites.pay()
  if (block.command.startsWith('claudetm waive ')) return waive(world, block.command)
  switch (block.command) {
    case 'claudetm resume':
      return { kind: 'resume' }
    case 'claudetm resume --force':
      return force(world)
    case 'claudetm resume --max-sessions <more>':
      journal.grants += 1
      return { kind: 'resume', maxSessions: history.setup.maxSessions }
    case 'claudetm resume --max-cost <more>':
      journal.grants += 1
      return { kind: 'resume', maxCostUsd: history.setup.maxCostUsd }
    case 'claudetm resume "<what you decided>"':
      return { kind: 'resume', message: 'take the small one' }
    default:
      journal.violations.push(`a block names no command that can be run: ${JSON.stringify(block)}`)
      return force(world)
  }
}

/** A person who was told lets go exactly that. */
function waive({ state, waived }: World, command: string): Order {
  const ids = command.match(/\b[0-9a-f]{8}\b/g)
  for (const { headBranch, block } of Object.values(state?.groups ?? {}))
    if (block?.command === command) waived.add(`refs/heads/${headBranch}`)
  return { kind: 'waive', findings: ids ?? 'all' }
}

function describeEnd(order: Order | null, end: End | null): string {
  const { kind, ...request } = order ?? { kind: '' }
  const asked = order === null ? '' : `${kind}${Object.keys(request).length > 0 ? JSON.stringify(request) : ''}: `
  if (end === null) return `${asked}never ends`
  if (end.kind === 'died') return `${asked}died`
  if (end.kind === 'failed') return `${asked}${end.failure.kind} (${end.failure.message})`
  const { status, reason, command } = end.end
  return `${asked}${status}${reason === null ? '' : ` (${reason})`}${command === null ? '' : ` -> ${command}`}`
}

function tell(history: History, { journal }: World, ends: readonly string[], violations: Violations): string {
  const broken = Object.entries(violations).flatMap(([rule, found]) =>
    found.map((one) => `BROKEN ${rule} (${SAFETY_RULES[rule as SafetyRule]}): ${one}`),
  )
  return [describeHistory(history), '', ...journal.lines, '', ...ends, '', ...broken].join('\n')
}
