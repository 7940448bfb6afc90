/**
 * A real git repository in a temporary directory, with an initial commit, its own identity and none of the developer's
 * configuration. Used by every test that needs git.
 */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runCommand } from '../../src/lib/command.ts'
import { metHalfMadeWorktree } from '../../src/workspace/git.ts'

export type RepositoryRequest = {
  /** Content of the initial commit, path to text; default one README.md. */
  readonly files?: Readonly<Record<string, string>>
  /** `bare`: a bare repository beside it is the remote `origin`, with the branch pushed. */
  readonly remote?: 'bare' | null
  /** Default `main`. */
  readonly branch?: string
}

export type TestRepository = {
  readonly path: string
  readonly remotePath: string | null
  /** Temporary directory that holds the repository and its remote: room for whatever else a test needs. */
  readonly directory: string
  /** The complete environment git runs with here. */
  readonly environment: Readonly<Record<string, string>>
  /** Standard output without trailing newlines; throws with git's own words when it fails. */
  git(args: readonly string[]): Promise<string>
  /** Writes a file of the working tree, parents included. */
  write(path: string, text: string): Promise<void>
  cleanup(): Promise<void>
}

export const TEST_IDENTITY = { name: 'Test Author', email: 'author@example.com' }

export async function createRepository(request: RepositoryRequest = {}): Promise<TestRepository> {
  const { files = { 'README.md': 'hello\n' }, remote = null, branch = 'main' } = request
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'claudetm-test-')))
  const path = join(directory, 'repository')
  const remotePath = remote === 'bare' ? join(directory, 'remote.git') : null
  const environment = gitEnvironment(directory)
  const git = (args: readonly string[]) => runGit(path, environment, args)

  async function write(file: string, text: string): Promise<void> {
    const target = join(path, file)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, text)
  }

  await mkdir(path)
  await git(['init', '-q', '-b', branch])
  for (const [file, text] of Object.entries(files)) await write(file, text)
  await git(['add', '-A'])
  await git(['commit', '-q', '--allow-empty', '-m', 'initial commit'])
  if (remotePath !== null) {
    await git(['init', '-q', '--bare', '-b', branch, remotePath])
    await git(['remote', 'add', 'origin', remotePath])
    await git(['push', '-q', '-u', 'origin', branch])
  }
  return {
    path,
    remotePath,
    directory,
    environment,
    git,
    write,
    cleanup: () => rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }),
  }
}

function gitEnvironment(home: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: home,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: TEST_IDENTITY.name,
    GIT_AUTHOR_EMAIL: TEST_IDENTITY.email,
    GIT_COMMITTER_NAME: TEST_IDENTITY.name,
    GIT_COMMITTER_EMAIL: TEST_IDENTITY.email,
    LC_ALL: 'C',
  }
}

/** Worktrees come and go while tests look: a git that met one half-made did nothing, and is asked again. */
async function runGit(
  cwd: string,
  env: Record<string, string>,
  args: readonly string[],
  attempts = 20,
): Promise<string> {
  const result = await runCommand('git', ['-c', 'gc.auto=0', ...args], { cwd, env, timeoutMs: 60_000 })
  if (attempts > 1 && metHalfMadeWorktree(result)) return runGit(cwd, env, args, attempts - 1)
  if (result.exitCode !== 0) throw new Error(`git ${args.join(' ')} failed: ${result.startError ?? result.output}`)
  return result.stdout.trimEnd()
}
