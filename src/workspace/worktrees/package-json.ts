/** package.json and the package manager it is used with. */
import { z } from 'zod'
import type { Project } from './project.ts'

const names = z.record(z.string(), z.unknown()).catch({})
const packageJsonSchema = z.object({
  scripts: z.record(z.string(), z.string().catch('')).catch({}),
  dependencies: names,
  devDependencies: names,
  optionalDependencies: names,
  workspaces: z.unknown().optional(),
  packageManager: z.string().optional().catch(undefined),
})
export type PackageJson = Readonly<z.infer<typeof packageJsonSchema>>

const PACKAGE_MANAGERS = ['pnpm', 'yarn', 'bun', 'npm'] as const
export type PackageManager = (typeof PACKAGE_MANAGERS)[number]

export const LOCKFILES = {
  pnpm: ['pnpm-lock.yaml'],
  yarn: ['yarn.lock'],
  bun: ['bun.lock', 'bun.lockb'],
  npm: ['package-lock.json', 'npm-shrinkwrap.json'],
} as const

/** null = there is none, or it is not an object of JSON: its tools will say so. */
export function readPackageJson(project: Project): PackageJson | null {
  try {
    return packageJsonSchema.parse(JSON.parse(project.files.get('package.json') ?? ''))
  } catch {
    return null
  }
}

/** What package.json names, else whose lockfile is there (npm's last: it is the one that lies around), else npm. */
export function findPackageManager(project: Project, manifest: PackageJson): PackageManager {
  const named = PACKAGE_MANAGERS.find((manager) => manifest.packageManager?.startsWith(`${manager}@`))
  const locked = PACKAGE_MANAGERS.find((manager) => LOCKFILES[manager].some((file) => project.files.has(file)))
  return named ?? locked ?? 'npm'
}
