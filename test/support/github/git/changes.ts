/** What a pull request changes: files with counts and patches. */
import type { Repository, Sha, World } from '../model.ts'
import { git, tryGit } from './git.ts'

export type ChangedFile = {
  readonly path: string
  readonly previousPath: string | null
  readonly status: 'added' | 'removed' | 'modified' | 'renamed'
  readonly additions: number
  readonly deletions: number
  /** Null for binary files. */
  readonly patch: string | null
  readonly blobSha: Sha
}

/** Between two commits; for a pull request `from` is the merge base. */
export function listChanges(world: World, repository: Repository, from: Sha, to: Sha): Promise<readonly ChangedFile[]> {
  return world.memo(`changes:${repository.id}:${from}:${to}`, async () => {
    const raw = await git(repository.gitDirectory, ['diff', '-M', '--raw', '--no-abbrev', '-z', from, to])
    const entries = parseRaw(raw)
    const counts = parseCounts(await git(repository.gitDirectory, ['diff', '-M', '--numstat', '-z', from, to]))
    const patches = splitPatches(await readDiff(repository, from, to))
    return entries.map((entry, index) => ({
      ...entry,
      additions: counts[index]?.additions ?? 0,
      deletions: counts[index]?.deletions ?? 0,
      patch: patches[index] ?? null,
    }))
  })
}

/** The whole diff as text, as `Accept: application/vnd.github.diff` answers it. */
export async function readDiff(repository: Repository, from: Sha, to: Sha): Promise<string> {
  const result = await tryGit(repository.gitDirectory, ['diff', '-M', from, to])
  return result.stdout
}

/** Null when the file is not in the commit. */
export async function readFileAt(repository: Repository, commit: Sha, path: string): Promise<string | null> {
  const result = await tryGit(repository.gitDirectory, ['cat-file', 'blob', `${commit}:${path}`])
  return result.exitCode === 0 ? result.stdout : null
}

const STATUS = { A: 'added', D: 'removed', R: 'renamed' } as const

function parseRaw(text: string): Pick<ChangedFile, 'path' | 'previousPath' | 'status' | 'blobSha'>[] {
  const fields = text.split('\0')
  const files = []
  for (let index = 0; index < fields.length - 1; ) {
    const [, , oldBlob = '', newBlob = '', letter = 'M'] = (fields[index] ?? '').split(' ')
    const renamed = letter.startsWith('R')
    const path = fields[index + (renamed ? 2 : 1)] ?? ''
    files.push({
      path,
      previousPath: renamed ? (fields[index + 1] ?? null) : null,
      status: STATUS[letter[0] as keyof typeof STATUS] ?? 'modified',
      blobSha: letter === 'D' ? oldBlob : newBlob,
    })
    index += renamed ? 3 : 2
  }
  return files
}

function parseCounts(text: string): { additions: number; deletions: number }[] {
  const fields = text.split('\0')
  const counts = []
  for (let index = 0; index < fields.length - 1; ) {
    const [additions = '0', deletions = '0', path = ''] = (fields[index] ?? '').split('\t')
    counts.push({ additions: Number(additions) || 0, deletions: Number(deletions) || 0 })
    index += path === '' ? 3 : 1 // a rename has its two names in fields of their own
  }
  return counts
}

function splitPatches(diff: string): (string | null)[] {
  return diff
    .split(/^diff --git .*$/m)
    .slice(1)
    .map((part) => {
      const start = part.indexOf('\n@@')
      return start === -1 ? null : part.slice(start + 1).trimEnd()
    })
}
