/** `claudetm start`, `resume`, `demo`: a run that works in this process while somebody may watch. */
import type { PrNumber } from '../../domain/ids.ts'
import type { LogLevel } from '../../domain/run.ts'
import type { RunEnd, RunObserver } from '../../operations/run-request.ts'
import type { ForgeFlags, MergeFlags, ResumeFlags, StartFlags } from '../flags.ts'
import { createJsonFace, createLineFace, type Face } from '../live/face.ts'
import { listenForInterrupts } from '../live/interrupts.ts'
import { isInForeground } from '../live/keys.ts'
import type { CliParts } from '../parts.ts'

export function start(parts: CliParts, goal: string, flags: StartFlags): Promise<number> {
  const request = {
    goal,
    model: flags.model ?? null,
    autoMerge: flags.autoMerge ?? null,
    maxSessions: flags.maxSessions ?? null,
    maxPrs: flags.prs ?? null,
    pauseOnPr: flags.pauseOnPr,
    prPerTask: flags.prPerTask,
    branch: flags.branch ?? null,
    targetBranch: flags.targetBranch ?? null,
    sessionBudgetUsd: flags.budget ?? null,
    maxCostUsd: flags.maxCost ?? null,
    criteria: flags.criteria ?? [],
    verify: flags.verify ?? null,
    logLevel: flags.logLevel ?? null,
    sandbox: flags.sandbox ?? null,
    syncBeforeMerge: flags.syncBeforeMerge ?? null,
    draft: flags.draft ?? null,
    ...forgeRequest(flags),
    admin: flags.admin ?? null,
    webhook: webhookRequest(flags),
  }
  return watch(parts, flags, (observer) => parts.startRun(request, observer))
}

export function mergePr(parts: CliParts, number: PrNumber | null, flags: MergeFlags): Promise<number> {
  const request = {
    number,
    maxIterations: flags.maxIterations,
    merge: flags.merge,
    createPr: flags.createPr,
    model: flags.model ?? null,
    maxCostUsd: flags.maxCost ?? null,
    logLevel: flags.logLevel ?? null,
    sandbox: flags.sandbox ?? null,
    ...forgeRequest(flags),
    admin: flags.admin ?? false,
    webhook: null,
  }
  return watch(parts, flags, (observer) => parts.mergePr(request, observer))
}

function forgeRequest(flags: ForgeFlags) {
  return {
    forge: flags.forge ?? null,
    mergeMethod: flags.mergeMethod ?? null,
    webhookPort: flags.webhookPort ?? null,
  }
}

function webhookRequest({ webhookUrl, webhookSecret }: StartFlags) {
  if (webhookUrl === undefined && webhookSecret === undefined) return null
  return { url: webhookUrl ?? null, secret: webhookSecret ?? null }
}

export function resume(parts: CliParts, message: string | null, flags: ResumeFlags): Promise<number> {
  const request = {
    message,
    force: flags.force,
    maxCostUsd: flags.maxCost ?? null,
    maxSessions: flags.maxSessions ?? null,
    autoMerge: flags.autoMerge ?? null,
    admin: flags.admin ?? null,
    webhookPort: flags.webhookPort ?? null,
    webhook: null,
  }
  return watch(parts, flags, (observer) => parts.resumeRun(request, observer))
}

export function demo(parts: CliParts, flags: { json?: true }): Promise<number> {
  return watch(parts, flags, (observer, face) => parts.runDemo(observer, face.note))
}

type Shown = { json?: true; logLevel?: LogLevel }

async function watch(
  parts: CliParts,
  shown: Shown,
  run: (observer: RunObserver, face: Face) => Promise<RunEnd>,
): Promise<number> {
  const { face, keyboard } = await chooseFace(parts, shown)
  const interrupts = listenForInterrupts({ keyboard, onEnding: face.onEnding, exitNow: () => process.exit(2) })
  try {
    const { onEvent, onState } = face
    const end = await run({ onEvent, onState, onControl: interrupts.attach }, face)
    face.close()
    if (end.exitCode === 0 && end.reason !== null) face.note(end.reason)
    if (end.command !== null) face.note(`Go on with: ${end.command}`)
    return end.exitCode
  } finally {
    interrupts.close()
    face.close()
  }
}

async function chooseFace(parts: CliParts, shown: Shown): Promise<{ face: Face; keyboard: NodeJS.ReadStream | null }> {
  const level = shown.logLevel ?? null
  if (shown.json === true) return { face: createJsonFace(parts), keyboard: null }
  if (parts.stdout.isTTY !== true || parts.environment.TERM === 'dumb') {
    return { face: createLineFace(parts, level), keyboard: null }
  }
  const { createLiveFace } = await import('../live/live-face.ts')
  const stdin = parts.openStdin()
  const keyboard = stdin.isTTY === true && isInForeground() ? stdin : null
  const hint = keyboard === null ? 'Ctrl+C stops' : 'Ctrl+C stops · Esc pauses'
  return { face: createLiveFace(parts, level, hint), keyboard }
}
