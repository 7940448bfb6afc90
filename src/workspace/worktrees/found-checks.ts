/**
 * The project's own checks, read from its files when none are configured. Sources, in this order:
 *
 * | source         | when                                   | checks                                                |
 * |----------------|----------------------------------------|-------------------------------------------------------|
 * | package.json   | it has one of these scripts            | lint, typecheck, check, test, build                   |
 * | Makefile       | no scripts, one of these targets       | lint, typecheck, check, test                          |
 * | Python         | no Makefile used                       | ruff and mypy when configured and there, tests        |
 * | Cargo.toml     | no Makefile used                       | clippy when configured, cargo test                    |
 * | go.mod         | no Makefile used                       | go vet, go test                                       |
 *
 * Quick ones come first: lint, types, everything else, tests, build.
 */
import type { ProjectCheck } from '../workspace.ts'
import { findPackageManager, type PackageManager, readPackageJson } from './package-json.ts'
import { hasAny, type Project, readProject } from './project.ts'

const PACES = ['lint', 'types', 'check', 'test', 'build'] as const
type Pace = (typeof PACES)[number]
type FoundCheck = ProjectCheck & { readonly pace: Pace }

/** `directory` is the top of a checkout. Never throws: what cannot be read is not there. */
export async function findChecks(directory: string): Promise<readonly ProjectCheck[]> {
  const project = await readProject(directory)
  const scripts = packageScripts(project)
  const targets = scripts.length === 0 ? makeTargets(project) : []
  const native = targets.length === 0 ? [...python(project), ...rust(project), ...go(project)] : []
  return [...scripts, ...targets, ...native]
    .sort((a, b) => PACES.indexOf(a.pace) - PACES.indexOf(b.pace))
    .map(({ name, command }) => ({ name, command }))
}

/** Of each pace the first script that is there and ends by itself. */
const SCRIPTS: Readonly<Record<Pace, readonly string[]>> = {
  lint: ['lint'],
  types: ['typecheck', 'type-check', 'check-types', 'check:types', 'types:check', 'tsc'],
  check: ['check'],
  test: ['test', 'test:ci', 'test:run', 'test:once', 'test:unit'],
  build: ['build'],
}

function packageScripts(project: Project): readonly FoundCheck[] {
  const manifest = readPackageJson(project)
  if (manifest === null) return []
  const manager = findPackageManager(project, manifest)
  const found = PACES.flatMap((pace) => {
    const name = SCRIPTS[pace].find((script) => isUsable(manifest.scripts[script]))
    return name === undefined ? [] : [{ pace, name, command: runScript(manager, name) }]
  })
  // one that another one runs anyway would only cost its time twice
  return found.filter(({ name }) => !found.some((other) => runs(manifest.scripts[other.name] ?? '', name)))
}

/** npm's own placeholder is no test, and what watches does not end. */
function isUsable(script: string | undefined): boolean {
  if (script === undefined || script.trim() === '' || script.includes('no test specified')) return false
  return !/(^|\s)(--watch(All)?(?![=\w-])|--watch(All)?=true|-w(?=\s|$)|ng test\b(?!.*--watch=false))/.test(script)
}

function runScript(manager: PackageManager, name: string): string {
  return manager === 'npm' && name === 'test' ? 'npm test' : `${manager} run ${name}`
}

function runs(script: string, name: string): boolean {
  const escaped = name.replace(/[^\w]/g, '\\$&')
  return new RegExp(`(npm|pnpm|yarn|bun)( run)? (-s |--silent )?${escaped}(?![\\w:-])`).test(script)
}

const TARGETS = [
  { pace: 'lint', name: 'lint' },
  { pace: 'types', name: 'typecheck' },
  { pace: 'check', name: 'check' },
  { pace: 'test', name: 'test' },
] as const

function makeTargets(project: Project): readonly FoundCheck[] {
  const { files } = project
  const text = files.get('GNUmakefile') ?? files.get('makefile') ?? files.get('Makefile') ?? ''
  const isTarget = (name: string) => new RegExp(`^(?:[\\w.-]+ +)*${name}(?: +[\\w.-]+)* *::?(?!=)`, 'm').test(text)
  return TARGETS.filter(({ name }) => isTarget(name)).map(({ pace, name }) => ({ pace, name, command: `make ${name}` }))
}

/** A linter that is configured but nowhere asked for runs elsewhere (in a commit hook, say): it could not run here. */
function python(project: Project): readonly FoundCheck[] {
  const pyproject = project.files.get('pyproject.toml') ?? ''
  const checks: FoundCheck[] = []
  if (
    (/^\[tool\.ruff\b/m.test(pyproject) || hasAny(project, 'ruff.toml', '.ruff.toml')) &&
    isDeclared(project, 'ruff')
  ) {
    checks.push({ pace: 'lint', name: 'ruff', command: 'ruff check .' })
  }
  if ((/^\[tool\.mypy\b/m.test(pyproject) || hasAny(project, 'mypy.ini', '.mypy.ini')) && isDeclared(project, 'mypy')) {
    checks.push({ pace: 'types', name: 'mypy', command: 'mypy .' })
  }
  return project.pythonTests.found ? [...checks, pythonTests(project)] : checks
}

/** pytest unless nothing speaks of it: then the tests run with what Python brings along. */
function pythonTests(project: Project): FoundCheck {
  const configured = /^\[(tool\.pytest|pytest|tool:pytest)\b/m.test(
    (['pyproject.toml', 'setup.cfg', 'tox.ini'] as const).map((name) => project.files.get(name) ?? '').join('\n'),
  )
  const usesPytest =
    configured ||
    project.pythonTests.needPytest ||
    hasAny(project, 'pytest.ini', '.pytest.ini') ||
    isDeclared(project, 'pytest')
  return usesPytest
    ? { pace: 'test', name: 'pytest', command: 'python3 -m pytest' }
    : { pace: 'test', name: 'unittest', command: 'python3 -m unittest discover' }
}

/** Some file that asks for dependencies names the tool: `"ruff>=0.5"`, `ruff = "^0.5"`, `ruff==0.5`, `name = "ruff"`. */
function isDeclared({ files }: Project, tool: string): boolean {
  const named = new RegExp(`(^|["'])${tool}\\b(?!\\.)|^name = "${tool}"`, 'm')
  return [...files].some(
    ([name, text]) => /^(pyproject|uv\.lock|poetry\.lock|setup\.|.*requirements)/.test(name) && named.test(text),
  )
}

function rust(project: Project): readonly FoundCheck[] {
  const manifest = project.files.get('Cargo.toml')
  if (manifest === undefined) return []
  const usesClippy =
    hasAny(project, 'clippy.toml', '.clippy.toml') || /^\[(workspace\.)?lints\.clippy\]/m.test(manifest)
  const clippy: FoundCheck = { pace: 'lint', name: 'clippy', command: 'cargo clippy --workspace --all-targets' }
  const test: FoundCheck = { pace: 'test', name: 'cargo test', command: 'cargo test --workspace' }
  return usesClippy ? [clippy, test] : [test]
}

function go(project: Project): readonly FoundCheck[] {
  if (!hasAny(project, 'go.mod')) return []
  return [
    { pace: 'lint', name: 'go vet', command: 'go vet ./...' },
    { pace: 'test', name: 'go test', command: 'go test ./...' },
  ]
}
