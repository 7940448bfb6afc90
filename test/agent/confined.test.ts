import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createClaudeAgent } from '../../src/agent/claude/claude-agent.ts'
import { createSandbox } from '../../src/workspace/confinement/create-sandbox.ts'
import { TEST_IDENTITY } from '../support/repository.ts'
import { createScriptedAgent, DONE, type ScriptedAgent } from '../support/scripted-agent.ts'

const probe = await createSandbox({
  mode: 'auto',
  home: '/nonexistent',
  environmentPath: process.env.PATH ?? '',
  platform: process.platform,
})

let scripted: ScriptedAgent | null = null
afterEach(async () => {
  await scripted?.cleanup()
  scripted = null
})

describe.runIf(probe.kind === 'bubblewrap')('a session in the sandbox', () => {
  it('commits and rebases in its worktree, and reaches nothing else', async () => {
    const run = 'claudetm/20260101-120000'
    const commands = [
      'echo one > one.txt && git add -A && git commit -qm one && git commit -q --amend -m "one, amended"',
      'git rebase -q --force-rebase HEAD~1 && git log -1 --format=%s',
      'w=write; echo $w > ../outside.txt; echo $w > ~/.claude/settings.json; cat ~/.ssh/id; ls -A ~',
      `g=git; $g branch elsewhere; $g config a.b c; $g update-ref refs/heads/main HEAD; $g branch ${run}/g2`,
      'g=git; $g branch -a --format="%(refname:short)"; $g config a.b; ls ..; git status --short',
    ]
    scripted = await createScriptedAgent({
      scenario: () => [...commands.map((bash) => ({ bash: `(${bash}) 2>&1; true` })), { answer: DONE }],
    })
    const { repository, options, request, model } = scripted
    const home = options.environment.HOME ?? ''
    await mkdir(join(home, '.ssh'), { recursive: true })
    await mkdir(join(home, '.claude'), { recursive: true })
    await writeFile(join(home, '.ssh', 'id'), 'SECRET KEY')
    await writeFile(join(home, '.claude', 'settings.json'), '{}')
    const cwd = join(repository.directory, 'pool', 'worktree')
    await repository.git(['worktree', 'add', '-q', '-b', `${run}/g1`, cwd])
    const main = await repository.git(['rev-parse', 'main'])

    const sandbox = await createSandbox({
      mode: 'on',
      home,
      environmentPath: process.env.PATH ?? '',
      platform: process.platform,
    })
    const agent = createClaudeAgent({ ...options, sandbox })
    const commonDir = join(repository.path, '.git')
    const git = {
      commonDir,
      worktreeDir: join(commonDir, 'worktrees', 'worktree'),
      branch: `${run}/g1`,
      identity: TEST_IDENTITY,
    }
    const result = await agent.run(request({ cwd, git, mayRewriteHistory: true }), {
      signal: new AbortController().signal,
      onActivity: () => {},
    })
    expect(result).toMatchObject({ outcome: 'completed', output: DONE })

    const said = JSON.stringify(model.requests().at(-1)?.body.messages)
    expect(said).toContain('one, amended')
    expect(said).not.toContain('SECRET KEY')
    expect(await repository.git(['for-each-ref', '--format=%(refname:short)'])).toBe(
      [`${run}/g1`, `${run}/g2`, 'main'].join('\n'),
    )
    expect(await repository.git(['rev-parse', 'main'])).toBe(main)
    expect(await repository.git(['log', '-1', '--format=%s', `${run}/g1`])).toBe('one, amended')
    await expect(repository.git(['config', 'a.b'])).rejects.toThrow()
    expect(await readFile(join(home, '.claude', 'settings.json'), 'utf8')).toBe('{}')
    expect(await readdir(join(repository.directory, 'pool'))).toEqual(['worktree'])
    expect(said).toContain('Read-only file system')
  })
})
