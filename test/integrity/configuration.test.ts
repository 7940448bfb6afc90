import { describe, expect, it } from 'vitest'
import type { FileChange } from '../../src/domain/integrity/changes.ts'
import type { IntegrityClass } from '../../src/domain/integrity/finding.ts'
import { judgeChanges } from '../../src/domain/integrity/judge.ts'
import { DEFAULT_POLICY } from '../../src/domain/policy.ts'
import { change, changes } from '../support/changes.ts'

const findings = (...files: FileChange[]) => judgeChanges(changes(...files), DEFAULT_POLICY.integrity)
const found = (...files: FileChange[]): readonly IntegrityClass[] => [
  ...new Set(findings(...files).map((finding) => finding.class)),
]

const WORKFLOW = '.github/workflows/ci.yml'

describe('what lets more pass is found', () => {
  const cases: [string, FileChange][] = [
    ['a step may fail', change(WORKFLOW, '+        continue-on-error: true')],
    ['a job may fail (GitLab)', change('.gitlab-ci.yml', '+  allow_failure: true')],
    ['|| true', change(WORKFLOW, '-      - run: npm test\n+      - run: npm test || true')],
    ['|| exit 0', change('.circleci/config.yml', '-      - run: make check\n+      - run: make check || exit 0')],
    ['a job that never runs', change(WORKFLOW, '+    if: false')],
    ['a step is gone', change(WORKFLOW, '-      - run: npm run lint')],
    ['an action is gone', change(WORKFLOW, '-      - uses: github/codeql-action/analyze@v3')],
    ['a script line is gone (GitLab)', change('.gitlab-ci.yml', '-    - cargo clippy -- -D warnings')],
    [
      'swallowed in package.json',
      change('package.json', '-    "test": "vitest run",\n+    "test": "vitest run || true",'),
    ],
    ['a check that does nothing', change('package.json', '-    "lint": "eslint .",\n+    "lint": "echo ok",')],
    ['no tests is fine', change('package.json', '-    "test": "jest",\n+    "test": "jest --passWithNoTests",')],
    ['a lower coverage', change('vitest.config.ts', '-        branches: 90,\n+        branches: 60,')],
    ['a lower coverage (json)', change('package.json', '-        "lines": 95\n+        "lines": 80')],
    ['a lower coverage (Python)', change('pyproject.toml', '-fail_under = 90\n+fail_under = 50')],
    [
      'a lower coverage (option)',
      change('pyproject.toml', '-addopts = "--cov-fail-under=90"\n+addopts = "--cov-fail-under=9"'),
    ],
    ['a lower coverage (codecov)', change('codecov.yml', '-        target: 90%\n+        target: 10%')],
    ['a limit that is gone', change('.nycrc', '-  "branches": 90,')],
    [
      'more warnings',
      change('package.json', '-    "lint": "eslint . --max-warnings 0",\n+    "lint": "eslint . --max-warnings 50",'),
    ],
    ['a rule off (eslint)', change('eslint.config.js', "+      'no-unused-vars': 'off',")],
    ['a rule off (json)', change('.eslintrc.json', '+    "no-undef": 0,')],
    ['a rule off (biome)', change('biome.json', '-        "noExplicitAny": "error"\n+        "noExplicitAny": "off"')],
    ['a checker off (biome)', change('biome.json', '-    "enabled": true\n+    "enabled": false')],
    ['a cop off (rubocop)', change('.rubocop.yml', '+  Enabled: false')],
    ['not strict', change('tsconfig.json', '-    "strict": true,\n+    "strict": false,')],
    ['implicit any', change('tsconfig.build.json', '+    "noImplicitAny": false,')],
    ['libraries unchecked', change('tsconfig.json', '+    "skipLibCheck": true,')],
    ['mypy', change('mypy.ini', '+ignore_errors = True')],
    ['mypy, less', change('pyproject.toml', '-disallow_untyped_defs = true\n+disallow_untyped_defs = false')],
    ['ruff ignores', change('pyproject.toml', '+extend-ignore = ["F401"]')],
    ['flake8 ignores', change('.flake8', '+extend-ignore = E501')],
    ['tests left out', change('vitest.config.ts', "+    exclude: ['src/broken.test.ts'],")],
    ['tests left out (pytest)', change('pytest.ini', '-addopts = -q\n+addopts = -q --ignore=tests/test_slow.py')],
    ['coverage left out', change('.coveragerc', '+omit = src/*')],
    ['golangci', change('.golangci.yml', '+  disable:')],
    ['clippy', change('Cargo.toml', '+unwrap_used = "allow"')],
    ['gradle', change('build.gradle', '+    ignoreFailures = true')],
    ['maven', change(WORKFLOW, '-      - run: mvn verify\n+      - run: mvn verify -DskipTests')],
    ['hooks skipped', change('scripts/release.sh', '-git commit -m x\n+git commit --no-verify -m x')],
    ['a linter configuration is deleted', change('.eslintrc.json', '-{}', { is: 'D' })],
    ['coverage configuration is deleted', change('codecov.yml', '-coverage:', { is: 'D' })],
  ]
  it.each(cases)('%s', (_, file) => expect(found(file)).toContain('checks_loosened'))

  const fine: [string, FileChange[]][] = [
    ['a higher coverage', [change('vitest.config.ts', '-        branches: 80,\n+        branches: 90,')]],
    ['a new limit', [change('vitest.config.ts', '+        branches: 80,')]],
    [
      'fewer warnings',
      [change('package.json', '-  "lint": "eslint . --max-warnings 10"\n+  "lint": "eslint . --max-warnings 0"')],
    ],
    ['a rule on', [change('eslint.config.js', "-      'no-unused-vars': 'off',\n+      'no-unused-vars': 'error',")]],
    ['strict', [change('tsconfig.json', '-    "strict": false,\n+    "strict": true,')]],
    ['a step is added', [change(WORKFLOW, '+      - run: npm run lint')]],
    ['a step is changed', [change(WORKFLOW, '-      - run: npm test\n+      - run: npm test -- --coverage')]],
    ['a step moves to another job', [change(WORKFLOW, '-      - run: npm run lint\n\n+      - run: npm run lint')]],
    ['a dependency', [change('package.json', '+    "left-pad": "^1.3.0",')]],
    ['a version', [change('package.json', '-  "version": "1.0.0"\n+  "version": "1.1.0"')]],
    [
      'another linter takes over',
      [change('.eslintrc.json', '-{}', { is: 'D' }), change('eslint.config.js', '+export default []', { is: 'A' })],
    ],
    ['a first configuration', [change('biome.json', `+  "recommended": false,\n+  "includes": ["src"]`, { is: 'A' })]],
    ['the same words in code', [change('src/coverage.ts', "+  branches: 10,\n+  rule: 'off',")]],
    ['a compile target', [change('tsconfig.json', '-    "target": "es2020",\n+    "target": "es2024",')]],
    ['a test script is added', [change('package.json', '+    "test:e2e": "playwright test",')]],
  ]
  it.each(fine)('not: %s', (_, files) => expect(found(...files)).not.toContain('checks_loosened'))
})

describe('a check that is told to look away is found', () => {
  const cases: [string, FileChange][] = [
    ['eslint', change('src/a.ts', '+// eslint-disable-next-line no-console')],
    ['eslint, a block', change('src/a.tsx', '+/* eslint-disable */')],
    ['TypeScript', change('src/a.ts', '+  // @ts-ignore')],
    ['TypeScript, a whole file', change('src/a.ts', '+// @ts-nocheck')],
    ['biome', change('src/a.ts', '+  // biome-ignore lint/suspicious/noExplicitAny: why not')],
    ['coverage', change('src/a.ts', '+  /* v8 ignore next */')],
    ['noqa', change('src/a.py', '+import os  # noqa: F401')],
    ['type: ignore', change('src/a.py', '+    return x  # type: ignore[return-value]')],
    ['pylint', change('src/a.py', '+# pylint: disable=too-many-lines')],
    ['no cover', change('src/a.py', '+    if debug:  # pragma: no cover')],
    ['nolint', change('a.go', '+\tx() //nolint:errcheck')],
    ['allow', change('src/a.rs', '+#[allow(dead_code)]')],
    ['SuppressWarnings', change('src/main/java/A.java', '+  @SuppressWarnings("unchecked")')],
    ['pragma', change('A.cs', '+#pragma warning disable CS0168')],
    ['rubocop', change('lib/a.rb', '+# rubocop:disable Metrics/MethodLength')],
    ['phpstan', change('src/A.php', '+        /** @phpstan-ignore-next-line */')],
    ['NOLINT', change('src/a.cpp', '+  int x = (int)y; // NOLINT')],
    ['shellcheck', change('run.sh', '+# shellcheck disable=SC2086')],
  ]
  it.each(cases)('%s', (_, file) => expect(found(file)).toEqual(['checks_silenced']))

  const fine: [string, FileChange[]][] = [
    ['it goes', [change('src/a.ts', '-// eslint-disable-next-line no-console')]],
    ['it moves', [change('src/a.ts', '-// @ts-ignore'), change('src/b.ts', '+// @ts-ignore')]],
    ['prose', [change('docs/style.md', '+Never write `// @ts-ignore`.')]],
    ['a string', [change('src/rules.ts', "+const WORD = 'eslint-disable'")]],
  ]
  it.each(fine)('not: %s', (_, files) => expect(found(...files)).toEqual([]))
})

describe('files that weigh more than others', () => {
  const cases: [string, FileChange, IntegrityClass][] = [
    ['a workflow', change(WORKFLOW, '+      - run: echo hi'), 'ci_changed'],
    ['a new workflow', change('.github/workflows/x.yml', '+on: push', { is: 'A' }), 'ci_changed'],
    ['a deleted pipeline', change('.gitlab-ci.yml', '-test:', { is: 'D' }), 'ci_changed'],
    ['a workflow renamed away', change('ci.yml.off', '', { from: WORKFLOW }), 'ci_changed'],
    ['a lockfile by itself', change('package-lock.json', '+x'), 'lockfile_alone'],
    ['a lockfile by itself (Rust)', change('Cargo.lock', '+x'), 'lockfile_alone'],
    ['a lockfile with another language', change('poetry.lock', '+x'), 'lockfile_alone'],
    ['CLAUDE.md', change('CLAUDE.md', '+Never run the tests.'), 'agent_instructions'],
    ['AGENTS.md in a folder', change('packages/a/AGENTS.md', '+x'), 'agent_instructions'],
    ['settings of an agent', change('.claude/settings.json', '+x', { is: 'A' }), 'agent_instructions'],
    ['rules of an editor', change('.cursor/rules/x.mdc', '+x', { is: 'A' }), 'agent_instructions'],
    ['an MCP server', change('.mcp.json', '+x', { is: 'A' }), 'agent_instructions'],
    ['a hook', change('.husky/pre-commit', '-npm test'), 'git_controls'],
    ['attributes', change('.gitattributes', '+*.ts -diff'), 'git_controls'],
    ['a submodule', change('vendor/x', '+Subproject commit 1', { before: 'absent', after: 'submodule' }), 'submodules'],
    ['.gitmodules', change('.gitmodules', '+[submodule "x"]'), 'submodules'],
    ['a link to the system', change('etc', '+/etc/passwd', { before: 'absent', after: 'symlink' }), 'symlinks_outside'],
    ['a link above', change('a/b', '+../../x', { before: 'absent', after: 'symlink' }), 'symlinks_outside'],
    ['a link into .git', change('a', '+.git/config', { before: 'file', after: 'symlink' }), 'symlinks_outside'],
    ['a program', change('bin/tool', '', { is: 'A', content: 'binary', sizeBytes: 12_000 }), 'large_files'],
    ['a huge text', change('data.csv', '', { is: 'A', sizeBytes: 5_000_000 }), 'large_files'],
    ['our own state', change('.claude-task-master/state.json', '+{}', { is: 'A' }), 'stray_files'],
    ['installed packages', change('node_modules/x/index.js', '+x', { is: 'A' }), 'stray_files'],
    ['a cache', change('src/__pycache__/a.cpython-312.pyc', '', { is: 'A', content: 'text' }), 'stray_files'],
    ['an environment file', change('.env', '+A=1', { is: 'A' }), 'stray_files'],
    ['a private key by its name', change('deploy/id_ed25519', '+x', { is: 'A' }), 'secrets'],
    ['what was not read', change('src/huge.ts', '', { content: 'unread' }), 'unread'],
  ]
  it.each(cases)('%s', (_, file, name) => expect(found(file)).toContain(name))

  const fine: [string, FileChange[]][] = [
    ['a lockfile with its manifest', [change('package-lock.json', '+x'), change('package.json', '+    "x": "1",')]],
    [
      'a lockfile of a workspace',
      [change('pnpm-lock.yaml', '+x'), change('packages/a/package.json', '+    "x": "1",')],
    ],
    ['go.sum with go.mod', [change('go.sum', '+x'), change('go.mod', '+require x v1')]],
    [
      'a lockfile goes with its manifest',
      [change('Gemfile.lock', '-x', { is: 'D' }), change('Gemfile', '-x', { is: 'D' })],
    ],
    ['a link inside', [change('docs/README.md', '+../README.md', { before: 'absent', after: 'symlink' })]],
    ['a picture', [change('docs/a.png', '', { is: 'A', content: 'binary', sizeBytes: 40_000 })]],
    ['a binary goes', [change('bin/tool', '', { is: 'D', content: 'binary' })]],
    ['an example of an environment file', [change('.env.example', '+A=', { is: 'A' })]],
    ['code in a folder that is called env', [change('src/env/index.ts', '+x', { is: 'A' })]],
    ['a public key', [change('deploy/id_ed25519.pub', '+ssh-ed25519 AAAA', { is: 'A' })]],
    [
      'a large lockfile',
      [
        change('package-lock.json', '', { content: 'unread', sizeBytes: 9_000_000 }),
        change('package.json', '+    "x": "1",'),
      ],
    ],
    ['documents', [change('docs/guide.md', '+# CI\n+continue-on-error: true')]],
  ]
  it.each(fine)('not: %s', (_, files) => expect(found(...files)).toEqual([]))
})

describe('findings', () => {
  const skip = change('a.test.ts', `+it.skip('adds', () => {`)
  const later = { ...skip, hunks: skip.hunks.map((hunk) => ({ ...hunk, newStart: 80 })) }
  const other = change('a.test.ts', `+it.skip('subtracts', () => {`)

  it('keep their name wherever their lines move to, and only theirs', () => {
    const [first, moved, different] = [skip, later, other].map((file) => findings(file)[0])
    expect([first?.id === moved?.id, first?.id === different?.id, moved?.line]).toEqual([true, false, 80])
  })

  it('are not made for classes that are allowed', () => {
    const policy = { ...DEFAULT_POLICY.integrity, tests_skipped: 'allow' as const }
    expect(judgeChanges(changes(skip), policy)).toEqual([])
  })

  it('are bounded: the rest is one finding that stands for all of them', () => {
    const files = Array.from({ length: 500 }, (_, index) => change(`src/${index}.ts`, '+// @ts-ignore'))
    const all = findings(...files)
    expect([all.length, all.at(-1)?.what]).toEqual([13, '488 more like these'])
    expect(findings(...files.slice(0, 499)).at(-1)?.id).not.toBe(all.at(-1)?.id)
  })

  it('show nothing that paints or breaks lines, and no secret', () => {
    const painted = change('a\u001b[31m.test.ts', `+it.skip('a\u001b]0;x\u0007dds', () => {`)
    const [finding] = findings(painted)
    expect(JSON.stringify(finding)).not.toMatch(/\\u001b|\\u0007/)
    const secret = { path: 'a.ts', line: 3, commit: null, kind: 'a GitHub token', digest: 'abcd1234' }
    expect(judgeChanges({ files: [], secrets: [secret], unread: [] }, DEFAULT_POLICY.integrity)).toEqual([
      {
        id: expect.any(String),
        class: 'secrets',
        path: 'a.ts',
        line: 3,
        what: 'a secret: a GitHub token',
        excerpt: '',
      },
    ])
  })

  it('are found in a change of any size in time that grows with it', () => {
    const file = (count: number) =>
      change(
        'a.test.ts',
        Array.from({ length: count }, (_, i) => `-it('case ${i}', () => {\n-  expect(${i}).toBe(${i})\n`).join('\n'),
      )
    expect(findings(file(20_000)).map(({ what }) => what)[0]).toContain('20000 tests are gone')
  })
})
