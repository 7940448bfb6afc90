/** A machine for a server: a home, a root with repositories, and nothing of the developer's. */
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '../../../src/lib/command.ts'
import { type LocalServer, startLocalServer } from './local-server.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'

export type Start = {
  readonly cwd?: string
  readonly gates?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export type Workplace = {
  readonly directory: string
  readonly root: string
  readonly env: Readonly<Record<string, string>>
  /** A repository with one commit below the root. */
  repository(name: string): Promise<string>
  /** In the process of the test. */
  serve(request?: Start): Promise<LocalServer>
  /** In a process of its own. */
  start(request?: Start): Promise<ServerProcess>
  cleanup(): Promise<void>
}

export async function createWorkplace(): Promise<Workplace> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'claudetm-server-')))
  const root = join(directory, 'work')
  const home = join(directory, 'home')
  await mkdir(root)
  await mkdir(home)
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    ANTHROPIC_API_KEY: 'test',
    CLAUDETM_HOME: join(home, '.claudetm'),
    CLAUDETM_ROOTS: root,
  }
  const started: ServerProcess[] = []
  const serving: LocalServer[] = []
  return {
    directory,
    root,
    env,
    async repository(name) {
      const path = join(root, name)
      await mkdir(path, { recursive: true })
      const git = async (args: readonly string[]) => {
        const result = await runCommand('git', args, { cwd: path, env, timeoutMs: 60_000 })
        if (result.exitCode !== 0) throw new Error(result.output)
      }
      await git(['init', '-q', '-b', 'main'])
      await git(['config', 'user.name', 'Test'])
      await git(['config', 'user.email', 'test@example.com'])
      await git(['commit', '-q', '--allow-empty', '-m', 'initial commit'])
      return path
    },
    async serve(request = {}) {
      const server = await startLocalServer({ cwd: directory, ...request, env: { ...env, ...request.env } })
      serving.push(server)
      return server
    },
    async start(request = {}) {
      const server = await startServerProcess({ cwd: directory, ...request, env: { ...env, ...request.env } })
      started.push(server)
      return server
    },
    async cleanup() {
      for (const { close } of serving) await close()
      for (const { child, kill } of started)
        if (child.exitCode === null && child.signalCode === null) await kill('SIGKILL')
      await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    },
  }
}
