import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/resolve.ts'
import { SETTING_PATHS } from '../../src/config/settings.ts'
import { configPaths, initConfig, showConfig } from '../../src/operations/config.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'claudetm-config-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const readText = (path: string) => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function resolve(request: { environment?: Record<string, string>; projectFile?: string; user?: object }) {
  const userFile = join(directory, 'user.json')
  if (request.user !== undefined) writeFileSync(userFile, JSON.stringify(request.user))
  return resolveConfig({
    environment: request.environment ?? {},
    projectFile: request.projectFile ?? join(directory, 'none.json'),
    userFile,
    readText,
  })
}

describe('initConfig', () => {
  test('writes a private file with every key, which changes nothing and hides nobody', async () => {
    const projectFile = join(directory, 'repo', '.claude-task-master', 'config.json')
    expect(await initConfig({ projectFile, force: false })).toEqual({ path: projectFile })
    expect(statSync(projectFile).mode & 0o777).toBe(0o600)
    expect(statSync(join(projectFile, '..')).mode & 0o777).toBe(0o700)
    const user = { models: { opus: 'mine' } }
    const { sources, config, warnings } = resolve({ projectFile, user })
    expect({ config, warnings }).toEqual({ config: resolve({ user }).config, warnings: [] })
    expect(SETTING_PATHS.filter((path) => sources[path] !== 'default')).toEqual(['version', 'models.opus'])
  })

  test('leaves an existing file alone, unless forced to replace it', async () => {
    const projectFile = join(directory, 'config.json')
    writeFileSync(projectFile, '{"sandbox": "on"}', { mode: 0o644 })
    await expect(initConfig({ projectFile, force: false })).rejects.toMatchObject({
      kind: 'usage',
      message: `${projectFile} is there already; --force replaces it`,
    })
    expect(readText(projectFile)).toBe('{"sandbox": "on"}')
    await initConfig({ projectFile, force: true })
    expect(resolve({ projectFile }).config.sandbox).toBe('auto')
    expect(statSync(projectFile).mode & 0o777).toBe(0o600)
    expect(await readdir(directory)).toEqual(['config.json'])
  })

  test('a place that cannot be written is a failure of the disk that names it', async () => {
    writeFileSync(join(directory, 'file'), '')
    const inFile = join(directory, 'file', 'config.json')
    await expect(initConfig({ projectFile: inFile, force: false })).rejects.toMatchObject({ kind: 'disk' })
    await mkdir(join(directory, 'taken'))
    const taken = join(directory, 'taken')
    await expect(initConfig({ projectFile: taken, force: true })).rejects.toMatchObject({
      kind: 'disk',
      facts: { file: taken },
    })
    expect((await readdir(directory)).sort()).toEqual(['file', 'taken'])
  })
})

describe('showConfig', () => {
  test('has the shape and the units of the file, and says where each value comes from', () => {
    const resolved = resolve({ environment: { CLAUDETM_MAX_TURNS: '7' }, user: { checks: ['npm test'] } })
    const { config, sources } = showConfig(resolved, { showSecrets: false })
    expect(config).toMatchObject({
      version: '1.0',
      api: { anthropic_api_key: null, openrouter_base_url: 'https://openrouter.ai/api/v1' },
      checks: [{ name: 'npm test', command: 'npm test' }],
      limits: { max_turns: 7, stream_idle_timeout_sec: 1_800 },
    })
    expect([sources['limits.max_turns'], sources.checks, sources.sandbox]).toEqual(['environment', 'user', 'default'])
  })

  test('what is shown can be used as a file and means the same', () => {
    const resolved = resolve({ environment: { CLAUDETM_TOLERATED_CHECK_FAILURES: 'a=b' }, user: { forge: 'local' } })
    const shown = showConfig(resolved, { showSecrets: true }).config
    expect(resolve({ user: shown }).config).toEqual(resolved.config)
  })

  test('secrets are masked: at most the last four characters, none of a short one', () => {
    const resolved = resolve({
      environment: {
        ANTHROPIC_API_KEY: 'sk-ant-api03-abcdefghijkl',
        OPENROUTER_API_KEY: 'short-key',
        ANTHROPIC_BASE_URL: 'https://user:password@gateway.example/x',
      },
    })
    const masked = showConfig(resolved, { showSecrets: false }).config
    expect(masked.api).toEqual({
      anthropic_api_key: '...ijkl',
      anthropic_base_url: 'https://...@gateway.example/x',
      openrouter_api_key: '...',
      openrouter_base_url: 'https://openrouter.ai/api/v1',
    })
    expect(showConfig(resolved, { showSecrets: true }).config.api).toMatchObject({
      anthropic_api_key: 'sk-ant-api03-abcdefghijkl',
      openrouter_api_key: 'short-key',
    })
  })
})

test('configPaths tells both places, in order of precedence, and which exist', async () => {
  const projectFile = join(directory, 'project.json')
  const userFile = join(directory, 'user.json')
  writeFileSync(userFile, '{}')
  chmodSync(userFile, 0o600)
  expect(await configPaths({ projectFile, userFile })).toEqual([
    { kind: 'project', path: projectFile, exists: false },
    { kind: 'user', path: userFile, exists: true },
  ])
})
