/** How dependencies are installed, by ecosystem, from the project's own lockfiles. A table; nothing here runs anything. */
import {
  findPackageManager,
  LOCKFILES,
  type PackageJson,
  type PackageManager,
  readPackageJson,
} from './package-json.ts'
import { hasAny, type Manifest, type Project } from './project.ts'

export type InstallStep = {
  readonly command: string
  /** The program a person has to install when it is missing. */
  readonly tool: string
  /** What decides whether the installation is still good, besides the command. */
  readonly inputs: readonly Manifest[]
}

/** Where installers put things; kept when a slot is cleaned and its lockfiles are unchanged. As `.gitignore` patterns. */
export const DEPENDENCY_PATTERNS = [
  'node_modules',
  '.venv',
  '/vendor/bundle',
  '/.bundle',
  '/.pnp.cjs',
  '/.pnp.loader.mjs',
  '/.yarn/cache',
  '/.yarn/unplugged',
  '/.yarn/install-state.gz',
]

/** Directories whose presence an installation is known by. */
export const DEPENDENCY_DIRECTORIES = ['node_modules', '.venv', 'vendor/bundle']

const PIP_FILES = [
  ...(['requirements.txt', 'requirements-dev.txt', 'requirements_dev.txt', 'dev-requirements.txt'] as const),
  ...(['requirements-test.txt', 'test-requirements.txt'] as const),
]

/** Every ecosystem that is there, in this order; within one (npm or pnpm, uv or pip) only the first that fits. */
export function findInstallSteps(project: Project): readonly InstallStep[] {
  return [javascript, python, ruby, rust, go].map((find) => find(project)).filter((step) => step !== null)
}

function javascript(project: Project): InstallStep | null {
  const manifest = readPackageJson(project)
  if (manifest === null) return null
  const manager = findPackageManager(project, manifest)
  const lockfiles = LOCKFILES[manager].filter((file) => project.files.has(file))
  if (lockfiles.length === 0 && !hasDependencies(manifest)) return null
  const command = lockfiles.length === 0 ? UNLOCKED[manager] : lockedCommand(project, manager)
  const inputs: readonly Manifest[] = ['package.json', 'pnpm-workspace.yaml', '.npmrc', '.yarnrc.yml', ...lockfiles]
  return { command, tool: manager, inputs }
}

function lockedCommand(project: Project, manager: PackageManager): string {
  switch (manager) {
    case 'npm':
      return 'npm ci --no-audit --no-fund'
    case 'pnpm':
      return 'pnpm install --frozen-lockfile'
    case 'bun':
      return 'bun install --frozen-lockfile'
    case 'yarn':
      return project.files.get('yarn.lock')?.includes('__metadata:') === true
        ? 'yarn install --immutable'
        : 'yarn install --frozen-lockfile --non-interactive'
  }
}

/** Without a lockfile none may appear either: the tree stays as it is. */
const UNLOCKED: Readonly<Record<PackageManager, string>> = {
  npm: 'npm install --no-package-lock --no-audit --no-fund',
  pnpm: 'pnpm install --no-lockfile',
  yarn: 'yarn install --no-lockfile --non-interactive',
  bun: 'bun install --no-save',
}

function hasDependencies(manifest: PackageJson): boolean {
  const lists = [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies]
  return manifest.workspaces !== undefined || lists.some((list) => Object.keys(list).length > 0)
}

function python(project: Project): InstallStep | null {
  if (hasAny(project, 'uv.lock')) {
    return { command: 'uv sync --locked --all-extras', tool: 'uv', inputs: ['uv.lock', 'pyproject.toml'] }
  }
  if (hasAny(project, 'poetry.lock')) {
    const inputs: readonly Manifest[] = ['poetry.lock', 'pyproject.toml']
    return { command: 'poetry install --no-interaction', tool: 'poetry', inputs }
  }
  const files = PIP_FILES.filter((file) => project.files.has(file))
  if (files.length === 0) return null
  const install = `.venv/bin/python -m pip install -q ${files.map((file) => `-r ${file}`).join(' ')}`
  return { command: `python3 -m venv .venv && ${install}`, tool: 'python3', inputs: files }
}

function ruby(project: Project): InstallStep | null {
  if (!hasAny(project, 'Gemfile.lock')) return null
  return { command: 'BUNDLE_FROZEN=true bundle install', tool: 'bundle', inputs: ['Gemfile', 'Gemfile.lock'] }
}

function rust(project: Project): InstallStep | null {
  if (!hasAny(project, 'Cargo.lock')) return null
  return { command: 'cargo fetch --locked', tool: 'cargo', inputs: ['Cargo.toml', 'Cargo.lock'] }
}

function go(project: Project): InstallStep | null {
  if (!/^require\b/m.test(project.files.get('go.mod') ?? '')) return null
  return { command: 'go mod download', tool: 'go', inputs: ['go.mod', 'go.sum'] }
}
