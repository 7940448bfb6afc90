import { access } from 'node:fs/promises'
import { afterEach, expect, test } from 'vitest'
import { createRepository, type TestRepository } from '../support/repository.ts'

let repository: TestRepository | null = null
afterEach(() => repository?.cleanup())

test('a repository has one commit, no remote and nobody else’s configuration', async () => {
  repository = await createRepository({ files: { 'src/a.txt': 'a\n' }, branch: 'trunk' })
  expect({
    branch: await repository.git(['branch', '--show-current']),
    log: await repository.git(['log', '--format=%an <%ae> %s']),
    files: await repository.git(['ls-files']),
    remotes: await repository.git(['remote']),
    global: await repository
      .git(['config', '--list', '--name-only', '--show-scope'])
      .then((text) => /global|system/.test(text)),
    status: await repository.git(['status', '--porcelain']),
  }).toEqual({
    branch: 'trunk',
    log: 'Test Author <author@example.com> initial commit',
    files: 'src/a.txt',
    remotes: '',
    global: false,
    status: '',
  })
})

test('a bare remote holds the same commit', async () => {
  repository = await createRepository({ remote: 'bare' })
  const head = await repository.git(['rev-parse', 'HEAD'])
  expect(await repository.git(['ls-remote', '--heads', 'origin'])).toBe(`${head}\trefs/heads/main`)
})

test('a failing command throws git’s own words, and cleaning up leaves nothing', async () => {
  repository = await createRepository()
  await expect(repository.git(['checkout', 'nowhere'])).rejects.toThrow(/git checkout nowhere failed: .*nowhere/)
  await repository.cleanup()
  await expect(access(repository.directory)).rejects.toThrow()
})
