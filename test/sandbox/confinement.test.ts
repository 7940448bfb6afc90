/** What a confined command can and cannot do, tried from the inside with the real bubblewrap. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CommandResult, runCommand } from '../../src/lib/command.ts'
import { createSandbox, type SandboxRequest } from '../../src/workspace/confinement/create-sandbox.ts'
import type { Confinement, Sandbox } from '../../src/workspace/sandbox.ts'
import { createRepository } from '../support/repository.ts'

const SYSTEM_PATH = '/usr/local/bin:/usr/bin:/bin'
const isRoot = process.getuid?.() === 0
const probe = await createSandbox({
  mode: 'auto',
  home: '/nonexistent',
  environmentPath: SYSTEM_PATH,
  platform: process.platform,
})

describe.skipIf(probe.kind === 'none')(`confinement (${probe.description})`, () => {
  let directory: string
  let home: string
  beforeEach(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), 'claudetm-sandbox-')))
    home = join(directory, 'home')
    await write('home/.ssh/id_ed25519', 'private key')
    await write('home/.claude/.credentials.json', 'login')
    await write('home/notes.txt', 'mine')
    await mkdir(join(directory, 'work'))
  })
  afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }))

  async function write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), text)
  }

  const create = (request: Partial<SandboxRequest> = {}): Promise<Sandbox> =>
    createSandbox({ mode: 'on', home, environmentPath: SYSTEM_PATH, platform: process.platform, ...request })

  type Inside = Partial<Confinement> & { path?: string; env?: Record<string, string>; input?: string; as?: string[] }

  async function run(sandbox: Sandbox, script: string, inside: Inside = {}): Promise<CommandResult> {
    const { cwd = join(directory, 'work'), writable = [], readable = [], overlaid = [], as = [], input = '' } = inside
    const wrapped = sandbox.wrap('sh', ['-c', script], { cwd, writable, readable, overlaid })
    const [file = '', ...args] = [...as, wrapped.file, ...wrapped.args]
    const env = { PATH: inside.path ?? SYSTEM_PATH, HOME: home, ...inside.env }
    return runCommand(file, args, { cwd: '/', env, timeoutMs: 30_000, input })
  }

  async function say(...args: Parameters<typeof run>): Promise<string> {
    return (await run(...args)).output.trim()
  }

  test('exit code, input, output and arguments pass through', async () => {
    const result = await run(await create(), 'cat; echo "an error" >&2; exit 7', { input: 'hello' })
    expect(result).toMatchObject({ exitCode: 7, signal: null, stdout: 'hello', stderr: 'an error\n' })
  })

  test('the home directory is empty, writable and gone afterwards', async () => {
    const script = 'exec 2>&1; ls -A ~; cat ~/.ssh/id_ed25519; echo x > ~/scratch && ls -A ~'
    expect(await say(await create(), script)).toBe(`cat: ${home}/.ssh/id_ed25519: No such file or directory\nscratch`)
    expect((await readdir(home)).sort()).toEqual(['.claude', '.ssh', 'notes.txt'])
  })

  test('other homes, sockets below /run and what lies in /tmp are hidden', async () => {
    await write('secret-of-another-run', 'x')
    const script = `ls -A /home /root /run /var/run/user 2>/dev/null | grep -v :; ls ${directory}/secret-of-another-run`
    const seen = (await say(await create(), script)).split('\n').filter((line) => line !== '')
    expect(seen).toEqual([`ls: cannot access '${directory}/secret-of-another-run': No such file or directory`])
  })

  test('an overlaid directory takes new entries that nobody else ever sees, and keeps what it has', async () => {
    await write('repo/config', 'mine')
    await write('repo/refs/own/tip', 'a')
    const repo = join(directory, 'repo')
    const script = `cd ${repo}; echo x > new && cat new; echo y > config; echo b > refs/own/tip; echo c > refs/other; cat config refs/own/tip`
    const seen = await say(await create(), script, { overlaid: [repo], writable: [join(repo, 'refs/own')] })
    expect(seen.split('\n').filter((line) => !line.startsWith('sh:'))).toEqual(['x', 'mineb'])
    expect((await readdir(repo)).sort()).toEqual(['config', 'refs'])
    expect(readFileSync(join(repo, 'config'), 'utf8')).toBe('mine')
    expect(readFileSync(join(repo, 'refs/own/tip'), 'utf8')).toBe('b\n')
  })

  test('only the working directory and what is named can be written', async () => {
    await mkdir(join(directory, 'extra'))
    await mkdir(join(directory, 'shown'))
    const script = `
      for place in . ${directory}/extra ${directory}/shown /usr /etc /var/lib /opt; do
        touch $place/probe-of-claudetm 2>/dev/null && echo "$place written"
      done`
    const inside = { writable: [join(directory, 'extra')], readable: [join(directory, 'shown')] }
    expect(await say(await create(), script, inside)).toBe(`. written\n${directory}/extra written`)
    expect(existsSync(join(directory, 'work/probe-of-claudetm'))).toBe(true)
  })

  test('a directory below home may be worked in; its neighbours stay hidden', async () => {
    await mkdir(join(home, 'projects/mine'), { recursive: true })
    await mkdir(join(home, 'projects/other'))
    const cwd = join(home, 'projects/mine')
    expect(await say(await create(), 'pwd; touch made; ls ..', { cwd })).toBe(`${cwd}\nmine`)
    expect(await readdir(cwd)).toEqual(['made'])
  })

  test('paths through links work under both names', async () => {
    await mkdir(join(home, 'data/repo'), { recursive: true })
    await symlink(join(home, 'data'), join(home, 'link'))
    const cwd = join(home, 'link/repo')
    await run(await create(), `touch ${home}/link/repo/a ${home}/data/repo/b`, { cwd })
    expect((await readdir(cwd)).sort()).toEqual(['a', 'b'])
  })

  test('a deeper path decides: read-only git directory, writable objects in it', async () => {
    await mkdir(join(home, 'repo/.git/objects'), { recursive: true })
    await symlink(join(home, 'repo'), join(home, 'link'))
    const git = join(home, 'link/.git')
    const script = `touch ${git}/objects/a ${home}/repo/.git/objects/b; touch ${git}/config; touch ${home}/repo/.git/config`
    const inside = { readable: [git], writable: [join(git, 'objects')] }
    expect((await say(await create(), script, inside)).match(/Read-only file system/g)).toHaveLength(2)
    expect(await readdir(join(home, 'repo/.git/objects'))).toEqual(['a', 'b'])
  })

  test('credentials stay covered where something wider is shown, unless they are named themselves', async () => {
    await write('home/.cargo/credentials.toml', 'token')
    await write('home/.cargo/bin/tool', '')
    const script = 'cat ~/.ssh/id_ed25519 ~/.cargo/credentials.toml ~/.claude/.credentials.json ~/notes.txt'
    const inside = { readable: [home, join(home, '.claude')] }
    const result = await run(await create({ environmentPath: `${SYSTEM_PATH}:${home}/.cargo/bin` }), script, inside)
    expect(result.stdout).toBe('loginmine')
  })

  test('a home of / is not hidden, its credentials are', async () => {
    const sandbox = await create({ home: '/', hiddenPaths: [join(home, '.ssh')] })
    expect((await run(sandbox, 'ls -d /usr', { cwd: '/var' })).exitCode).toBe(0)
  })

  test('paths that do not exist are left out', async () => {
    const inside = { writable: [join(directory, 'no')], readable: [join(home, 'neither')] }
    const sandbox = await create({ hiddenPaths: ['/no/such'], environmentPath: `${home}/absent/bin:${SYSTEM_PATH}` })
    expect(await say(sandbox, 'echo ran', inside)).toBe('ran')
  })

  test('hidden paths are hidden below the working directory as well', async () => {
    await write('work/state/token', 'x')
    await write('work/token.txt', 'x')
    const hiddenPaths = [join(directory, 'work/state'), join(directory, 'work/token.txt')]
    expect(await say(await create({ hiddenPaths }), 'ls state; cat token.txt 2>/dev/null; echo end')).toBe('end')
  })

  test('programs on PATH below home run, also through links; what lies beside them does not show', async () => {
    await write('home/.local/share/thing/versions/1/bin/thing', '#!/bin/sh\necho thing runs\n')
    await chmod(join(home, '.local/share/thing/versions/1/bin/thing'), 0o755)
    await write('home/.local/share/keyrings/login', 'x')
    await mkdir(join(home, '.local/bin'), { recursive: true })
    await symlink(join(home, '.local/share/thing/versions/1/bin/thing'), join(home, '.local/bin/thing'))
    const path = `${home}/.local/bin:${SYSTEM_PATH}`
    const sandbox = await create({ environmentPath: path })
    expect(await say(sandbox, 'thing; ls ~/.local/share', { path })).toBe('thing runs\nthing')
  })

  test('this Node runs', async () => {
    const path = `${dirname(process.execPath)}:${SYSTEM_PATH}`
    expect(await say(await create({ environmentPath: path }), 'node -p process.version', { path })).toBe(
      process.version,
    )
  })

  test('a tool directory inside the working directory stays writable', async () => {
    await mkdir(join(directory, 'work/node_modules/.bin'), { recursive: true })
    const sandbox = await create({ environmentPath: `${directory}/work/node_modules/.bin:${SYSTEM_PATH}` })
    expect((await run(sandbox, 'touch node_modules/made')).exitCode).toBe(0)
  })

  test('caches of package managers survive in the cache directory and nowhere else', async () => {
    const sandbox = await create({ cacheDirectory: join(directory, 'caches') })
    await run(sandbox, 'echo kept > ~/.npm/entry; mkdir -p ~/go/pkg/mod')
    expect(await say(sandbox, 'cat ~/.npm/entry; ls ~/go/pkg')).toBe('kept\nmod')
    expect(existsSync(join(home, '.npm'))).toBe(false)
  })

  test('the temporary directory is private and TMPDIR says so', async () => {
    expect(
      await say(await create(), 'echo $TMPDIR$SSH_AUTH_SOCK', { env: { TMPDIR: '/var/x', SSH_AUTH_SOCK: '/y' } }),
    ).toBe('/tmp')
  })

  test('only its own processes are visible', async () => {
    const pids = (await say(await create(), 'ls /proc')).split('\n').filter((name) => /^\d+$/.test(name))
    expect(pids.length).toBeLessThan(5)
  })

  test('names are still resolved', async () => {
    expect((await run(await create(), 'getent hosts localhost && test -r /etc/resolv.conf')).exitCode).toBe(0)
  })

  // Only asks whether it could: on a machine where it could, the write itself would be the damage.
  test('kernel settings, mounts and devices are out of reach', async () => {
    const script = `
      test -w /proc/sys/kernel/core_pattern && echo core_pattern
      test -w /proc/sysrq-trigger && echo sysrq
      test -w /sys/kernel && echo sys
      unshare -rm umount ${home} 2>/dev/null && echo uncovered
      umount ${home} 2>/dev/null && echo umounted
      mknod disk b 8 0 2>/dev/null && echo device
      ls /dev | grep -E '^(sd|vd|nvme|kmsg|mem)'
      grep CapEff /proc/self/status`
    // chown, dac_override, fowner, fsetid, kill, setgid, setuid, net_bind_service
    expect(await say(await create(), script)).toBe(`CapEff:\t${isRoot ? '00000000000004fb' : '0000000000000000'}`)
  })

  test('git commits in a worktree, and only there', async () => {
    const repository = await createRepository()
    try {
      const { path, git, directory: room } = repository
      await git(['worktree', 'add', '-q', '-b', 'claudetm/r/g1', join(room, 'slot')])
      for (const name of ['refs/heads', 'logs/refs/heads'])
        await mkdir(join(path, '.git', name, 'claudetm/r'), { recursive: true })
      const common = join(path, '.git')
      const writable = ['objects', 'refs/heads/claudetm/r', 'logs/refs/heads/claudetm/r', 'worktrees/slot']
      const inside = {
        cwd: join(room, 'slot'),
        readable: [common],
        writable: writable.map((name) => join(common, name)),
        env: repository.environment,
      }
      const script = `
        echo a > a.txt && git add -A && git commit -qm 'from inside' && git commit -q --amend -m 'amended'
        git branch other 2>/dev/null && echo other branch
        git update-ref refs/heads/main HEAD 2>/dev/null && echo moved main
        git config core.hooksPath /tmp 2>/dev/null && echo configured
        for pointer in .git ${common}/worktrees/slot/commondir ${common}/worktrees/slot/gitdir; do
          mv $pointer moved 2>/dev/null || rm -f $pointer 2>/dev/null || echo /tmp 2>/dev/null >> $pointer && echo repointed $pointer
        done
        ls ${path}`
      expect(await say(await create(), script, inside)).toBe('')
      expect(await git(['log', '--format=%s', 'claudetm/r/g1'])).toBe('amended\ninitial commit')
    } finally {
      await repository.cleanup()
    }
  })

  test('a daemon ends with the command that started it', async () => {
    const mark = `CLAUDETM_TEST=${directory}`
    const script = `${mark} setsid sleep 300 </dev/null >/dev/null 2>&1 & echo started`
    expect(await say(await create(), script)).toBe('started')
    await until(() => findMarked(mark).length === 0)
  })

  test('kill -9 of the process that started it leaves nothing', async () => {
    const mark = `CLAUDETM_TEST=${directory}`
    const ready = join(directory, 'work/ready')
    const script = `setsid sleep 300 & (sleep 300 &) ; touch ready; sleep 300`
    const wrapped = (await create()).wrap('sh', ['-c', script], {
      cwd: join(directory, 'work'),
      writable: [],
      readable: [],
    })
    const source = `require('node:child_process').spawn(process.argv[1], process.argv.slice(2), { stdio: 'ignore', detached: true }); setInterval(() => {}, 1000)`
    const env = { PATH: SYSTEM_PATH, HOME: home, CLAUDETM_TEST: directory }
    const parent = spawn(process.execPath, ['-e', source, wrapped.file, ...wrapped.args], { env, stdio: 'ignore' })
    await until(() => existsSync(ready))
    expect(findMarked(mark).length).toBeGreaterThan(3)
    parent.kill('SIGKILL')
    await until(() => findMarked(mark).length === 0)
  })

  test('ending the group of the command ends everything', async () => {
    const wrapped = (await create()).wrap('sh', ['-c', 'trap "" TERM; setsid sleep 300 & sleep 300'], {
      cwd: join(directory, 'work'),
      writable: [],
      readable: [],
    })
    const env = { PATH: SYSTEM_PATH, CLAUDETM_TEST: directory }
    const result = await runCommand(wrapped.file, wrapped.args, { cwd: '/', env, timeoutMs: 300 })
    expect(result).toMatchObject({ timedOut: true, exitCode: null })
    await until(() => findMarked(`CLAUDETM_TEST=${directory}`).length === 0)
  })

  test.skipIf(!isRoot)('an ordinary user is confined alike', async () => {
    const nobody = 65_534
    const as = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups']
    for (const path of ['', 'home', 'home/.ssh', 'home/.ssh/id_ed25519', 'work'])
      await chown(join(directory, path), nobody, nobody)
    const script = `id -u; cat ~/.ssh/id_ed25519 2>&1 | grep -c 'No such'; touch /usr/x 2>&1 | grep -c -E 'Read-only|denied'; touch made; unshare -Urm umount ${home} 2>/dev/null; ls -A ~`
    expect(await say(await create({ isRoot: false }), script, { as })).toBe(`${nobody}\n1\n1`)
    expect(await readdir(join(directory, 'work'))).toEqual(['made'])
  })
})

function findMarked(mark: string): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && readEnvironment(name).includes(mark))
}

function readEnvironment(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
  } catch {
    return ''
  }
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('it did not come about')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
