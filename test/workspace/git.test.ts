/** What every git command of ours promises, whatever it is for. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createGit } from '../../src/workspace/git.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'

const open: TestRepository[] = []
afterEach(async () => {
  for (const repository of open.splice(0)) await repository.cleanup()
})

/** A git that meets a half-made worktree the first `times` times, as the real one says it (2.39). */
async function createMeeting(times: number, words = 'failed to read .git/worktrees/1/commondir: Success') {
  const repository = await createRepository()
  open.push(repository)
  const bin = join(repository.directory, 'bin')
  const count = join(repository.directory, 'count')
  await mkdir(bin)
  const { PATH = '' } = repository.environment
  const script = [
    '#!/bin/sh',
    `echo . >> ${count}`,
    `if [ "$(wc -l < ${count})" -le ${times} ]; then`,
    `  echo 'fatal: ${words}' >&2; exit 128`,
    'fi',
    `PATH='${PATH}' exec git "$@"`,
  ]
  await writeFile(join(bin, 'git'), `${script.join('\n')}\n`)
  await chmod(join(bin, 'git'), 0o755)
  const git = createGit(repository.path, { ...repository.environment, PATH: `${bin}:${PATH}` })
  const calls = async () => (await readFile(count, 'utf8')).trim().split('\n').length
  return { git, calls }
}

test('a worktree that somebody is just adding is waited for, not died of', async () => {
  const { git, calls } = await createMeeting(2)
  expect([await git.run(['rev-parse', '--abbrev-ref', 'HEAD']), await calls()]).toEqual(['main', 3])
})

test('nor is a push, which says it in other words', async () => {
  const { git, calls } = await createMeeting(1, 'bad object worktrees/checkout-1/HEAD')
  await git.run(['push', '--quiet', '.', 'HEAD:refs/claudetm/pushed'])
  expect(await calls()).toBe(2)
})

test('one that stays half-made is told', async () => {
  const { git, calls } = await createMeeting(99)
  await expect(git.run(['status'])).rejects.toMatchObject({ kind: 'git_failed' })
  expect(await calls()).toBe(5)
})
