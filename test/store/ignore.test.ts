import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ensureIgnored } from '../../src/store/state-dir/ignore.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'

let repository: TestRepository
let git: string
let exclude: string
beforeEach(async () => {
  repository = await createRepository()
  git = join(repository.path, '.git')
  exclude = join(git, 'info', 'exclude')
  await repository.write('.claude-task-master/state.json', '{}')
})
afterEach(() => repository.cleanup())

const status = () => repository.git(['status', '--porcelain', '--untracked-files=all'])

test('git does not see the state directory, and the exclude file is touched once', async () => {
  expect(await status()).toBe('?? .claude-task-master/state.json')
  await ensureIgnored(git)
  const once = await readFile(exclude, 'utf8')
  expect(await status()).toBe('')
  await ensureIgnored(git)
  expect(await readFile(exclude, 'utf8')).toBe(once)
})

test('a last line without its end stays a line of its own', async () => {
  await mkdir(join(git, 'info'), { recursive: true })
  await writeFile(exclude, 'mine')
  await ensureIgnored(git)
  expect(await readFile(exclude, 'utf8')).toBe('mine\n# claudetm: state of runs\n.claude-task-master/\n')
})

test('it works without an info directory, and beside others', async () => {
  await rm(join(git, 'info'), { recursive: true, force: true })
  await Promise.all([ensureIgnored(git), ensureIgnored(git), ensureIgnored(git)])
  await appendFile(exclude, 'other\n')
  expect(await status()).toBe('')
})
