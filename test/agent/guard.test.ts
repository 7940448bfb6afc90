import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judgeCommandLine } from '../../src/agent/claude/guard/command-guard.ts'
import { createGuardHook } from '../../src/agent/claude/guard/guard-hook.ts'
import { resolveRealPath } from '../../src/agent/claude/guard/real-path.ts'
import { parseShellCommands } from '../../src/agent/claude/guard/shell-commands.ts'
import { type GuardRules, judgeToolUse } from '../../src/agent/claude/guard/tool-guard.ts'

const ORDINARY = { mayRewriteHistory: false }
const CONFLICT = { mayRewriteHistory: true }

describe('a command line is split into what it would run', () => {
  const table: readonly (readonly [string, readonly (readonly string[])[]])[] = [
    ['ls -a', [['ls', '-a']]],
    ['a && b || c; d | e & f', [['a'], ['b'], ['c'], ['d'], ['e'], ['f']]],
    ['a\nb', [['a'], ['b']]],
    ['(cd x && make)', [['cd', 'x'], ['make']]],
    ['if test -f a; then b; else c; fi', [['test', '-f', 'a'], ['b'], ['c'], ['fi']]],
    ['A=1 B="two words" cmd x', [['cmd', 'x']]],
    [`echo 'a && b' "c; d" e\\;f`, [['echo', 'a && b', 'c; d', 'e;f']]],
    [
      'echo "x $(inner one) y"',
      [
        ['inner', 'one'],
        ['echo', 'x $() y'],
      ],
    ],
    ['echo `inner`', [['inner'], ['echo', '$()']]],
    ['diff <(a) <(b)', [['a'], ['b'], ['diff', '$()', '$()']]],
    ['a > out.txt 2>&1 < in', [['a']]],
    ['a # and b', [['a']]],
    ['echo a#b', [['echo', 'a#b']]],
    ['echo ""', [['echo', '']]],
    ['a \\\n  b', [['a', 'b']]],
    ["$'\\x67it' $'p\\165sh' $'it\\'s' $'\\u0061'", [['git', 'push', "it's", 'a']]],
    ["cat <<'EOF' > f\ngit push\nEOF\nls", [['cat'], ['ls']]],
    [
      'git commit -m "$(cat <<\'EOF\'\nfix: (a) ; git push\nEOF\n)"\nls',
      [['cat'], ['git', 'commit', '-m', '$()'], ['ls']],
    ],
    ['bash <<EOF\ngit push\nEOF', [['bash'], ['git', 'push']]],
    ["unclosed 'quote", [['unclosed', "'quote"]]],
  ]
  it.each(table)('%j', (text, commands) => {
    expect(parseShellCommands(text)).toEqual(commands)
  })
})

describe('commands that reach outside or lose work are denied', () => {
  it.each([
    'git push',
    'git push origin HEAD',
    '/usr/bin/git push',
    'git -C x push',
    'git -c a=b push',
    'git --git-dir=/x --work-tree /y push',
    'git -c alias.p=push p',
    'cd a && git push || true',
    'echo $(git push)',
    'echo "`git push`"',
    "bash -c 'git push'",
    'bash -lc "cd x; git push"',
    'sh -e -c "git push"',
    'bash -c "bash -c \'git push\'"',
    'env A=1 git push',
    'A=1 git push',
    'timeout 10 git push',
    'sudo -u me git push',
    'nohup git push &',
    'echo origin | xargs -n 1 git push',
    'eval "git push"',
    'eval git push',
    'find . -name x -exec git push \\;',
    'if true; then git push; fi',
    '{ git push; }',
    'bash <<EOF\ngit push\nEOF',
    'true\ngit push',
    'g\\it push',
    'gi"t" push',
    'git send-pack x',
    'git pull',
    'git fetch --force',
    'git fetch origin +main:main',
    'git fetch origin main:main',
    'git remote add x y',
    'git remote set-url origin y',
    'git config user.name x',
    'git config --global user.name x',
    'git config --unset user.name',
    'gh pr create',
    'glab mr create',
    'hub pull-request',
    'git reset --hard',
    'git reset --hard HEAD~1',
    'git reset --soft HEAD~1',
    'git reset HEAD^',
    'git checkout .',
    'git checkout -- a.ts',
    'git checkout main',
    'git checkout -b other',
    'git switch main',
    'git restore .',
    'git restore --staged --worktree a',
    'git stash',
    'git stash pop',
    'git clean -fdx',
    'git rebase main',
    'git commit --amend --no-edit',
    'git commit --ame',
    'git branch -D x',
    'git branch x',
    'git branch -f main HEAD',
    'git worktree add ../x',
    'git worktree remove ../x',
    'git filter-branch --all',
    'git update-ref refs/heads/main HEAD',
    'git symbolic-ref HEAD refs/heads/main',
    'git reflog expire --all',
  ])('%j', (command) => {
    expect(judgeCommandLine(command, ORDINARY)).toEqual(expect.any(String))
  })
})

describe('ordinary work is allowed', () => {
  it.each([
    'npm test',
    'git status --short',
    'git add -A && git commit -m "feat: git push is done elsewhere"',
    "git commit -m \"$(cat <<'EOF'\nfix: it's (not) git push\n\ngit push\nEOF\n)\"",
    'git commit -F - <<EOF\ngit push\nEOF',
    'echo "git push"',
    "grep -r 'git push' docs",
    'git log --oneline | head -5',
    'git -C sub diff',
    'git config user.name',
    'git config --get remote.origin.url',
    'git config --list',
    'git remote -v',
    'git remote',
    'git fetch origin',
    'git fetch origin main',
    'git fetch https://example.com/x.git main',
    'git branch',
    'git branch --show-current',
    'git branch -a',
    'git stash list',
    'git worktree list',
    'git reset',
    'git reset HEAD a.ts',
    'git reset -- a.ts',
    'git restore --staged a.ts',
    'git clean -n',
    'git revert --no-edit HEAD',
    'git rm -r old',
    'git reflog',
    'git show HEAD:a.ts',
    'git',
    '',
    'pushd x && popd',
    'find . -name "*.ts" -exec wc -l {} +',
    'for f in *.ts; do wc -l "$f"; done',
  ])('%j', (command) => {
    expect(judgeCommandLine(command, ORDINARY)).toBeNull()
  })
})

describe('a conflict session may rewrite its own branch and nothing more', () => {
  it.each([
    ['git rebase origin/main', true],
    ['GIT_EDITOR=true git rebase --continue', true],
    ['git commit --amend --no-edit', true],
    ['git checkout --theirs a.ts', true],
    ['git restore --ours a.ts', true],
    ['git push --force', false],
    ['git reset --hard', false],
    ['git checkout main', false],
    ['git branch -D x', false],
    ['git update-ref HEAD x', false],
  ])('%s: %s', (command, allowed) => {
    expect(judgeCommandLine(command, CONFLICT) === null).toBe(allowed)
  })
})

it('deep nesting is denied, not overlooked', () => {
  let command = 'git push'
  for (let depth = 0; depth < 20; depth++) command = `eval ${command}`
  expect(judgeCommandLine(command, ORDINARY)).toEqual(expect.any(String))
})

it('a long harmless command line is judged quickly', () => {
  const command = `cat > f <<'EOF'\n${'some line with "quotes" and (parentheses) git push\n'.repeat(5_000)}EOF\necho ${'word '.repeat(20_000)}`
  expect(judgeCommandLine(command, ORDINARY)).toBeNull()
})

it.each(['$(', '"$(', '"$(x)', '`', "'", '"', '<<A ', '(', '{ ', 'a=$((', '\\'])(
  'many of %j are judged quickly',
  (piece) => {
    try {
      judgeCommandLine(piece.repeat(5_000), ORDINARY)
    } catch (error) {
      expect(error).toMatchObject({ message: 'substitutions are nested too deep' })
    }
  },
  5_000,
)

describe('files are written inside the workspace only', () => {
  let directory = ''
  let rules: GuardRules
  beforeAll(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), 'claudetm-guard-')))
    const cwd = join(directory, 'work')
    await mkdir(join(cwd, 'src'), { recursive: true })
    await mkdir(join(directory, 'outside'))
    await symlink(join(directory, 'outside'), join(cwd, 'link'))
    await symlink(join(directory, 'outside', 'not-yet'), join(cwd, 'dangling'))
    await symlink(join(cwd, 'src'), join(directory, 'into'))
    await writeFile(join(cwd, '.git'), 'gitdir: elsewhere\n')
    rules = { cwd, mayRewriteHistory: false, resolvePath: resolveRealPath }
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  const judge = (path: string, tool = 'Write') =>
    judgeToolUse({ tool, input: { file_path: path }, from: rules.cwd }, rules)

  it.each(['a.txt', 'src/new/deep/file.ts', './src/../b', '.github/workflows/ci.yml', '.gitignore', '..data'])(
    'allowed: %s',
    (path) => {
      expect(judge(path)).toBeNull()
      expect(judge(join(rules.cwd, path))).toBeNull()
    },
  )
  it('allowed: another way to the same directory', () => {
    expect(judge(join(directory, 'into', 'x.ts'))).toBeNull()
  })
  it.each([
    '../x',
    '/etc/passwd',
    'src/../../x',
    'link/x',
    'link',
    '.git',
    '.git/config',
    'sub/.git/hooks/x',
    '.GIT/x',
  ])('denied: %s', (path) => {
    expect(judge(path)).toEqual(expect.any(String))
  })
  it('denied: the state directory, a missing path, every writing tool', () => {
    expect(judge('.claude-task-master/plan.md')).toEqual(expect.any(String))
    expect(judgeToolUse({ tool: 'Write', input: {}, from: rules.cwd }, rules)).toEqual(expect.any(String))
    expect(judge('../x', 'Edit')).toEqual(expect.any(String))
    expect(judge('../x', 'MultiEdit')).toEqual(expect.any(String))
    expect(
      judgeToolUse({ tool: 'NotebookEdit', input: { notebook_path: '../x.ipynb' }, from: rules.cwd }, rules),
    ).toEqual(expect.any(String))
  })
  it('a relative path counts from where the agent is now', () => {
    const use = { tool: 'Write', input: { file_path: 'x.ts' } }
    expect(judgeToolUse({ ...use, from: join(rules.cwd, 'src') }, rules)).toBeNull()
    expect(judgeToolUse({ ...use, from: join(directory, 'outside') }, rules)).toEqual(expect.any(String))
  })
  it('reading is not its business', () => {
    expect(judge('/etc/passwd', 'Read')).toBeNull()
  })
  it('a command in the background is denied', () => {
    expect(
      judgeToolUse({ tool: 'Bash', input: { command: 'ls', run_in_background: true }, from: rules.cwd }, rules),
    ).toMatch(/foreground/)
  })

  it('what cannot be checked is denied', async () => {
    const denials: unknown[] = []
    const hook = createGuardHook(rules, (denial) => denials.push(denial)).hooks[0]
    const input = {
      hook_event_name: 'PreToolUse' as const,
      session_id: '',
      transcript_path: '',
      cwd: rules.cwd,
      tool_name: 'Write',
      tool_input: { file_path: 'dangling' },
      tool_use_id: 't',
    }
    const answer = await hook?.(input, 't', { signal: new AbortController().signal })
    expect(answer).toMatchObject({ hookSpecificOutput: { permissionDecision: 'deny' } })
    expect(denials).toEqual([{ tool: 'Write', reason: expect.stringContaining('could not be checked') }])
  })
})
