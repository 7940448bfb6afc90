import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { claudetmHome, poolDirectory, projectConfigFile, userConfigFile } from '../../src/config/paths.ts'
import { runCommand } from '../../src/lib/command.ts'

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'claudetm-paths-')))
afterAll(() => rmSync(directory, { recursive: true }))

test('the home is CLAUDETM_HOME, else below HOME, else below the home of the user', () => {
  expect([
    claudetmHome({ CLAUDETM_HOME: '/somewhere', HOME: '/h' }),
    claudetmHome({ CLAUDETM_HOME: '', HOME: '/h' }),
    claudetmHome({}),
    userConfigFile({ HOME: '/h' }),
    projectConfigFile('/repo'),
  ]).toEqual([
    '/somewhere',
    '/h/.claudetm',
    join(homedir(), '.claudetm'),
    '/h/.claudetm/config.json',
    '/repo/.claude-task-master/config.json',
  ])
})

test('two repositories of one name have two pools; one repository has one, however it is reached', () => {
  for (const path of ['a/app', 'b/app']) mkdirSync(join(directory, path), { recursive: true })
  symlinkSync(join(directory, 'a/app'), join(directory, 'link'))
  const environment = { HOME: '/h' }
  const [a, b, link] = ['a/app', 'b/app', 'link'].map((path) => poolDirectory(join(directory, path), environment))
  expect(a).toMatch(/^\/h\/\.claudetm\/worktrees\/app-[0-9a-f]{8}$/)
  expect(b).not.toBe(a)
  expect(link).toBe(a)
})

test('paths load nothing heavy', async () => {
  const paths = join(import.meta.dirname, '../../src/config/paths.ts')
  const source = `import { registerHooks } from 'node:module'
    registerHooks({ resolve(name, context, next) { const found = next(name, context); if (found.url.includes('node_modules')) console.log(found.url); return found } })
    await import(${JSON.stringify(paths)})`
  const result = await runCommand(process.execPath, ['--input-type=module', '-e', source], {
    cwd: directory,
    env: { PATH: process.env.PATH ?? '' },
    timeoutMs: 30_000,
  })
  expect({ exitCode: result.exitCode, stdout: result.stdout }).toEqual({ exitCode: 0, stdout: '' })
})
