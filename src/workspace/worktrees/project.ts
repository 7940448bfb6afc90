/** The files at the top of a project that say what it is made of: how dependencies are installed, which checks it has. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findPythonTests, type PythonTests } from './python-tests.ts'

export const MANIFESTS = [
  ...['package.json', 'package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'],
  ...['yarn.lock', '.yarnrc.yml', 'bun.lock', 'bun.lockb', '.npmrc'],
  ...['pyproject.toml', 'uv.lock', 'poetry.lock', 'setup.py', 'setup.cfg', 'tox.ini', 'pytest.ini', '.pytest.ini'],
  ...['requirements.txt', 'requirements-dev.txt', 'requirements_dev.txt', 'dev-requirements.txt'],
  ...['requirements-test.txt', 'test-requirements.txt', 'ruff.toml', '.ruff.toml', 'mypy.ini', '.mypy.ini'],
  ...['Gemfile', 'Gemfile.lock', 'Cargo.toml', 'Cargo.lock', 'clippy.toml', '.clippy.toml'],
  ...['go.mod', 'go.sum', 'Makefile', 'makefile', 'GNUmakefile'],
] as const
export type Manifest = (typeof MANIFESTS)[number]

export type Project = {
  readonly files: ReadonlyMap<Manifest, string>
  readonly pythonTests: PythonTests
}

export async function readProject(path: string): Promise<Project> {
  const texts = await Promise.all(
    MANIFESTS.map(async (name) => [name, await readFile(join(path, name), 'utf8').catch(() => null)] as const),
  )
  const files = new Map(texts.flatMap(([name, text]) => (text === null ? [] : [[name, text] as const])))
  return { files, pythonTests: hasPython(files) ? await findPythonTests(path) : NO_TESTS }
}

const NO_TESTS: PythonTests = { found: false, needPytest: false }

export function hasAny(project: Project, ...names: readonly Manifest[]): boolean {
  return names.some((name) => project.files.has(name))
}

function hasPython(files: ReadonlyMap<Manifest, string>): boolean {
  const marks: readonly Manifest[] = ['pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt', 'pytest.ini']
  return marks.some((name) => files.has(name))
}
