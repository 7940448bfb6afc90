/**
 * An agent behind the interface that needs no model and no process: it plans one task, commits one file, confirms
 * everything. `gate` is asked before each session ends, so that a test or a load can hold it back.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Agent, SessionRequest, SessionSpend } from '../../../src/agent/agent.ts'
import { runCommand } from '../../../src/lib/command.ts'

export type Gate = (request: SessionRequest, signal: AbortSignal) => Promise<void>

const SPEND: Omit<SessionSpend, 'durationMs'> = {
  costUsd: 0.25,
  usage: {
    'claude-opus-5': { inputTokens: 100, outputTokens: 20, cacheReadTokens: 0, cacheWriteTokens: 0 },
  },
  turns: 1,
  contextTokens: 120,
}

export function createQuickAgent(gate: Gate): Agent {
  return {
    async run(request, { signal, onActivity }) {
      const startedAt = performance.now()
      const spend = () => ({ ...SPEND, durationMs: Math.round(performance.now() - startedAt) })
      onActivity({ kind: 'text', text: `a session of kind ${request.kind}`, subagent: null })
      try {
        await gate(request, signal)
        const output = await answer(request)
        return { outcome: 'completed', output, ...spend() }
      } catch (error) {
        if (signal.aborted) return { outcome: 'aborted', ...spend() }
        throw error
      }
    },
    recall: async () => ({ kind: 'absent' }),
    describe: () => ({ protection: 'none', account: 'a quick agent' }),
  }
}

async function answer(request: SessionRequest): Promise<unknown> {
  switch (request.kind) {
    case 'plan':
      return plan(['Write the first file'])
    case 'plan-update':
      return plan(['Write the first file', 'Write what the message asks for'])
    case 'verify':
    case 'confirm':
      return { verdicts: [{ criterion: 0, verdict: 'confirmed', evidence: 'seen' }] }
    default:
      await commitFile(request)
      return { outcome: 'done', summary: 'The file is there.', learnings: ['Files are written by hand'] }
  }
}

function plan(titles: readonly string[]): unknown {
  return {
    criteria: [{ text: 'There is a commit', command: 'git rev-parse HEAD' }],
    groups: titles.map((title) => ({ title, touches: ['*.txt'], tasks: [{ title, complexity: 'quick' }] })),
  }
}

async function commitFile({ cwd, sessionId, git: { identity } }: SessionRequest): Promise<void> {
  await writeFile(join(cwd, `${sessionId}.txt`), 'hello\n')
  const author = ['-c', `user.name=${identity.name}`, '-c', `user.email=${identity.email}`]
  await git(cwd, ['add', '--all'])
  await git(cwd, [...author, 'commit', '--quiet', '-m', `add ${sessionId}.txt`])
}

async function git(cwd: string, args: readonly string[]): Promise<void> {
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/', GIT_CONFIG_NOSYSTEM: '1' }
  const { exitCode, output } = await runCommand('git', args, { cwd, env, timeoutMs: 60_000 })
  if (exitCode !== 0) throw new Error(`git ${args.join(' ')}: ${output}`)
}
