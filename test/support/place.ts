/** A repository, a scripted model and an environment in which the command line finds both and nothing of the developer's. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Scenario } from '../../src/demo/scripted-model/script.ts'
import { createScriptedModel, type ScriptedModel } from '../../src/demo/scripted-model/scripted-model.ts'
import { createRepository, type RepositoryRequest, type TestRepository } from './repository.ts'

export type Place = {
  readonly repository: TestRepository
  readonly model: ScriptedModel
  readonly env: Readonly<Record<string, string>>
  cleanup(): Promise<void>
}

export async function createPlace(request: {
  scenario: Scenario
  repository?: RepositoryRequest
  delayMs?: number
  env?: Record<string, string>
}): Promise<Place> {
  const repository = await createRepository({ remote: 'bare', ...request.repository })
  const model = await createScriptedModel({ scenario: request.scenario, delayMs: request.delayMs ?? 0 })
  const home = join(repository.directory, 'home')
  await mkdir(home, { recursive: true })
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_API_KEY: 'test',
    CLAUDETM_HOME: join(home, '.claudetm'),
    CLAUDE_CONFIG_DIR: join(home, '.claude'),
    ...request.env,
  }
  return {
    repository,
    model,
    env,
    async cleanup() {
      await model.close()
      await repository.cleanup()
    },
  }
}
