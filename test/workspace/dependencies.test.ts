/** Which commands install what: the table, from files alone. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { findInstallSteps } from '../../src/workspace/worktrees/dependencies.ts'
import { findChecks } from '../../src/workspace/worktrees/found-checks.ts'
import { readProject } from '../../src/workspace/worktrees/project.ts'

type Files = Readonly<Record<string, string>>

async function withProject<T>(files: Files, use: (path: string) => Promise<T>): Promise<T> {
  const path = await mkdtemp(join(tmpdir(), 'claudetm-project-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(path, name)), { recursive: true })
      await writeFile(join(path, name), text)
    }
    return await use(path)
  } finally {
    await rm(path, { recursive: true })
  }
}

const json = (value: object) => JSON.stringify(value)
const needs = json({ dependencies: { a: '1' } })

const INSTALLS: readonly [string, Files, readonly string[]][] = [
  ['nothing', { 'README.md': '' }, []],
  ['package.json without dependencies', { 'package.json': json({ scripts: { test: 'node --test' } }) }, []],
  ['package.json that is not JSON', { 'package.json': '{' }, []],
  ['no lockfile', { 'package.json': needs }, ['npm install --no-package-lock --no-audit --no-fund']],
  ['npm', { 'package.json': '{}', 'package-lock.json': '' }, ['npm ci --no-audit --no-fund']],
  ['npm, other name', { 'package.json': '{}', 'npm-shrinkwrap.json': '' }, ['npm ci --no-audit --no-fund']],
  ['pnpm', { 'package.json': '{}', 'pnpm-lock.yaml': '' }, ['pnpm install --frozen-lockfile']],
  [
    'a lockfile of npm lying around',
    { 'package.json': '{}', 'pnpm-lock.yaml': '', 'package-lock.json': '' },
    ['pnpm install --frozen-lockfile'],
  ],
  [
    'the named package manager',
    { 'package.json': json({ packageManager: 'npm@11.0.0' }), 'yarn.lock': '', 'package-lock.json': '' },
    ['npm ci --no-audit --no-fund'],
  ],
  [
    'yarn classic',
    { 'package.json': '{}', 'yarn.lock': '# yarn lockfile v1\n' },
    ['yarn install --frozen-lockfile --non-interactive'],
  ],
  ['yarn berry', { 'package.json': '{}', 'yarn.lock': '__metadata:\n  version: 8\n' }, ['yarn install --immutable']],
  ['bun', { 'package.json': '{}', 'bun.lock': '' }, ['bun install --frozen-lockfile']],
  ['uv before pip', { 'uv.lock': '', 'requirements.txt': '' }, ['uv sync --locked --all-extras']],
  ['poetry', { 'poetry.lock': '', 'pyproject.toml': '' }, ['poetry install --no-interaction']],
  [
    'pip',
    { 'requirements.txt': '', 'requirements-dev.txt': '' },
    ['python3 -m venv .venv && .venv/bin/python -m pip install -q -r requirements.txt -r requirements-dev.txt'],
  ],
  ['bundler', { Gemfile: '', 'Gemfile.lock': '' }, ['BUNDLE_FROZEN=true bundle install']],
  [
    'several',
    {
      'package.json': '{}',
      'package-lock.json': '',
      'Cargo.toml': '',
      'Cargo.lock': '',
      'go.mod': 'module x\nrequire y v1\n',
    },
    ['npm ci --no-audit --no-fund', 'cargo fetch --locked', 'go mod download'],
  ],
]

test.each(INSTALLS)('installing: %s', async (_, files, commands) => {
  const steps = await withProject(files, async (path) => findInstallSteps(await readProject(path)))
  expect(steps.map((step) => step.command)).toEqual(commands)
})

const CHECKS: readonly [string, Files, readonly string[]][] = [
  ['nothing', {}, []],
  [
    'quick ones first',
    { 'package.json': json({ scripts: { build: 'b', test: 't', typecheck: 'c', lint: 'l', start: 's' } }) },
    ['npm run lint', 'npm run typecheck', 'npm test', 'npm run build'],
  ],
  [
    'npm’s placeholder',
    { 'package.json': json({ scripts: { test: 'echo "Error: no test specified" && exit 1' } }) },
    [],
  ],
  [
    'watchers',
    { 'package.json': json({ scripts: { test: 'jest --watch', 'test:ci': 'jest', lint: 'tsc -w' } }) },
    ['npm run test:ci'],
  ],
  [
    'watching switched off',
    { 'package.json': json({ scripts: { test: 'jest --watchAll=false', build: 'tsc --noWatch' } }) },
    ['npm test', 'npm run build'],
  ],
  [
    'one that runs the others',
    { 'package.json': json({ scripts: { check: 'npm run lint && npm run test:ui', lint: 'l', test: 't' } }) },
    ['npm run check', 'npm test'],
  ],
  [
    'pnpm',
    { 'package.json': json({ scripts: { test: 't', 'check-types': 'c' } }), 'pnpm-lock.yaml': '' },
    ['pnpm run check-types', 'pnpm run test'],
  ],
  [
    'scripts before make',
    { 'package.json': json({ scripts: { test: 't' } }), Makefile: 'lint:\n\ttrue\n' },
    ['npm test'],
  ],
  [
    'make',
    { Makefile: 'test := 1\ncheck: lint\n\ttrue\n.PHONY: lint\nlint test:\n\ttrue\ntest-all:\n' },
    ['make lint', 'make check', 'make test'],
  ],
  ['a variable is no target', { Makefile: 'test := 1\nlint ?= 2\n.PHONY: check\n' }, []],
  ['pytest', { 'pyproject.toml': '[tool.pytest.ini_options]\n', 'tests/test_a.py': '' }, ['python3 -m pytest']],
  ['pytest configured without tests', { 'pyproject.toml': '[tool.pytest.ini_options]\n', 'a.py': '' }, []],
  ['pytest by style', { 'setup.py': '', 'pkg/tests/a_test.py': 'def test_a(): pass\n' }, ['python3 -m pytest']],
  [
    'unittest',
    { 'setup.py': '', 'tests/test_a.py': 'import unittest\nclass A(unittest.TestCase):\n    def test_a(self): pass\n' },
    ['python3 -m unittest discover'],
  ],
  ['tests of somebody else', { 'setup.py': '', '.venv/x/test_a.py': '', 'node_modules/x/test_a.py': '' }, []],
  [
    'ruff and mypy',
    { 'pyproject.toml': '[project]\ndependencies = ["ruff>=1", "mypy"]\n[tool.ruff]\n[tool.mypy]\n' },
    ['ruff check .', 'mypy .'],
  ],
  ['ruff that nothing installs', { 'pyproject.toml': '[tool.ruff]\nselect = ["E"]\n' }, []],
  ['rust', { 'Cargo.toml': '[lints.clippy]\n' }, ['cargo clippy --workspace --all-targets', 'cargo test --workspace']],
  [
    'go beside scripts',
    { 'go.mod': 'module x\n', 'package.json': json({ scripts: { test: 't' } }) },
    ['go vet ./...', 'npm test', 'go test ./...'],
  ],
]

test.each(CHECKS)('checks: %s', async (_, files, commands) => {
  const checks = await withProject(files, findChecks)
  expect(checks.map((check) => check.command)).toEqual(commands)
  expect(new Set(checks.map((check) => check.name)).size).toBe(checks.length)
})
