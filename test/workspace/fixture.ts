/** A repository with a remote, in a directory with a name that is hard on careless code, and workspaces for it. */
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../../src/lib/command.ts'
import { createGit, type Git } from '../../src/workspace/git.ts'
import type { Sandbox } from '../../src/workspace/sandbox.ts'
import type { Workspaces } from '../../src/workspace/workspace.ts'
import { createWorkspaces, type WorkspaceSettings } from '../../src/workspace/worktrees/workspaces.ts'
import type { WorkspaceFixture } from '../contracts/workspace.contract.ts'
import { createRepository } from '../support/repository.ts'

export type Fixture = WorkspaceFixture & {
  readonly pool: string
  readonly environment: Readonly<Record<string, string>>
  open(settings?: Partial<WorkspaceSettings>, environment?: Record<string, string>, sandbox?: Sandbox): Workspaces
  /** The same pool in a new process whose git is another one. */
  openWith(wrap: (git: Git) => Git): Workspaces
}

const OPEN_SANDBOX: Sandbox = { kind: 'none', description: 'none', wrap: (file, args) => ({ file, args }) }
const DEFAULT_FILES = { 'README.md': 'hello\n', 'check.sh': 'exit 0\n' }

export async function createFixture(files: Readonly<Record<string, string>> = DEFAULT_FILES): Promise<Fixture> {
  const made = await createRepository({ files, remote: 'bare' })
  const repository = join(made.directory, "my répo's 東")
  await rename(made.path, repository)
  const pool = join(made.directory, 'pöol of trees', 'claudetm')
  const git = createGit(made.directory, made.environment)
  const open = (
    settings: Partial<WorkspaceSettings> = {},
    environment: Record<string, string> = {},
    sandbox: Sandbox = OPEN_SANDBOX,
    through: Git = git,
  ) =>
    createWorkspaces({
      repository,
      git: through,
      poolDirectory: pool,
      sandbox,
      environment: { ...made.environment, ...environment },
      identity: { name: 'Contract', email: 'contract@example.com' },
      settings: {
        checks: [{ name: 'check', command: 'sh check.sh' }],
        installCommand: null,
        checkTimeoutMs: 1_500,
        installTimeoutMs: 60_000,
        ...settings,
      },
      now: () => 1,
      processMark: { CLAUDETM_TEST: '1' },
    })
  return {
    pool,
    repository,
    environment: made.environment,
    remote: made.remotePath ?? '',
    open,
    openWith: (wrap) => open({}, {}, OPEN_SANDBOX, wrap(git)),
    workspaces: open(),
    reopen: open,
    cleanup: made.cleanup,
    async git(cwd, ...args) {
      const result = await runCommand('git', args, { cwd, env: made.environment, timeoutMs: 60_000 })
      if (result.exitCode !== 0) throw new Error(`git ${args.join(' ')} failed: ${result.output}`)
      return result.stdout.trimEnd()
    },
  }
}
