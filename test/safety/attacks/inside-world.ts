/** A machine in small for attacks from inside a session: a home full of logins, a checkout, two worktrees, a remote. */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { prepareConfinement } from '../../../src/agent/claude/confinement.ts'
import { toSessionEnvironment } from '../../../src/agent/claude/environment.ts'
import { judgeToolUse } from '../../../src/agent/claude/guard/tool-guard.ts'
import { DEFAULT_LIMITS } from '../../../src/agent/claude/limits.ts'
import { runCommand } from '../../../src/lib/command.ts'
import { createSandbox } from '../../../src/workspace/confinement/create-sandbox.ts'
import { createGit, type Git } from '../../../src/workspace/git.ts'
import type { Sandbox } from '../../../src/workspace/sandbox.ts'
import { readStatus } from '../../../src/workspace/worktrees/tree-status.ts'
import { TEST_IDENTITY } from '../../support/repository.ts'

export const LOOT = 'LOOT-91c7'
const RUN = 'claudetm/20260101-000000'

export type InsideWorld = {
  readonly directory: string
  readonly home: string
  readonly checkout: string
  readonly slot: string
  readonly git: Git
  /** Variables that scripts use: where things are. */
  readonly places: Readonly<Record<string, string>>
  /** What the guard says of this command line; null = it may run. */
  judge(command: string): string | null
  /** As the agent's Bash runs it. */
  run(command: string, protection: 'sandbox' | 'none'): Promise<string>
  /** Our own look at the worktree after the session, with the person's rights. */
  lookAfterwards(): Promise<void>
  cleanup(): Promise<void>
}

/** Below a directory that no sandbox hides: what is protected there is protected on purpose. */
const PLACE = join(import.meta.dirname, '../../../node_modules/.cache')

export async function createInsideWorld(): Promise<InsideWorld> {
  await mkdir(PLACE, { recursive: true })
  const directory = await mkdtemp(join(PLACE, 'attacks-'))
  const at = (path: string) => join(directory, path)
  const [home, checkout, slot] = [at('home'), at('checkout'), at('home/.claudetm/worktrees/demo/1')]
  for (const path of LOGINS) await write(at(path), `${LOOT} ${path}\n`)
  await write(at('home/.gitconfig'), `[credential]\n\thelper = store\n`)
  const server = createServer((_request, response) => response.end(LOOT))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  const host = { PATH: process.env.PATH ?? '', HOME: home, GIT_CONFIG_NOSYSTEM: '1' }
  const git = createGit(checkout, host)
  await prepareRepository(directory, git, slot)
  const parent = spawn('sleep', ['300'], { env: { ...host, ORCHESTRATOR_TOKEN: LOOT }, stdio: 'ignore' })

  const sandbox = await sandboxOf(home, checkout)
  const environment = { ...host, ...SECRETS, CLAUDE_CONFIG_DIR: join(home, '.claude') }
  const gitAccess = {
    commonDir: join(checkout, '.git'),
    worktreeDir: join(checkout, '.git/worktrees/1'),
    branch: `${RUN}/g1`,
    identity: TEST_IDENTITY,
  }
  const places = {
    SIDE: directory,
    PARENT: String(parent.pid),
    PORT: String((server.address() as AddressInfo).port),
    RUN,
  }
  const rules = { mayRewriteHistory: false, cwd: slot, resolvePath: (_from: string, path: string) => path }

  return {
    directory,
    home,
    checkout,
    slot,
    git,
    places,
    judge: (command) => judgeToolUse({ tool: 'Bash', input: { command }, from: slot }, rules),
    async run(command, protection) {
      const session = {
        cwd: slot,
        git: gitAccess,
        access: 'write' as const,
        mayRewriteHistory: false,
        sessionId: 's' as never,
      }
      const confinement = await prepareConfinement({
        session,
        claudeDirectory: join(home, '.claude'),
        homeDir: home,
        environment,
      })
      const env = toSessionEnvironment({ environment, credentials: {}, session, limits: DEFAULT_LIMITS })
      const wrapped =
        protection === 'sandbox'
          ? sandbox.wrap('bash', ['-c', command], confinement)
          : { file: 'bash', args: ['-c', command] }
      const options = { cwd: slot, env: { ...env, ...places }, timeoutMs: 20_000 }
      return (await runCommand(wrapped.file, wrapped.args, options)).output
    },
    async lookAfterwards() {
      await readStatus(git.at(slot), 'all').catch(() => null)
      await git.at(slot).try(['log', '-1', '-p', '--no-textconv', '--no-ext-diff'])
    },
    async cleanup() {
      parent.kill('SIGKILL')
      server.close()
      await rm(directory, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** As the program composes it for a run. */
function sandboxOf(home: string, checkout: string): Promise<Sandbox> {
  return createSandbox({
    mode: 'on',
    home,
    environmentPath: process.env.PATH ?? '',
    platform: process.platform,
    hiddenPaths: [join(home, '.claudetm'), checkout],
  })
}

const LOGINS = [
  ...['.ssh/id_ed25519', '.netrc', '.npmrc', '.config/gh/hosts.yml', '.aws/credentials', '.docker/config.json'],
  ...[
    '.claude/.credentials.json',
    '.claude.json',
    '.claude/projects/other/c.jsonl',
    '.claudetm/config.json',
    '.claudetm/worktrees/demo/2/secret.txt',
  ],
]
  .map((path) => `home/${path}`)
  .concat('checkout/.env', 'checkout/.claude-task-master/config.json', 'checkout/.claude-task-master/state.json')

const SECRETS = {
  GH_TOKEN: `${LOOT}-gh`,
  GITHUB_TOKEN: `${LOOT}-github`,
  STRIPE_SECRET: `${LOOT}-stripe`,
  CLAUDETM_GITHUB_WEBHOOK_SECRET: `${LOOT}-hook`,
  ANTHROPIC_API_KEY: `${LOOT}-own`,
}

async function prepareRepository(directory: string, git: Git, slot: string): Promise<void> {
  const remote = join(directory, 'remote.git')
  await write(join(directory, 'home/.git-credentials'), `https://me:${LOOT}@github.example\n`)
  for (const args of [
    ['init', '--quiet', '--initial-branch=main', '.'],
    ['config', 'user.name', 'Owner'],
    ['config', 'user.email', 'owner@example.com'],
    ['commit', '--quiet', '--allow-empty', '--message=first'],
    ['repack', '-adq'],
    ['init', '--quiet', '--bare', remote],
    ['remote', 'add', 'origin', remote],
    ['push', '--quiet', 'origin', 'main'],
    ['config', 'remote.other.url', `https://me:${LOOT}@github.example/octo/demo.git`],
    ['branch', 'mine'],
    ['branch', `${RUN}/g2`],
    ['worktree', 'add', '--quiet', '-b', `${RUN}/g1`, slot],
  ]) {
    await git.run(args)
  }
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}
