/**
 * A whole run through the built command line, with a marked secret in every place we read one from, an agent and checks
 * that print and report whatever they can see; then everything that is left is searched.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { runCli } from '../../support/cli.ts'
import { createGithubPlace } from '../../support/github-story/place.ts'
import { findSecrets } from '../../support/github-story/secrets.ts'
import { createPlace } from '../../support/place.ts'
import { done, ONE_TASK, scenario } from '../../support/scripts.ts'

/** The session’s own: it can see it and may say it; nobody else may hear it. */
const OWN = 'sk-own-4f1d0c77a9b2'

const SECRETS: Readonly<Record<string, string>> = {
  OPENROUTER_API_KEY: 'sk-or-77bd2210c4aa',
  CLAUDETM_GITHUB_WEBHOOK_SECRET: 'hook-5c0a1193be7f',
  GH_ENTERPRISE_TOKEN: 'ghe-1b6f90d2aa31',
  GITLAB_TOKEN: 'glpat-90aa17c3f5d1',
  NPM_TOKEN: 'npm-8812fa0b6c3d',
  AWS_SECRET_ACCESS_KEY: 'aws-c1190d7e44b8',
  DATABASE_URL: 'postgres://app:pg-6e01b2c9d3f4@db.example.com/app',
  STRIPE_SECRET_KEY: 'stripe-0d2b77e1f9aa',
}
const CONFIGURED = { project: 'conf-3e9b55d10c2f', user: 'conf-a07c61f4e8d2' }
const MARKS = [
  ...Object.values(SECRETS).map((value) => /pg-\w+/.exec(value)?.[0] ?? value),
  ...Object.values(CONFIGURED),
]

const NOSY = 'env; cat ~/.claudetm/config.json .claude-task-master/config.json ../*/*/config.json 2>/dev/null; true'
const nosyScenario = scenario({
  plan: [{ answer: { ...ONE_TASK, criteria: [{ text: 'The file is there', command: `${NOSY}; test -f hello.txt` }] } }],
  work: [
    { bash: NOSY },
    { bash: 'echo hello > hello.txt && git add --all && git commit --quiet -m "add hello"' },
    done({ summary: `hello is there, the key is ${OWN}`, learnings: [`the key is ${OWN}`] }),
  ],
})
const files = {
  'README.md': 'hello\n',
  'package.json': JSON.stringify({ scripts: { test: NOSY } }),
}

const places: { cleanup(): Promise<void> }[] = []
afterEach(async () => {
  for (const place of places.splice(0)) await place.cleanup()
})

async function configure(repository: string, home: string): Promise<void> {
  const write = async (directory: string, config: object) => {
    await mkdir(directory, { recursive: true })
    await writeFile(join(directory, 'config.json'), JSON.stringify(config))
  }
  await write(join(repository, '.claude-task-master'), { api: { openrouter_api_key: CONFIGURED.project } })
  await write(join(home, '.claudetm'), { github: { webhook_secret: CONFIGURED.user } })
}

/** Files that hold one of these, but for those that a person put them into. */
async function leaks(directory: string, secrets: readonly string[]): Promise<readonly string[]> {
  const found = await findSecrets(directory, secrets)
  return found.filter((file) => !/\.claude(-task-master|tm)\/config\.json$/.test(file))
}

const inTranscripts = (file: string) => file.includes('/.claude/')

test('on the local forge no secret is in any file, object, log, event, pull request or prompt', async () => {
  const place = await createPlace({
    scenario: nosyScenario,
    repository: { files },
    env: { ...SECRETS, ANTHROPIC_API_KEY: OWN },
  })
  places.push(place)
  const { repository, env, model } = place
  await configure(repository.path, env.HOME ?? '')
  const result = await runCli(['start', 'Say hello', '--json'], { cwd: repository.path, env })
  expect([result.exitCode, result.stderr]).toEqual([0, ''])
  const prompts = model.requests().map(({ body }) => JSON.stringify(body))
  expect(prompts.some((prompt) => prompt.includes(OWN))).toBe(true) // it was nosy indeed
  expect(MARKS.filter((mark) => prompts.some((prompt) => prompt.includes(mark)))).toEqual([])
  expect([OWN, ...MARKS].filter((mark) => result.stdout.includes(mark))).toEqual([])
  expect(await leaks(repository.directory, MARKS)).toEqual([])
  expect((await leaks(repository.directory, [OWN])).filter((file) => !inTranscripts(file))).toEqual([])
  const objects = await repository.git(['cat-file', '--batch-all-objects', '--batch', '--buffer'])
  expect([OWN, ...MARKS].filter((mark) => objects.includes(mark))).toEqual([])
})

test('on GitHub neither, nor in anything it was sent', async () => {
  const { GH_ENTERPRISE_TOKEN: _, ...others } = SECRETS // it would be used
  const place = await createGithubPlace({
    scenario: nosyScenario,
    repository: {
      files: { ...files, '.github/workflows/ci.yml': 'on: [push, pull_request]\njobs: { test: { steps: [] } }\n' },
      ci: () => [{ name: 'ci', jobs: [{ name: 'test', outcome: 'success' }] }],
    },
    env: { ...others, ANTHROPIC_API_KEY: OWN },
  })
  places.push(place)
  await configure(place.path, place.env.HOME ?? '')
  const result = await runCli(['start', 'Say hello', '--json'], { cwd: place.path, env: place.env })
  const token = place.token?.value ?? 'no token'
  const marks = [...MARKS, token]
  const prompts = place.model.requests().map(({ body }) => JSON.stringify(body))
  expect(marks.filter((mark) => prompts.some((prompt) => prompt.includes(mark)))).toEqual([])
  expect([OWN, ...marks].filter((mark) => (result.stdout + result.stderr).includes(mark))).toEqual([])
  expect(await leaks(place.directory, marks)).toEqual([])
  expect((await leaks(place.directory, [OWN])).filter((file) => !inTranscripts(file))).toEqual([])
  const pulls = [...place.repository.repository.pulls.values()].map(({ title, body }) => ({ title, body }))
  const received = JSON.stringify([pulls, await place.repository.log('main')])
  expect(received).toContain('[secret]')
  expect([OWN, ...marks].filter((mark) => received.includes(mark))).toEqual([])
  expect(result.exitCode).toBe(0)
})
