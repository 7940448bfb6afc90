/**
 * What the command line is given. `compose.ts` makes it; nothing here reads the process on its own, and nothing that is
 * slow to load is made before it is asked for.
 */

import type { RunId } from '../domain/ids.ts'
import type { Forge } from '../forge/forge.ts'
import type { ConfigPath, ShownConfig } from '../operations/config.ts'
import type { DoctorCheck } from '../operations/doctor/finding.ts'
import type { MergePrRequest, ResumeRequest, RunEnd, RunObserver, StartRequest } from '../operations/run-request.ts'
import type { WebhookParts } from '../operations/webhooks/webhook-parts.ts'
import type { Mailbox } from '../store/mailbox.ts'
import type { RunView, Store } from '../store/store.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** What is known before anything is composed. */
export type CliBase = {
  /** Opened when it is asked for: few commands read, and opening takes time. */
  readonly openStdin: () => NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly environment: Environment
  readonly cwd: string
  readonly version: string
  /** Nobody reads our output any more. */
  readonly outputClosed: AbortSignal
}

export type OpenedForge = {
  readonly forge: Forge
  /** The branch checked out; null when HEAD is detached. */
  readonly headBranch: string | null
}

/** Cheap: parts load what they are made of when they are used. */
export type Compose = (base: CliBase) => CliParts

export type CliParts = CliBase & {
  /** Of the repository that `cwd` is in, whether it exists or not. */
  readonly stateDirectory: string
  now(): number
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  openStore(): Promise<Store>
  openMailbox(): Promise<Mailbox>
  /** Runs of this repository that were put away; empty where nothing is kept. */
  openArchived(): Promise<(runId: RunId) => RunView>
  startRun(request: StartRequest, observer: RunObserver): Promise<RunEnd>
  resumeRun(request: ResumeRequest, observer: RunObserver): Promise<RunEnd>
  mergePr(request: MergePrRequest, observer: RunObserver): Promise<RunEnd>
  /** For commands that only look: to be closed by who asked. */
  openForge(): Promise<OpenedForge>
  /** `write` prints a line beside the run's own. */
  runDemo(observer: RunObserver, write: (line: string) => void): Promise<RunEnd>
  /** Removes the worktrees of this repository that hold nothing uncommitted. */
  removeWorkspaces(): Promise<void>
  /** Who gives orders here, as git knows them. */
  person(): Promise<string>
  doctor(): Promise<readonly DoctorCheck[]>
  openWebhooks(): Promise<WebhookParts>
  initConfig(request: { force: boolean }): Promise<{ path: string }>
  showConfig(request: { showSecrets: boolean }): Promise<ShownConfig>
  configPaths(): Promise<readonly ConfigPath[]>
  /** Until the client goes. `directory`: instead of where the command was called. */
  serveMcp(directory: string | null): Promise<number>
}

/** Made when a command runs, and not before. */
export type Parts = () => CliParts

/** What a command's action does with its exit code; commander itself has no use for it. */
export type Finish = (exitCode: number) => void
