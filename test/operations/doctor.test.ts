import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { projectConfigFile, stateDirectory, userConfigFile } from '../../src/config/paths.ts'
import { resolveConfig } from '../../src/config/resolve.ts'
import { Failure } from '../../src/domain/failure.ts'
import { checkNode, isInside, judgeRoom } from '../../src/operations/doctor/machine.ts'
import { type DoctorCheck, type DoctorProbes, doctor, doctorExitCode } from '../../src/operations/doctor.ts'
import { createGit } from '../../src/workspace/git.ts'
import { parseHost } from '../../src/workspace/repository.ts'
import { createRepository, type RepositoryRequest, type TestRepository } from '../support/repository.ts'

const repositories: TestRepository[] = []
afterEach(async () => {
  for (const repository of repositories.splice(0)) await repository.cleanup()
})

async function prepare(request: RepositoryRequest = {}): Promise<TestRepository> {
  const repository = await createRepository(request)
  repositories.push(repository)
  return repository
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

/** A machine where everything is in order; real git, real files, node in the place of the agent's binary. */
function probesOf({ path: cwd, directory, environment }: TestRepository, changed: Partial<DoctorProbes> = {}) {
  const withHome = { ...environment, CLAUDETM_HOME: join(directory, 'home') }
  const probes: DoctorProbes = {
    nodeVersion: 'v24.1.0',
    cwd,
    environment: withHome,
    git: createGit(cwd, environment),
    resolveConfig: (repository) =>
      resolveConfig({
        environment: {},
        projectFile: projectConfigFile(repository ?? cwd),
        userFile: userConfigFile(withHome),
        readText,
      }),
    agentBinary: async () => process.execPath,
    ambientCredential: async () => 'the login in ~/.claude',
    sandbox: async () => ({ kind: 'bubblewrap', description: 'bubblewrap 0.8.0' }),
    findChecks: async (_, configured) => configured ?? [{ name: 'test', command: 'npm test' }],
    isGithub: (_, remote) => remote.host === 'github.com',
    askForge: async () => ({
      place: 'a/b on github.com',
      account: 'octocat (GH_TOKEN)',
      notes: ['main requires 1 approving review'],
    }),
    openStore: async () => ({ load: async () => null, owner: async () => null }),
  }
  return { ...probes, ...changed }
}

async function examine(repository: TestRepository, changed: Partial<DoctorProbes> = {}) {
  const checks = await doctor(probesOf(repository, changed))
  return { checks, exitCode: doctorExitCode(checks), of: (name: string) => checks.filter((one) => one.name === name) }
}

function outcomes(checks: readonly DoctorCheck[]): string[] {
  return checks.map(({ name, outcome }) => `${name}: ${outcome}`)
}

describe('doctor', () => {
  test('a machine in order: every look is ok, and nothing is left behind', async () => {
    const repository = await prepare({ remote: 'bare' })
    await repository.git(['config', 'user.name', 'Ada'])
    await repository.git(['config', 'user.email', 'ada@example.com'])
    const { checks, exitCode } = await examine(repository)
    expect(outcomes(checks)).toEqual([
      'node: ok',
      'git: ok',
      'repository: ok',
      'configuration: ok',
      'first commit: ok',
      'target branch: ok',
      'git identity: ok',
      'forge: ok',
      'state directory: ok',
      'worktrees: ok',
      'checks: ok',
      'run: ok',
      'agent: ok',
      'account: ok',
      'sandbox: ok',
    ])
    expect(exitCode).toBe(0)
    expect(readdirSync(repository.directory).sort()).toEqual(['remote.git', 'repository'])
    expect(await repository.git(['status', '--porcelain'])).toBe('')
  })

  test('directories of ours are tried by writing, and left as they were', async () => {
    const repository = await prepare()
    mkdirSync(stateDirectory(repository.path), { mode: 0o700 })
    const { of } = await examine(repository)
    expect(of('state directory')).toMatchObject([{ outcome: 'ok' }])
    expect(readdirSync(stateDirectory(repository.path))).toEqual([])
  })

  test('outside a repository only the machine is looked at', async () => {
    const repository = await prepare()
    const outside = { ...repository, path: repository.directory }
    const { checks, exitCode, of } = await examine(outside)
    expect(outcomes(checks)).toEqual([
      'node: ok',
      'git: ok',
      'repository: problem',
      'configuration: ok',
      'agent: ok',
      'account: ok',
      'sandbox: ok',
    ])
    expect(of('repository')[0]).toMatchObject({ cure: 'Run claudetm inside a git repository, or: git init' })
    expect(exitCode).toBe(1)
  })

  test('from a folder inside the repository its top level is found', async () => {
    const repository = await prepare({ files: { 'a/b/file': '' } })
    const { of } = await examine({ ...repository, path: join(repository.path, 'a/b') })
    expect(of('repository')[0]?.detail).toBe(repository.path)
  })

  test('without git the rest is still said', async () => {
    const repository = await prepare()
    const { checks, of } = await examine(repository, { git: createGit(repository.path, { PATH: '/nowhere' }) })
    expect(of('git')).toMatchObject([{ outcome: 'problem', cure: 'Install git 2.38 or newer, then: claudetm doctor' }])
    expect(outcomes(checks)).not.toContain('repository: problem')
    expect(outcomes(checks)).toContain('account: ok')
  })

  test('a repository without a commit, and a target branch that is not there', async () => {
    const repository = await prepare()
    await repository.git(['update-ref', '-d', 'HEAD'])
    const { of, exitCode } = await examine(repository)
    expect([...of('first commit'), ...of('target branch')]).toEqual([
      {
        name: 'first commit',
        outcome: 'problem',
        detail: `${repository.path} has no commit yet.`,
        cure: 'git commit --allow-empty -m "initial commit"',
      },
      {
        name: 'target branch',
        outcome: 'problem',
        detail: 'main does not exist',
        cure: 'git branch main, or name another with --target-branch',
      },
    ])
    expect(exitCode).toBe(1)
  })

  test('the configured target branch is looked for, here and on the remote', async () => {
    const repository = await prepare({ remote: 'bare' })
    await repository.git(['push', '-q', 'origin', 'HEAD:refs/heads/develop'])
    await repository.git(['fetch', '-q', 'origin'])
    mkdirSync(stateDirectory(repository.path))
    const target = async (branch: string) => {
      const text = JSON.stringify({ git: { target_branch: branch } })
      writeFileSync(projectConfigFile(repository.path), text, { mode: 0o600 })
      const [check] = (await examine(repository)).of('target branch')
      return `${check?.outcome}: ${check?.detail}`
    }
    expect([await target('main'), await target('develop'), await target('gone')]).toEqual([
      'ok: main',
      'ok: develop',
      'problem: gone does not exist',
    ])
  })

  test('a missing identity is a warning', async () => {
    const { of, exitCode } = await examine(await prepare())
    expect(of('git identity')).toMatchObject([
      { outcome: 'warning', detail: 'user.name is not set; commits are made as claudetm <claudetm@localhost>' },
    ])
    expect(exitCode).toBe(0)
  })

  test('GitHub itself is asked; the built-in forge can be chosen; the address of the remote is not repeated', async () => {
    const repository = await prepare()
    await repository.git(['remote', 'add', 'origin', 'https://user:ghp_secret@github.com/a/b.git'])
    const { of, checks } = await examine(repository)
    expect(of('forge')).toMatchObject([
      {
        outcome: 'ok',
        detail: 'GitHub: a/b on github.com; octocat (GH_TOKEN); main requires 1 approving review',
      },
    ])
    expect(JSON.stringify(checks)).not.toContain('ghp_secret')
    const forbidden = new Failure('forge_permission', 'the token may not push to a/b', {
      facts: { permission: 'contents: write' },
    })
    expect((await examine(repository, { askForge: () => Promise.reject(forbidden) })).of('forge')).toEqual([
      {
        name: 'forge',
        outcome: 'problem',
        detail: 'The token may not push to a/b.',
        cure: 'Give the token this permission: contents: write',
      },
    ])
    mkdirSync(stateDirectory(repository.path))
    writeFileSync(projectConfigFile(repository.path), '{"forge": "local"}', { mode: 0o600 })
    expect((await examine(repository)).of('forge')).toMatchObject([
      { outcome: 'ok', detail: 'local; merges go to origin (github.com)' },
    ])
  })

  test('a wrong configuration is one problem, and everything else is still looked at', async () => {
    const repository = await prepare()
    mkdirSync(stateDirectory(repository.path))
    const file = projectConfigFile(repository.path)
    writeFileSync(file, '{"sandbx": "on"}', { mode: 0o600 })
    const { of, checks } = await examine(repository)
    expect(of('configuration')).toEqual([
      {
        name: 'configuration',
        outcome: 'problem',
        detail: `${file}: sandbx is not a known key; did you mean sandbox?`,
        cure: `Correct it in ${file}`,
      },
    ])
    expect(outcomes(checks)).toContain('sandbox: ok')
  })

  test('a configuration that others can read, or that git tracks, is a warning', async () => {
    const repository = await prepare()
    await repository.write('.claude-task-master/config.json', '{"tools": {"verification": ["Bash"]}}')
    const file = projectConfigFile(repository.path)
    chmodSync(file, 0o644)
    await repository.git(['add', '-f', file])
    const { of } = await examine(repository)
    expect(of('configuration').map(({ outcome, cure }) => [outcome, cure])).toEqual([
      ['ok', null],
      ['warning', null],
      ['warning', `chmod 600 ${file}`],
      ['warning', `git rm --cached ${file}`],
    ])
  })

  test('a file in the place of the state directory is a problem', async () => {
    const repository = await prepare({ files: { '.claude-task-master': 'a file' } })
    expect((await examine(repository)).of('state directory')).toEqual([
      {
        name: 'state directory',
        outcome: 'problem',
        detail: `${stateDirectory(repository.path)} is not a directory`,
        cure: 'Move the file away',
      },
    ])
  })

  test('worktrees inside the repository are a problem', async () => {
    const repository = await prepare()
    const environment = { ...repository.environment, CLAUDETM_HOME: join(repository.path, 'home') }
    expect((await examine(repository, { environment })).of('worktrees')).toMatchObject([
      { outcome: 'problem', cure: 'Let CLAUDETM_HOME name a directory outside of it' },
    ])
  })

  test('an agent that does not start, is missing, or has no account is a problem', async () => {
    const repository = await prepare()
    const broken = join(repository.directory, 'claude')
    writeFileSync(broken, '#!/bin/sh\necho "cannot execute" >&2\nexit 3\n', { mode: 0o755 })
    const cure = 'Install claudetm again on this machine, optional dependencies included'
    const first = await examine(repository, { agentBinary: async () => broken, ambientCredential: async () => null })
    expect([...first.of('agent'), ...first.of('account')]).toEqual([
      { name: 'agent', outcome: 'problem', detail: `${broken} does not start: cannot execute`, cure },
      {
        name: 'account',
        outcome: 'problem',
        detail: 'no credential found',
        cure: 'Log in with: claude /login, or set ANTHROPIC_API_KEY',
      },
    ])
    const second = await examine(repository, { agentBinary: async () => join(repository.directory, 'none') })
    expect(second.of('agent')[0]?.detail).toBe(`${join(repository.directory, 'none')} does not start: ENOENT`)
  })

  test('no sandbox is a warning, a required one that is missing a problem', async () => {
    const repository = await prepare()
    const none = await examine(repository, {
      sandbox: async () => ({ kind: 'none', description: 'no bubblewrap here' }),
    })
    expect(none.of('sandbox')).toMatchObject([{ outcome: 'warning', detail: 'no bubblewrap here' }])
    const sandbox = async () => {
      throw new Failure('sandbox_unavailable', 'bubblewrap is not installed')
    }
    expect((await examine(repository, { sandbox })).of('sandbox')).toMatchObject([
      { outcome: 'problem', detail: 'Bubblewrap is not installed.' },
    ])
  })

  test('a project without checks is a warning', async () => {
    const { of } = await examine(await prepare(), { findChecks: async () => [] })
    expect(of('checks')).toMatchObject([
      { outcome: 'warning', cure: expect.stringContaining('"checks": ["npm test"]') },
    ])
  })

  test('a run that is being worked on is told, a broken state is a problem', async () => {
    const repository = await prepare()
    const owner = { pid: 42, host: 'here', processStart: '1', fence: 1, acquiredAt: 0 }
    const busy = await examine(repository, {
      isGithub: (_, remote) => remote.host === 'github.com',
      askForge: async () => ({
        place: 'a/b on github.com',
        account: 'octocat (GH_TOKEN)',
        notes: ['main requires 1 approving review'],
      }),
      openStore: async () => ({ load: async () => null, owner: async () => owner }),
    })
    expect(busy.of('run')).toMatchObject([{ outcome: 'ok', detail: 'one is being worked on by process 42 on here' }])
    const broken = await examine(repository, {
      openStore: async () => ({
        load: () => Promise.reject(new Failure('state_corrupt', 'state.json is damaged')),
        owner: async () => null,
      }),
    })
    expect(broken.of('run')).toMatchObject([{ outcome: 'problem', detail: 'State.json is damaged.' }])
  })
})

describe('single looks', () => {
  test.each([
    ['v24.0.0', 'ok'],
    ['v22.18.0', 'ok'],
    ['v22.17.1', 'problem'],
    ['v20.20.2', 'problem'],
  ])('node %s: %s', (version, outcome) => {
    expect(checkNode(version).outcome).toBe(outcome)
  })

  test.each([
    [50 * 1024 ** 3, 'ok', '/d, 50.0 GiB free'],
    [1024 ** 3, 'warning', '/d, 1.0 GiB free'],
    [50 * 1024 ** 2, 'problem', '/d, 50 MiB free'],
  ])('%i bytes of room: %s', (free, outcome, detail) => {
    expect(judgeRoom('disk', '/d', free)).toMatchObject({ outcome, detail })
  })

  test.each([
    ['https://user:secret@github.com/a/b.git', 'github.com'],
    ['ssh://git@gitlab.example.com:2222/a/b', 'gitlab.example.com'],
    ['git@github.com:a/b.git', 'github.com'],
    ['/srv/git/a.git', null],
    ['../a.git', null],
    ['file:///srv/a.git', null],
    ['C:\\repos\\a', null],
  ])('the host of %s is %s', (url, host) => {
    expect(parseHost(url)).toBe(host)
  })

  test('inside means below or the same', () => {
    expect([isInside('/a/b', '/a'), isInside('/a', '/a'), isInside('/ab', '/a'), isInside('/', '/a')]).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})
