/** A lockfile that changed although nothing that it is made from did. */
import type { Changes } from './changes.ts'
import { type Sighting, sightFile } from './sighting.ts'

const PAIRS: readonly { readonly lock: RegExp; readonly manifest: RegExp }[] = [
  {
    lock: /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|deno\.lock)$/,
    manifest: /(?:^|\/)(?:package\.json|pnpm-workspace\.yaml|\.npmrc|\.yarnrc\.yml|deno\.jsonc?)$/,
  },
  { lock: /(?:^|\/)Cargo\.lock$/, manifest: /(?:^|\/)Cargo\.toml$/ },
  { lock: /(?:^|\/)(?:poetry|uv|pdm)\.lock$/, manifest: /(?:^|\/)(?:pyproject\.toml|uv\.toml)$/ },
  { lock: /(?:^|\/)Pipfile\.lock$/, manifest: /(?:^|\/)Pipfile$/ },
  { lock: /(?:^|\/)Gemfile\.lock$/, manifest: /(?:^|\/)(?:Gemfile|[^/]+\.gemspec)$/ },
  { lock: /(?:^|\/)composer\.lock$/, manifest: /(?:^|\/)composer\.json$/ },
  { lock: /(?:^|\/)go\.(?:sum|work\.sum)$/, manifest: /(?:^|\/)go\.(?:mod|work)$/ },
  { lock: /(?:^|\/)mix\.lock$/, manifest: /(?:^|\/)mix\.exs$/ },
  { lock: /(?:^|\/)pubspec\.lock$/, manifest: /(?:^|\/)pubspec\.yaml$/ },
  { lock: /(?:^|\/)Package\.resolved$/, manifest: /(?:^|\/)Package\.swift$/ },
  { lock: /(?:^|\/)packages\.lock\.json$/, manifest: /\.(?:csproj|fsproj|vbproj)$|(?:^|\/)Directory\.[^/]+\.props$/ },
  {
    lock: /(?:^|\/)(?:gradle\.lockfile|verification-metadata\.xml)$/,
    manifest: /\.gradle(?:\.kts)?$|libs\.versions\.toml$/,
  },
  { lock: /(?:^|\/)flake\.lock$/, manifest: /(?:^|\/)flake\.nix$/ },
]

export function isLockfile(path: string): boolean {
  return PAIRS.some(({ lock }) => lock.test(path))
}

/** The manifest may be in another directory: one lockfile serves a whole workspace. */
export function findLoneLockfiles({ files }: Changes): readonly Sighting[] {
  return PAIRS.flatMap(({ lock, manifest }) => {
    const locks = files.filter((file) => lock.test(file.path))
    if (locks.length === 0 || files.some(({ path }) => manifest.test(path))) return []
    return locks.map((file) => sightFile(file, 'a lockfile changed, and nothing that it is made from did'))
  })
}
