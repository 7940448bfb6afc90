import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { runCli } from '../support/cli.ts'
import { createPlace, type Place } from '../support/place.ts'
import { findRunProcesses } from '../support/processes.ts'
import { robustScenario } from '../support/robust-scenario.ts'
import { done, inTurn, ONE_TASK, scenario, WRITE_HELLO } from '../support/scripts.ts'

const places: Place[] = []
afterEach(async () => {
  for (const place of places.splice(0)) await place.cleanup()
})

async function at(request: Parameters<typeof createPlace>[0]): Promise<Place> {
  const place = await createPlace(request)
  places.push(place)
  return place
}

const start = (place: Place, ...args: string[]) =>
  runCli(['start', 'Say hello', ...args], { cwd: place.repository.path, env: place.env })
const resume = (place: Place, ...args: string[]) =>
  runCli(['resume', ...args], { cwd: place.repository.path, env: place.env })

describe('from a goal to merged and verified commits', () => {
  it('merges every group once, here and on the remote, and leaves nothing behind but log and history', async () => {
    const place = await at({ scenario: robustScenario })
    const { repository } = place
    const result = await start(place)
    expect(result).toMatchObject({ exitCode: 0, stderr: '' })
    const subjects = (await repository.git(['log', '--format=%s', 'main'])).split('\n')
    expect(subjects).toEqual(['The third (#2)', 'First two (#1)', expect.any(String)])
    expect(await repository.git(['rev-parse', 'main'])).toBe(
      (await repository.git(['ls-remote', 'origin', 'refs/heads/main'])).split('\t')[0],
    )
    expect(await repository.git(['ls-remote', '--heads', 'origin'])).not.toContain('claudetm')
    expect(await repository.git(['branch', '--list', 'claudetm/*'])).toBe('')
    expect((await repository.git(['worktree', 'list'])).split('\n')).toHaveLength(1)
    expect(await repository.git(['status', '--porcelain'])).toBe('')
    const state = join(repository.path, '.claude-task-master')
    expect(existsSync(join(state, 'state.json'))).toBe(false)
    expect([readdirSync(join(state, 'logs')).length, readdirSync(join(state, 'history')).length]).toEqual([1, 1])
    expect(findRunProcesses(place.env.CLAUDETM_HOME ?? '')).toEqual([])
    const history = JSON.parse((await runCli(['history', '--json'], { cwd: repository.path, env: place.env })).stdout)
    expect(JSON.stringify(history)).toContain('"success"')
  })

  it('leaves a dirty checkout without a remote exactly as it was, and says where the work is', async () => {
    const place = await at({ scenario: scenario(), repository: { remote: null } })
    const { repository } = place
    await repository.write('README.md', 'my unfinished words\n')
    await repository.write('notes.txt', 'mine\n')
    const before = await repository.git(['status', '--porcelain'])
    const result = await start(place)
    expect(result.exitCode).toBe(0)
    expect(result.stdout).toMatch(/git -C \S+ merge --ff-only/)
    expect(await repository.git(['status', '--porcelain'])).toBe(before)
    expect(await readFile(join(repository.path, 'README.md'), 'utf8')).toBe('my unfinished words\n')
    expect(await repository.git(['log', '--format=%s', '-1', 'refs/claudetm/target/main'])).toBe('Say hello (#1)')
  })

  it('works from a detached head', async () => {
    const place = await at({ scenario: scenario() })
    await place.repository.git(['checkout', '--quiet', '--detach'])
    expect((await start(place)).exitCode).toBe(0)
    expect(await place.repository.git(['log', '--format=%s', '-1', 'main'])).toBe('Say hello (#1)')
    expect(await place.repository.git(['symbolic-ref', '-q', 'HEAD']).catch(() => 'detached')).toBe('detached')
  })

  it('asks for leftovers to be committed, and for a commit when there is none', async () => {
    const leavesDirty = [{ bash: 'echo hello > hello.txt' }, done()]
    const commits = [{ bash: 'git add --all && git commit --quiet -m "add hello"' }, done()]
    const place = await at({ scenario: scenario({ work: inTurn([done()], leavesDirty, commits) }) })
    const result = await start(place, '--json')
    expect(result.exitCode).toBe(0)
    const kinds = result.stdout
      .split('\n')
      .filter((line) => line.includes('"session.started"'))
      .map((line) => JSON.parse(line).kind)
    expect(kinds).toEqual(['plan', 'work', 'work', 'finish'])
  })

  it('blocks when sessions never commit, names the cause and the command, and that command works', async () => {
    let lazy = true
    const place = await at({ scenario: scenario({ work: () => (lazy ? [done()] : [WRITE_HELLO, done()]) }) })
    const blocked = await start(place)
    expect([blocked.exitCode, blocked.stdout + blocked.stderr]).toEqual([
      1,
      expect.stringContaining('claudetm resume --force'),
    ])
    lazy = false
    expect((await resume(place, '--force')).exitCode).toBe(0)
    expect(await place.repository.git(['log', '--format=%s', '-1', 'main'])).toBe('Say hello (#1)')
  })

  it('blocks on a plan without tasks after asking three times', async () => {
    const place = await at({ scenario: scenario({ plan: [{ answer: { criteria: [], groups: [] } }] }) })
    const result = await start(place)
    expect([
      result.exitCode,
      place.model.requests().filter((request) => request.conversation.kind === 'plan' && request.step === 0).length,
    ]).toEqual([1, 3])
    const status = JSON.parse(
      (await runCli(['status', '--json'], { cwd: place.repository.path, env: place.env })).stdout,
    )
    expect(status).toMatchObject({ status: 'blocked' })
  })

  it('never uses a plan that ran out of turns', async () => {
    const place = await at({
      scenario: scenario({ plan: [{ read: 'README.md' }, { read: 'README.md' }, { answer: ONE_TASK }] }),
      env: { CLAUDETM_MAX_TURNS: '1' },
    })
    const result = await start(place)
    expect(result.exitCode).toBe(1)
    expect(existsSync(join(place.repository.path, '.claude-task-master/plan.md'))).toBe(false)
  })

  it('goes on with a session that ran out of turns', async () => {
    const slow = [{ bash: 'true' }, { bash: 'true' }, { bash: 'true' }, WRITE_HELLO, done()]
    const place = await at({
      scenario: scenario({ work: inTurn(slow, [WRITE_HELLO, done()]) }),
      env: { CLAUDETM_MAX_TURNS: '3' },
    })
    expect((await start(place)).exitCode).toBe(0)
  })

  it('stops at the cap of the run, and goes on when it is raised', async () => {
    const place = await at({ scenario: scenario() })
    const blocked = await start(place, '--max-cost', '0.0001')
    expect([blocked.exitCode, blocked.stdout + blocked.stderr]).toEqual([1, expect.stringContaining('--max-cost')])
    expect((await resume(place, '--max-cost', '50')).exitCode).toBe(0)
  })

  it('stops before the merge without auto-merge, and merges when told to', async () => {
    const place = await at({ scenario: scenario() })
    expect((await start(place, '--no-auto-merge')).exitCode).toBe(2)
    expect(await place.repository.git(['log', '--format=%s', 'main'])).not.toContain('Say hello')
    expect((await resume(place, '--auto-merge')).exitCode).toBe(0)
    expect(await place.repository.git(['log', '--format=%s', '-1', 'main'])).toBe('Say hello (#1)')
  })

  it('pauses once when the pull request is open', async () => {
    const place = await at({ scenario: scenario() })
    expect((await start(place, '--pause-on-pr')).exitCode).toBe(2)
    expect((await resume(place)).exitCode).toBe(0)
  })

  it('opens one pull request per task, from the branch that was asked for', async () => {
    const place = await at({ scenario: robustScenario })
    const result = await start(place, '--pr-per-task', '--branch', 'feature/hello', '--json')
    expect(result.exitCode).toBe(0)
    const branches = result.stdout
      .split('\n')
      .filter((line) => line.includes('"pr.created"'))
      .map((line) => JSON.parse(line).branch)
    expect(branches).toEqual(['feature/hello', 'feature/hello-2', 'feature/hello-3'])
  })

  it('refuses a plan with more pull requests than --prs allows', async () => {
    const place = await at({ scenario: robustScenario })
    const result = await start(place, '--prs', '1')
    expect([
      result.exitCode,
      place.model.requests().some((request) => request.conversation.prompt.includes('could not be used')),
    ]).toEqual([1, true])
  })

  it('proves a criterion of the user, and plans more work when it is refuted', async () => {
    const more = {
      ...ONE_TASK,
      groups: [
        { title: 'Say hello', tasks: [{ id: 't1', title: 'Write hello.txt' }] },
        { title: 'Say bye', tasks: [{ title: 'Write bye.txt' }] },
      ],
    }
    const writeBye = { bash: 'echo bye > bye.txt && git add --all && git commit --quiet -m "add bye"' }
    const place = await at({
      scenario: scenario({
        plan: ({ prompt }) => [{ answer: prompt.startsWith('Change the plan') ? more : ONE_TASK }],
        work: ({ prompt }) => [prompt.includes('Write bye.txt\n') ? writeBye : WRITE_HELLO, done()],
      }),
    })
    const result = await start(place, '--criteria', '`test -f bye.txt`')
    expect(result.exitCode).toBe(0)
    expect(await place.repository.git(['log', '--format=%s', '-2', 'main'])).toBe('Say bye (#2)\nSay hello (#1)')
  })

  it('has a conflict resolved by a rebase, and merges on top of what came in between', async () => {
    const place = await at({
      scenario: scenario({
        work: ({ prompt }) => {
          const onto = /git rebase ([0-9a-f]{40})/.exec(prompt)?.[1]
          if (onto === undefined) return [WRITE_HELLO, done()]
          const resolve = 'echo both > hello.txt && git add hello.txt && git rebase --continue'
          return [{ bash: `git rebase ${onto} || (${resolve})` }, done()]
        },
      }),
    })
    const { repository } = place
    expect((await start(place, '--pause-on-pr')).exitCode).toBe(2)
    await repository.write('hello.txt', 'theirs\n')
    await repository.git(['add', 'hello.txt'])
    await repository.git(['commit', '--quiet', '-m', 'somebody else says hello'])
    await repository.git(['push', '--quiet', 'origin', 'main'])
    const result = await resume(place, '--json')
    expect([result.exitCode, result.stdout.includes('"resolving_conflicts"')]).toEqual([0, true])
    const subjects = (await repository.git(['log', '--format=%s', 'main'])).split('\n')
    expect(subjects.slice(0, 2)).toEqual(['Say hello (#1)', 'somebody else says hello'])
    expect(await repository.git(['show', 'main:hello.txt'])).toBe('both')
  })

  it('keeps what agents cannot do out of their reach', async () => {
    const tries = [
      { bash: 'git push origin HEAD:refs/heads/main' },
      { bash: 'git commit --allow-empty -m x && git reset --hard HEAD~1' },
      { write: { path: '/tmp/outside-of-the-workspace.txt', text: 'no' } },
      WRITE_HELLO,
      done(),
    ]
    const place = await at({ scenario: scenario({ work: tries }) })
    const before = await place.repository.git(['rev-parse', 'main'])
    expect((await start(place, '--no-auto-merge')).exitCode).toBe(2)
    expect(await place.repository.git(['ls-remote', 'origin', 'refs/heads/main'])).toContain(before)
    expect(existsSync('/tmp/outside-of-the-workspace.txt')).toBe(false)
  })

  it('obeys a message given to resume', async () => {
    const place = await at({ scenario: robustScenario })
    expect((await start(place, '--pause-on-pr')).exitCode).toBe(2)
    await resume(place, 'Also praise it')
    expect(place.model.requests().some((request) => request.conversation.prompt.includes('Also praise it'))).toBe(true)
  })

  it('obeys plan.md edited while it works', async () => {
    const place = await at({ scenario: robustScenario, delayMs: 300 })
    const file = join(place.repository.path, '.claude-task-master/plan.md')
    const running = start(place, '--no-verify')
    await waitUntil(() => existsSync(file) && readFileSync(file, 'utf8').includes('Write gamma'))
    const text = await readFile(file, 'utf8')
    const lines = text.split('\n').filter((line) => !line.includes('Write beta'))
    const at3 = lines.findIndex((line) => line.includes('Write gamma'))
    lines.splice(at3 + 1, 0, '- [ ] Write delta')
    await writeFile(file, lines.join('\n').replace('Write gamma', 'Write gamma nicely'))
    expect((await running).exitCode).toBe(0)
    const tree = await place.repository.git(['ls-tree', '--name-only', 'main'])
    expect([tree.includes('alpha.txt'), tree.includes('beta.txt'), tree.includes('gamma.txt')]).toEqual([
      true,
      false,
      true,
    ])
  })
})

/** Polls a fact; every test has its own deadline. */
async function waitUntil(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}
