/** The real parts of a run at work. Loaded only by the commands that work. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Agent } from '../agent/agent.ts'
import { createClaudeAgent } from '../agent/claude/claude-agent.ts'
import { describeCredentials } from '../agent/claude/credentials.ts'
import { describeAccount, toAgentEnvironment } from '../config/agent-environment.ts'
import { claudetmHome, poolDirectory } from '../config/paths.ts'
import { Failure } from '../domain/failure.ts'
import type { RunOptions } from '../domain/run.ts'
import type { Forge, ForgeDescription } from '../forge/forge.ts'
import { toProjectEnvironment } from '../lib/environment.ts'
import { endMarkedProcesses } from '../lib/marked-processes.ts'
import { chooseForge, preflight } from '../operations/preflight.ts'
import type { OpenedRun, RunParts } from '../operations/run-parts.ts'
import type { WebhookParts } from '../operations/webhooks/webhook-parts.ts'
import type { RunLock } from '../store/store.ts'
import { createSandbox } from '../workspace/confinement/create-sandbox.ts'
import type { Git } from '../workspace/git.ts'
import {
  commonGitDirectory,
  currentBranch,
  DEFAULT_IDENTITY,
  describeCommits,
  findRemote,
  guessTargetBranch,
  type Identity,
  readIdentity,
} from '../workspace/repository.ts'
import type { Sandbox } from '../workspace/sandbox.ts'
import type { Workspaces } from '../workspace/workspace.ts'
import { ensureExcluded, STATE_PATTERN } from '../workspace/worktrees/exclude.ts'
import { createWorkspaces } from '../workspace/worktrees/workspaces.ts'
import { clock } from './clock.ts'
import { discreetAgent, discreetStore, redactionFor } from './discretion.ts'
import { createForge, type ForgeRequest } from './forges.ts'
import { type House, type HouseBase, openHouse } from './house.ts'
import { readPerson } from './person.ts'
import { findInstallation } from './place.ts'
import { createRunWebhooks } from './run-webhooks.ts'

/** PR groups worked on side by side; the engine thinks in a graph already. */
const CONCURRENCY = 1
/** An orphaned agent writes down what it has before it goes. */
const LEFTOVER_GRACE_MS = 2_000

/** What somebody else brings along, instead of what is made here or beside it. */
export type Replaced = {
  readonly agent?: Agent
  /** Of the server this run works in: told as well. */
  readonly webhooks?: WebhookParts
} & Pick<ForgeRequest, 'intake'>

export async function createRunParts(base: HouseBase, replaced: Replaced = {}): Promise<RunParts> {
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
    mailbox: house.mailbox,
    now: clock.now,
    webhooks: createRunWebhooks(house, replaced.webhooks ?? null),
    preflight: (request) =>
      preflight(
        {
          git,
          config: house.resolved.config,
          account: accountOf(house),
          isGithub: house.github.isGithub,
          ready: (options) => askReady(house, options),
          requireSandbox: async (mode) => void (await sandbox(mode)),
        },
        request,
      ),
    openForge: (options) => lookingForge(house, options),
    currentBranch: () => currentBranch(git),
    async pushCurrentBranch({ remote, ref }) {
      await git.run(['push', '--quiet', remote, `HEAD:${ref}`])
    },
    describeCommits: (base) => describeCommits(git, base),
    person: () => readPerson(base),
    ignoreState: async () => ensureExcluded(await commonGitDirectory(git), [STATE_PATTERN]),
    endLeftovers: () => endMarkedProcesses({ ...house.mark, graceMs: LEFTOVER_GRACE_MS }),
    open: async (lock, options, extras) =>
      open(house, await sandbox(options.sandbox), { lock, options, replaced, ...extras }),
    exitNow: (code) => {
      void endMarkedProcesses(house.mark).finally(() => process.exit(code))
    },
  }
}

function accountOf({ base, resolved }: House): string | null {
  return describeAccount(resolved, describeCredentials(base.environment, homeOf(base))?.description ?? null)
}

function homeOf(base: HouseBase): string {
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
    // The person's checkout holds what is in no commit: an .env file, our state, the configuration with its keys.
    hiddenPaths: [claudetmHome(environment), house.repository],
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
  {
    lock,
    options,
    emit,
    webhookPort,
    replaced,
  }: { lock: RunLock; options: RunOptions; replaced: Replaced } & Parameters<RunParts['open']>[2],
): Promise<OpenedRun> {
  const { base, git, resolved, store, mark } = house
  const { config } = resolved
  const identity = await identityOf(git)
  const ambient = describeCredentials(base.environment, homeOf(base)) !== null
  const workspaces = workspacesOf(house, sandbox, identity)
  const redact = redactionFor(base.environment, resolved)
  const { intake } = replaced
  const forge = await createForge(house, {
    options,
    workspaces,
    identity,
    emit,
    webhookPort,
    ...(intake !== undefined && { intake }),
  })
  const agent =
    replaced.agent ??
    createClaudeAgent({
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
      store: discreetStore(store, redact),
      lock,
      mailbox: house.mailbox,
      agent: discreetAgent(agent, redact),
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
    forge: await placeOf(house, options),
    warnings: resolved.warnings,
  }
}

async function identityOf(git: Git): Promise<Identity> {
  const { name, email } = await readIdentity(git)
  return { name: name ?? DEFAULT_IDENTITY.name, email: email ?? DEFAULT_IDENTITY.email }
}

async function placeOf(house: House, { forge }: RunOptions): Promise<string> {
  if (forge === 'local') return 'the built-in forge'
  const { owner, name, host } = (await house.github.remote()).address
  return `${owner}/${name} on ${host}`
}

/** For who asks before a run, or only looks: nothing of the project is run with it. */
async function lookingForge(house: House, options: Pick<RunOptions, 'forge' | 'targetBranch'>): Promise<Forge> {
  const identity = await identityOf(house.git)
  const workspaces = workspacesOf(house, UNCONFINED, identity)
  return createForge(house, { options, workspaces, identity, emit: () => {}, webhookPort: null })
}

async function askReady(house: House, options: RunOptions): Promise<ForgeDescription> {
  const forge = await lookingForge(house, options)
  try {
    return await forge.ready({ admin: options.admin })
  } finally {
    await forge.close()
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

const UNCONFINED: Sandbox = { kind: 'none', description: '', wrap: (file, args) => ({ file, args }) }

/** For who only tidies up: nothing of the project is run. Outside of a repository there is nothing to tidy. */
export async function removeWorkspaces(base: HouseBase): Promise<void> {
  try {
    await workspacesOf(await openHouse(base), UNCONFINED, DEFAULT_IDENTITY).removePool()
  } catch (error) {
    if (!(error instanceof Failure && error.kind === 'not_a_repository')) throw error
  }
}

/** For the commands that look at pull requests: the forge of the run that is here, else the one its remote names. */
export async function openForge(base: HouseBase): Promise<{ forge: Forge; headBranch: string | null }> {
  const house = await openHouse(base)
  const { git, resolved } = house
  const [state, branch, remote] = await Promise.all([house.store.load(), currentBranch(git), findRemote(git)])
  const options = state?.options ?? {
    forge: chooseForge(house.github, remote, resolved.config.forge),
    targetBranch: resolved.config.git.targetBranch ?? (await guessTargetBranch(git, remote)) ?? 'main',
  }
  return { forge: await lookingForge(house, options), headBranch: branch?.name ?? null }
}
