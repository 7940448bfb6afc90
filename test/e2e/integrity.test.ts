/** The diff guard in a whole run: the built command line, real git, the real agent binary on a scripted model. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { runCli } from '../support/cli.ts'
import { createPlace, type Place } from '../support/place.ts'
import { done, scenario } from '../support/scripts.ts'

const places: Place[] = []
afterEach(async () => {
  for (const place of places.splice(0)) await place.cleanup()
})

/** A token of the right form that was never one, put together here and in the script that writes it. */
const TOKEN_PARTS = ['gh', 'p_', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx']
const TOKEN = TOKEN_PARTS.join('')

const FILES = {
  'package.json': JSON.stringify({ name: 'x', private: true, scripts: { test: 'node --test' } }),
  'src/add.js': 'exports.add = (a, b) => a + b\n',
  'test/add.test.js': `const assert = require('node:assert')
const test = require('node:test')
const { add } = require('../src/add.js')
test('adds', () => {
  assert.equal(add(1, 2), 3)
})
`,
}

type Verdict = { verdict: string; evidence: string }

/** Works with `work`; a second look gets these verdicts in turn. */
async function at(request: { work: string; undo?: string; verdicts?: Verdict[]; config?: object }): Promise<Place> {
  const { work, undo = 'true', verdicts = [], config } = request
  const queue = [...verdicts]
  const asked = new Map<string, Verdict | undefined>()
  const place = await createPlace({
    repository: { files: FILES },
    scenario: scenario({
      plan: [
        {
          answer: {
            criteria: [{ text: 'add() is there', command: 'test -f src/add.js' }],
            groups: [{ title: 'Rework add()', tasks: [{ title: 'Rework add()', complexity: 'quick' }] }],
          },
        },
      ],
      work: ({ prompt }) => [
        { bash: prompt.includes('undo it or justify it') ? undo : work },
        done({ explanations: [{ path: 'test/add.test.js', why: 'It failed.' }] }),
      ],
      verify: ({ id }) => {
        if (!asked.has(id)) asked.set(id, queue.shift())
        return [
          { answer: { verdicts: [{ criterion: 0, ...(asked.get(id) ?? { verdict: 'refuted', evidence: 'no' }) }] } },
        ]
      },
    }),
  })
  places.push(place)
  if (config !== undefined) await place.repository.write('.claude-task-master/config.json', JSON.stringify(config))
  return place
}

const claudetm = (place: Place, ...args: string[]) => runCli(args, { cwd: place.repository.path, env: place.env })
const start = (place: Place) => claudetm(place, 'start', 'Rework add()')
const json = async (place: Place, ...args: string[]) => JSON.parse((await claudetm(place, ...args, '--json')).stdout)
const remoteHolds = async (place: Place, text: string) =>
  (await place.repository.git(['--git-dir', place.repository.remotePath ?? '', 'log', '--all', '-p'])).includes(text)

const DELETE = 'git rm --quiet test/add.test.js && git commit --quiet -m "rework add"'
const RESTORE =
  'mkdir -p test && git show HEAD~1:test/add.test.js > test/add.test.js && echo "// add" >> src/add.js && git add --all && git commit --quiet -m "bring the test back"'
const LEAK = `printf 'exports.token = "%s%s%s"\\n' ${TOKEN_PARTS.join(' ')} >> src/add.js && git commit --quiet -am "rework add"`

describe('an agent that deletes a test', () => {
  it('is made to bring it back before anything is pushed', async () => {
    const place = await at({
      work: DELETE,
      undo: RESTORE,
      verdicts: [{ verdict: 'refuted', evidence: 'src/add.js still adds' }],
    })
    const result = await start(place)
    expect([result.exitCode, result.stderr]).toEqual([0, ''])
    expect(result.stdout).toMatch(/found in \w+: test\/add\.test\.js: the file is deleted and a test is gone: adds/)
    expect(result.stdout).toContain('refuted by a second look')
    expect(await place.repository.git(['show', 'main:test/add.test.js'])).toContain("test('adds'")
  })

  it('blocks when it will not, and a person who agrees lets it through, for the record', async () => {
    const place = await at({ work: DELETE })
    const blocked = await start(place)
    expect([blocked.exitCode, await remoteHolds(place, 'rework add')]).toEqual([1, false])
    const [finding] = await json(place, 'waive')
    expect(finding).toMatchObject({ class: 'tests_deleted', path: 'test/add.test.js', verdict: 'no', groupId: 'g1' })
    expect(blocked.stdout).toContain(`Go on with: claudetm waive ${finding.id} --why`)
    const status = await claudetm(place, 'status')
    expect(status.stdout).toMatch(new RegExp(`open +${finding.id} +tests_deleted +test/add\\.test\\.js`))

    expect((await claudetm(place, 'waive', finding.id)).stderr).toContain('Say why')
    expect((await claudetm(place, 'waive', 'nothing1', '--why', 'x')).stderr).toContain('No open finding')
    const waived = await json(place, 'waive', finding.id, '--why', 'add() is tested elsewhere')
    expect(waived).toMatchObject({ waived: [{ id: finding.id, how: 'waived' }], open: [], next: 'claudetm resume' })
    expect(await json(place, 'status')).toMatchObject({
      status: 'paused',
      block: null,
      next: 'claudetm resume',
      findings: [],
    })

    expect((await claudetm(place, 'resume')).exitCode).toBe(0)
    const message = await place.repository.git(['log', '-1', '--format=%B', 'main'])
    expect(message).toContain('## Integrity')
    expect(message).toMatch(/waived by .+, \d{4}-\d\d-\d\d: add\(\) is tested elsewhere/)
    const [run] = await json(place, 'history')
    expect(run).toMatchObject({
      letThrough: [{ class: 'tests_deleted', how: 'waived', why: 'add() is tested elsewhere' }],
      criteria: [{ criterion: 'add() is there', command: 'test -f src/add.js', exitCode: 0, verdict: 'confirmed' }],
    })
    const one = await claudetm(place, 'history', run.runId)
    expect(one.stdout).toMatch(/✔ add\(\) is there \(test -f src\/add\.js, exit code 0, on [0-9a-f]{12}\)/)
    expect(one.stdout).toContain('tests_deleted')
    const events = await readFile(
      join(place.repository.path, '.claude-task-master/history', run.runId, 'events.jsonl'),
      'utf8',
    )
    expect(events).toContain('"integrity.let_through"')
  })

  it('is let through by force, and that is said', async () => {
    const place = await at({ work: DELETE })
    expect((await start(place)).exitCode).toBe(1)
    const resumed = await claudetm(place, 'resume', '--force')
    expect([resumed.exitCode, resumed.stdout]).toEqual([
      0,
      expect.stringContaining('--force let through: test/add.test.js: the file is deleted and a test is gone: adds'),
    ])
    expect(await place.repository.git(['log', '-1', '--format=%B', 'main'])).toContain('claudetm resume --force')
  })

  it("is nobody's business where config.json says so", async () => {
    const place = await at({ work: DELETE, config: { integrity: { tests_deleted: 'allow' } } })
    const result = await start(place)
    expect([result.exitCode, result.stdout.includes('found in')]).toEqual([0, false])
  })
})

describe('an agent that commits a secret', () => {
  it('never gets it pushed; it is in no file that the run keeps about it', async () => {
    const place = await at({ work: LEAK })
    const blocked = await start(place)
    expect([blocked.exitCode, await remoteHolds(place, TOKEN)]).toEqual([1, false])
    expect(blocked.stdout).toContain('src/add.js:2: a secret: a GitHub token (nothing of it has left this machine)')
    expect(blocked.stdout).toContain('claudetm waive')
    expect(await holding(join(place.repository.path, '.claude-task-master'), TOKEN)).toEqual([])
    const again = await claudetm(place, 'resume')
    expect([again.exitCode, await remoteHolds(place, TOKEN)]).toEqual([1, false])
  })

  it('is cured by taking it out of the commits', async () => {
    const place = await at({ work: LEAK })
    expect((await start(place)).exitCode).toBe(1)
    const listed = (await place.repository.git(['worktree', 'list', '--porcelain'])).split('\n\n')
    const worktree =
      /^worktree (.*)$/m.exec(listed.find((text) => text.includes('refs/heads/claudetm/')) ?? '')?.[1] ?? ''
    await writeFile(join(worktree, 'src/add.js'), 'exports.add = (a, b) => b + a\n')
    await place.repository.git(['-C', worktree, 'commit', '--quiet', '--all', '--amend', '-m', 'rework add'])
    const resumed = await claudetm(place, 'resume')
    expect([resumed.exitCode, await remoteHolds(place, TOKEN)]).toEqual([0, false])
  })

  it('goes out when a person says that it is none', async () => {
    const place = await at({ work: LEAK })
    expect((await start(place)).exitCode).toBe(1)
    expect((await claudetm(place, 'waive', '--all', '--why', 'a token of the test server')).exitCode).toBe(0)
    expect((await claudetm(place, 'resume')).exitCode).toBe(0)
    expect(await place.repository.git(['log', '-1', '--format=%B', 'main'])).toContain('a token of the test server')
  })
})

/** Files below `directory` that hold this text. */
async function holding(directory: string, text: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const read = await Promise.all(
    files.map(async (file) => ((await readFile(file, 'utf8')).includes(text) ? [file] : [])),
  )
  return read.flat()
}
