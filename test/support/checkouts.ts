/**
 * Clean checkouts of commits as real git worktrees, with checks that a commit states itself: `checks.json` maps names to
 * shell commands, `install.sh` stands for installing dependencies.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createLimit } from '../../src/forge/local/limit.ts'
import { runCommand } from '../../src/lib/command.ts'
import type { Slot, Workspaces } from '../../src/workspace/workspace.ts'
import { TEST_IDENTITY, type TestRepository } from './repository.ts'

const TIMEOUT_MS = 30_000

export function createCheckouts(
  repository: TestRepository,
): Pick<Workspaces, 'withCheckout' | 'install' | 'findChecks' | 'runCommand'> {
  const shell = (slot: Slot, command: string, signal: AbortSignal) =>
    runCommand('sh', ['-c', command], { cwd: slot.path, env: repository.environment, timeoutMs: TIMEOUT_MS, signal })

  const oneAtATime = createLimit(1) // adding a worktree fails when git meets one that is just being removed

  return {
    async withCheckout(commit, signal, use) {
      signal.throwIfAborted()
      const path = await mkdtemp(join(repository.directory, 'checkout-'))
      await oneAtATime(() => repository.git(['worktree', 'add', '--quiet', '--detach', path, commit]))
      const commonDir = join(repository.path, '.git')
      const worktreeDir = join(commonDir, 'worktrees', basename(path))
      try {
        return await use({ path, git: { commonDir, worktreeDir, branch: null, identity: TEST_IDENTITY } })
      } finally {
        await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
        await oneAtATime(() => repository.git(['worktree', 'prune']))
      }
    },
    async install(slot, signal) {
      if (!existsSync(join(slot.path, 'install.sh'))) return { kind: 'nothing' }
      const result = await shell(slot, 'sh install.sh', signal)
      const kind = result.exitCode === 0 ? 'installed' : 'failed'
      return { kind, command: 'sh install.sh', durationMs: result.durationMs, tail: result.output }
    },
    async findChecks(slot) {
      const file = join(slot.path, 'checks.json')
      if (!existsSync(file)) return []
      const commands: Record<string, string> = JSON.parse(await readFile(file, 'utf8'))
      return Object.entries(commands).map(([name, command]) => ({ name, command }))
    },
    async runCommand(slot, command, signal) {
      const { exitCode, timedOut, durationMs, output } = await shell(slot, command, signal)
      return { name: command, command, exitCode, timedOut, durationMs, tail: output }
    },
  }
}
