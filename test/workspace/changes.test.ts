/** The look of the diff guard, on real repositories. */
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CommitSha } from '../../src/domain/ids.ts'
import { createFixture, type Fixture } from './fixture.ts'

let fixture: Fixture
let base: CommitSha
let path: string

beforeEach(async () => {
  fixture = await createFixture({
    'README.md': 'hello\n',
    'src/a.ts': 'one\ntwo\nthree\n',
    'test/a.test.ts': "it('adds', () => {})\n",
    'ä b.txt': 'x\n'.repeat(20),
    gone: 'old\n',
  })
  base = (await fixture.git(fixture.repository, 'rev-parse', 'HEAD')) as CommitSha
  path = (await fixture.workspaces.ensure({ branch: 'claudetm/r/g1', base, signal: new AbortController().signal })).path
})
afterEach(() => fixture.cleanup())

async function write(file: string, text: string | Buffer): Promise<void> {
  await mkdir(dirname(join(path, file)), { recursive: true })
  await writeFile(join(path, file), text)
}

async function commit(message = 'change'): Promise<CommitSha> {
  await fixture.git(path, 'add', '-A', '-f')
  await fixture.git(path, 'commit', '-q', '--allow-empty', '-m', message)
  return (await fixture.git(path, 'rev-parse', 'HEAD')) as CommitSha
}

const look = (head: CommitSha, since = base) => fixture.workspaces.changes({ since, commit: head })

/** A token of the right form that was never one; put together, so that no scanner stops at this file. */
const TOKEN = `ghp_${'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'}`

describe('what was changed', () => {
  it('is read file by file: added, changed, deleted, renamed, linked, of another kind, with names of any kind', async () => {
    await write('src/a.ts', 'one\nTWO\nthree\nfour\n')
    await write('src/new.ts', 'new\n')
    await rm(join(path, 'gone'))
    await symlink('/etc', join(path, 'gone'))
    await rename(join(path, 'ä b.txt'), join(path, 'ö "c".txt'))
    await rm(join(path, 'test/a.test.ts'))
    await symlink('../README.md', join(path, 'src/link'))
    await chmod(join(path, 'README.md'), 0o755)
    const { files, secrets, unread } = await look(await commit())
    const plain = { from: null, before: 'file', after: 'file', content: 'text', sizeBytes: null, hunks: [] }
    const hunk = (oldStart: number, newStart: number, removed: string[], added: string[]) => ({
      oldStart,
      newStart,
      removed,
      added,
    })
    expect({ secrets, unread, files }).toEqual({
      secrets: [],
      unread: [],
      files: [
        { ...plain, path: 'README.md' },
        { ...plain, path: 'gone', after: 'symlink', hunks: [hunk(1, 0, ['old'], []), hunk(0, 1, [], ['/etc'])] },
        { ...plain, path: 'src/a.ts', hunks: [hunk(2, 2, ['two'], ['TWO']), hunk(3, 4, [], ['four'])] },
        {
          ...plain,
          path: 'src/link',
          before: 'absent',
          after: 'symlink',
          sizeBytes: 13,
          hunks: [hunk(0, 1, [], ['../README.md'])],
        },
        { ...plain, path: 'src/new.ts', before: 'absent', sizeBytes: 4, hunks: [hunk(0, 1, [], ['new'])] },
        { ...plain, path: 'test/a.test.ts', after: 'absent', hunks: [hunk(1, 0, ["it('adds', () => {})"], [])] },
        { ...plain, path: 'ö "c".txt', from: 'ä b.txt' },
      ],
    })
  })

  it('cannot be hidden by attributes, drivers or settings that a session writes', async () => {
    await write('.gitattributes', '*.ts -diff binary\n*.ts diff=hide\n')
    await write('src/a.ts', 'one\nhidden\nthree\n')
    const head = await commit()
    await fixture.git(fixture.repository, 'config', 'diff.hide.textconv', 'echo nothing')
    await fixture.git(fixture.repository, 'config', 'diff.external', 'true')
    await fixture.git(fixture.repository, 'config', 'diff.noprefix', 'true')
    await fixture.git(fixture.repository, 'config', 'diff.renames', 'false')
    await fixture.git(fixture.repository, 'config', 'log.showSignature', 'true')
    const { files } = await look(head)
    expect(files.find((file) => file.path === 'src/a.ts')?.hunks).toEqual([
      { oldStart: 2, newStart: 2, removed: ['two'], added: ['hidden'] },
    ])
  })

  it('has the size of what is not text, and says what is too big to be compared', async () => {
    await write('tool', randomBytes(3_000))
    await write('huge.ts', 'x'.repeat(80).concat('\n').repeat(60_000))
    const { files } = await look(await commit())
    expect(files).toEqual([
      expect.objectContaining({ path: 'huge.ts', content: 'unread', sizeBytes: 4_860_000, hunks: [] }),
      expect.objectContaining({ path: 'tool', content: 'binary', sizeBytes: 3_000 }),
    ])
  })

  it('is bounded: beyond it what was not read is named', async () => {
    const line = 'y'.repeat(99)
    for (let index = 0; index < 14; index += 1)
      await write(`big/${String(index).padStart(2, '0')}.ts`, `${index}\n${line}\n`.repeat(20_000))
    const { files, unread } = await look(await commit())
    expect([files.length, files.some((file) => file.content === 'unread'), files[0]?.content, unread]).toEqual([
      14,
      true,
      'text',
      ['the commits are too large to be searched for secrets'],
    ])
  })

  it('is what the branch changed, not what its target did meanwhile', async () => {
    await write('src/new.ts', 'new\n')
    const head = await commit()
    await writeFile(join(fixture.repository, 'src/a.ts'), 'theirs\n')
    await fixture.git(fixture.repository, 'commit', '-qam', 'theirs')
    const target = (await fixture.git(fixture.repository, 'rev-parse', 'HEAD')) as CommitSha
    expect((await look(head, target)).files.map((file) => file.path)).toEqual(['src/new.ts'])
  })

  it('is nothing for the same commit, and a failure for one that is not there', async () => {
    expect(await look(base)).toEqual({ files: [], secrets: [], unread: [] })
    await expect(look('1'.repeat(40) as CommitSha)).rejects.toMatchObject({ kind: 'git_failed' })
  })

  it('can be asked for the files of a commit', async () => {
    expect([...(await fixture.workspaces.files(base))].sort()).toEqual(
      ['README.md', 'gone', 'src/a.ts', 'test/a.test.ts', 'ä b.txt'].sort(),
    )
  })
})

describe('secrets', () => {
  it('are found where they are, without being told', async () => {
    await write('src/a.ts', `one\nconst token = '${TOKEN}' // secretlint-disable-line\nthree\n`)
    const changes = await look(await commit())
    expect(changes.secrets).toEqual([
      {
        path: 'src/a.ts',
        line: 2,
        commit: null,
        kind: 'a GitHub token',
        digest: expect.stringMatching(/^[0-9a-f]{8}$/),
      },
    ])
    expect(JSON.stringify(changes)).not.toContain(TOKEN.slice(4, 20))
  })

  it('are found in a commit that a later one undoes, and in its message: all of them would be pushed', async () => {
    await write('src/a.ts', `const token = '${TOKEN}'\n`)
    const first = await commit('add it')
    await write('src/a.ts', 'one\n')
    const second = await commit(`remove it\n\nIt was ${TOKEN}`)
    const { files, secrets } = await look(second)
    expect(JSON.stringify(files)).not.toContain(TOKEN)
    const found = { line: null, kind: 'a GitHub token', digest: expect.any(String) }
    expect(secrets).toEqual([
      { ...found, path: '(commit message)', commit: second },
      { ...found, path: 'src/a.ts', commit: first },
    ])
  })

  const harmless: [string, string][] = [
    ['a database on this machine', 'postgres://app:s3cr3tpassword@localhost:5432/app'],
    ['a database of a compose file', 'postgres://postgres:postgres@db:5432/app'],
    ['an address from a manual', 'https://user:password@example.com/'],
    ['a variable', 'postgres://app:{{PASSWORD}}@db.corp.com/app'],
    ['a commit', 'a'.repeat(40)],
    ['an integrity of a lockfile', `sha512-${'A'.repeat(86)}==`],
  ]
  it.each(harmless)('are not: %s', async (_, text) => {
    await write('docs/a.md', `${text}\n`)
    expect((await look(await commit())).secrets).toEqual([])
  })

  it('that are removed are not found: they are there already', async () => {
    await write('src/a.ts', `const token = '${TOKEN}'\n`)
    const before = await commit()
    await write('src/a.ts', 'one\n')
    const changes = await look(await commit(), before)
    expect(changes.secrets).toEqual([])
    expect(changes.files.flatMap(({ hunks }) => hunks)).toEqual([
      { oldStart: 1, newStart: 1, removed: ["const token = '[secret]'"], added: ['one'] },
    ])
  })
})
