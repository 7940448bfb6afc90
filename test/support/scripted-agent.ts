/** The real agent with its real process, talking to a scripted model: what tests of sessions start from. */
import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Agent, AgentActivity, SessionRequest, SessionResult } from '../../src/agent/agent.ts'
import { type ClaudeAgentOptions, createClaudeAgent } from '../../src/agent/claude/claude-agent.ts'
import { outputSchema } from '../../src/agent/outputs.ts'
import type { Scenario } from '../../src/demo/scripted-model/script.ts'
import {
  createScriptedModel,
  type ScriptedModel,
  type ScriptedModelOptions,
} from '../../src/demo/scripted-model/scripted-model.ts'
import type { ConversationId, SessionId } from '../../src/domain/ids.ts'
import { endMarkedProcesses } from '../../src/lib/marked-processes.ts'
import type { Sandbox } from '../../src/workspace/sandbox.ts'
import { createRepository, TEST_IDENTITY, type TestRepository } from './repository.ts'

export const NO_SANDBOX: Sandbox = { kind: 'none', description: 'no sandbox', wrap: (file, args) => ({ file, args }) }

export const DONE = { outcome: 'done', summary: 'It is done.' }

export type ScriptedAgent = {
  readonly agent: Agent
  readonly model: ScriptedModel
  readonly repository: TestRepository
  /** The agent's options, for tests that make another agent of the same account. */
  readonly options: ClaudeAgentOptions
  /** A work session in the repository; anything can be set otherwise. */
  request(changes?: Partial<SessionRequest>): SessionRequest
  run(
    changes?: Partial<SessionRequest>,
    context?: { signal?: AbortSignal; onActivity?: (activity: AgentActivity) => void },
  ): Promise<SessionResult & { activities: readonly AgentActivity[] }>
  cleanup(): Promise<void>
}

export type ScriptedAgentRequest = {
  readonly scenario: Scenario
  readonly files?: Readonly<Record<string, string>>
  readonly model?: Omit<ScriptedModelOptions, 'scenario'>
  readonly agent?: Partial<ClaudeAgentOptions>
  /** Added to the environment the agent is given. */
  readonly environment?: Readonly<Record<string, string>>
}

export async function createScriptedAgent(setup: ScriptedAgentRequest): Promise<ScriptedAgent> {
  const repository = await createRepository(setup.files === undefined ? {} : { files: setup.files })
  const model = await createScriptedModel({ scenario: setup.scenario, ...setup.model })
  const options = toOptions(repository, model, setup)
  const agent = createClaudeAgent(options)
  await mkdir(options.environment.HOME ?? '', { recursive: true })
  const request = (changes: Partial<SessionRequest> = {}) => ({ ...toRequest(repository), ...changes })
  return {
    agent,
    model,
    repository,
    options,
    request,
    async run(changes = {}, { signal = new AbortController().signal, onActivity } = {}) {
      const activities: AgentActivity[] = []
      const result = await agent.run(request(changes), {
        signal,
        onActivity(activity) {
          activities.push(activity)
          onActivity?.(activity)
        },
      })
      return { ...result, activities }
    },
    async cleanup() {
      await model.close()
      await repository.cleanup()
    },
  }
}

function toOptions(repository: TestRepository, model: ScriptedModel, setup: ScriptedAgentRequest): ClaudeAgentOptions {
  const home = join(repository.directory, 'home')
  return {
    sandbox: NO_SANDBOX,
    environment: {
      PATH: process.env.PATH,
      HOME: home,
      CLAUDE_CONFIG_DIR: join(home, '.claude'),
      ANTHROPIC_BASE_URL: model.url,
      ANTHROPIC_API_KEY: 'sk-test',
      ...setup.environment,
    },
    credentials: {},
    now: Date.now,
    endProcesses: endMarkedProcesses,
    ...setup.agent,
    limits: { apiRetries: 0, ...setup.agent?.limits },
  }
}

function toRequest(repository: TestRepository): SessionRequest {
  return {
    sessionId: randomUUID() as SessionId,
    kind: 'work',
    conversation: { mode: 'new', id: randomUUID() as ConversationId },
    cwd: repository.path,
    git: {
      commonDir: join(repository.path, '.git'),
      worktreeDir: join(repository.path, '.git'),
      branch: 'main',
      identity: TEST_IDENTITY,
    },
    access: 'write',
    mayRewriteHistory: false,
    instructions: 'Instructions of the test.',
    prompt: 'Do the work.',
    model: 'claude-sonnet-5',
    fallbackModels: [],
    effort: 'low',
    maxTurns: null,
    maxBudgetUsd: null,
    outputSchema: outputSchema('report'),
  }
}
