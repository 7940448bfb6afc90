/** The real parts of a run at work. Loaded only by the commands that work. */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { createClaudeAgent } from '../agent/claude/claude-agent.ts'
import { describeCredentials } from '../agent/claude/credentials.ts'
import type { CliBase } from '../cli/parts.ts'
import { describeAccount, toAgentEnvironment } from '../config/agent-environment.ts'
import { claudetmHome, poolDirectory, stateDirectory } from '../config/paths.ts'
import type { ResolvedConfig } from '../config/resolve.ts'
import { Failure } from '../domain/failure.ts'
import type { RunOptions } from '../domain/run.ts'
import { createLocalForge } from '../forge/local/local-forge.ts'
import { toProjectEnvironment } from '../lib/environment.ts'
import { endMarkedProcesses } from '../lib/marked-processes.ts'
import { preflight } from '../operations/preflight.ts'
import type { OpenedRun, RunParts } from '../operations/run-parts.ts'
import { createStateDirStore } from '../store/state-dir/state-dir-store.ts'
import type { RunLock, Store } from '../store/store.ts'
import { createSandbox } from '../workspace/confinement/create-sandbox.ts'
import { createGit, type Git } from '../workspace/git.ts'
import {
  commonGitDirectory,
  DEFAULT_IDENTITY,
  findRemote,
  findTopLevel,
  type Identity,
  readIdentity,
} from '../workspace/repository.ts'
import type { Sandbox } from '../workspace/sandbox.ts'
import type { Workspaces } from '../workspace/workspace.ts'
import { ensureExcluded, STATE_PATTERN } from '../workspace/worktrees/exclude.ts'
import { createWorkspaces } from '../workspace/worktrees/workspaces.ts'
import { clock } from './clock.ts'
import { readConfig } from './configuration.ts'
import { gitEnvironment, ownerMark } from './environments.ts'
import { findInstallation } from './place.ts'

/** PR groups worked on side by side; the engine thinks in a graph already. */
const CONCURRENCY = 1
/** Checks of one commit that run at the same time in local CI. */
const CHECK_CONCURRENCY = 2
/** An orphaned agent writes down what it has before it goes. */
const LEFTOVER_GRACE_MS = 2_000

type House = {
  readonly base: CliBase
  readonly repository: string
  readonly git: Git
  readonly resolved: ResolvedConfig
  readonly store: Store
  readonly mark: { readonly name: string; readonly value: string }
}

async function openHouse(base: CliBase): Promise<House> {
  const here = createGit(base.cwd, gitEnvironment(base.environment))
  const repository = await findTopLevel(here)
  const git = here.at(repository)
  const state = stateDirectory(repository)
  return {
    base,
    repository,
    git,
    resolved: readConfig(base.environment, repository),
    store: createStateDirStore({ directory: state, now: clock.now, host: hostname(), pid: process.pid }),
    mark: ownerMark(state),
  }
}

export async function createRunParts(base: CliBase): Promise<RunParts> {
  const house = await openHouse(base)
  const { git } = house
  // Whether the sandbox works is tried once, by the preflight or by the run.
  let known: { mode: string; sandbox: Promise<Sandbox> } | null = null
  const sandbox = (mode: RunOptions['sandbox']) => {
    if (known?.mode !== mode) known = { mode, sandbox: sandboxOf(house, mode) }
    return known.sandbox
  }
  return {
    store: house.store,
    now: clock.now,
    preflight: (request) =>
      preflight(
        {
          git,
          config: house.resolved.config,
          account: accountOf(house),
          requireSandbox: async (mode) => void (await sandbox(mode)),
        },
        request,
      ),
    ignoreState: async () => ensureExcluded(await commonGitDirectory(git), [STATE_PATTERN]),
    endLeftovers: () => endMarkedProcesses({ ...house.mark, graceMs: LEFTOVER_GRACE_MS }),
    open: async (lock, options, emit) => open(house, await sandbox(options.sandbox), { lock, options, emit }),
    exitNow: (code) => {
      void endMarkedProcesses(house.mark).finally(() => process.exit(code))
    },
  }
}

function accountOf({ base, resolved }: House): string | null {
  return describeAccount(resolved, describeCredentials(base.environment, homeOf(base))?.description ?? null)
}

function homeOf(base: CliBase): string {
  return base.environment.HOME ?? '/'
}

export async function sandboxOf(
  house: Pick<House, 'base' | 'repository'>,
  mode: RunOptions['sandbox'],
): Promise<Sandbox> {
  const { environment } = house.base
  return createSandbox({
    mode,
    home: homeOf(house.base),
    environmentPath: environment.PATH ?? '',
    platform: process.platform,
    hiddenPaths: [claudetmHome(environment), stateDirectory(house.repository)],
    cacheDirectory: join(
      claudetmHome(environment),
      'cache',
      poolDirectory(house.repository, environment).split('/').at(-1) ?? '',
    ),
  })
}

async function open(
  house: House,
  sandbox: Sandbox,
  { lock, options, emit }: { lock: RunLock; options: RunOptions; emit: Parameters<RunParts['open']>[2] },
): Promise<OpenedRun> {
  const { base, git, resolved, store, mark } = house
  const { config } = resolved
  const [remote, known] = await Promise.all([findRemote(git), readIdentity(git)])
  const identity = { name: known.name ?? DEFAULT_IDENTITY.name, email: known.email ?? DEFAULT_IDENTITY.email }
  const ambient = describeCredentials(base.environment, homeOf(base)) !== null
  const workspaces = workspacesOf(house, sandbox, identity)
  const forge = createLocalForge({
    git,
    directory: join(store.location, 'forge'),
    targetBranch: options.targetBranch,
    remote: remote?.name ?? null,
    checks: workspaces,
    identity,
    now: clock.now,
    emit,
    checkConcurrency: CHECK_CONCURRENCY,
  })
  const agent = createClaudeAgent({
    sandbox,
    environment: { ...base.environment, [mark.name]: mark.value },
    credentials: toAgentEnvironment(resolved, ambient),
    endProcesses: endMarkedProcesses,
    now: clock.now,
    tools: config.tools,
    limits: config.limits,
  })
  return {
    parts: {
      store,
      lock,
      agent,
      forge,
      workspaces,
      clock,
      newId: randomUUID,
      policy: {
        ...config.policy,
        usageLimitMaxWaits: config.limits.usageLimitMaxWaits,
        usageLimitMaxWaitMs: config.limits.usageLimitMaxWaitMs,
      },
      models: config,
      maxTurns: config.limits.maxTurns,
      concurrency: CONCURRENCY,
    },
    protection: sandbox.description,
    account: accountOf(house) ?? 'none',
    warnings: resolved.warnings,
  }
}

function workspacesOf(
  { base, git, repository, resolved, mark }: House,
  sandbox: Sandbox,
  identity: Identity,
): Workspaces {
  const { config } = resolved
  return createWorkspaces({
    repository,
    git,
    poolDirectory: poolDirectory(repository, base.environment),
    sandbox,
    environment: toProjectEnvironment(base.environment, findInstallation()),
    identity,
    settings: {
      checks: config.checks,
      installCommand: config.install,
      checkTimeoutMs: config.limits.checkTimeoutMs,
      installTimeoutMs: config.limits.installTimeoutMs,
    },
    now: clock.now,
    processMark: { [mark.name]: mark.value },
  })
}

/** For who only tidies up: nothing of the project is run. Outside of a repository there is nothing to tidy. */
export async function removeWorkspaces(base: CliBase): Promise<void> {
  const unconfined: Sandbox = { kind: 'none', description: '', wrap: (file, args) => ({ file, args }) }
  try {
    await workspacesOf(await openHouse(base), unconfined, DEFAULT_IDENTITY).removePool()
  } catch (error) {
    if (!(error instanceof Failure && error.kind === 'not_a_repository')) throw error
  }
}
