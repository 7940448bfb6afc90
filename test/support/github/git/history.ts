/** What commits are and how they lie to one another. Commits never change, so every answer is remembered. */
import type { Repository, Sha, World } from '../model.ts'
import { git, tryGit } from './git.ts'

export type Commit = {
  readonly sha: Sha
  readonly treeSha: Sha
  readonly parents: readonly Sha[]
  readonly message: string
  readonly author: CommitPerson
  readonly committer: CommitPerson
}

export type CommitPerson = { readonly name: string; readonly email: string /** ISO, UTC. */; readonly date: string }

const FORMAT = '%H%x00%T%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B%x00%x01'

/** Null when there is no such commit. */
export async function readCommit(world: World, repository: Repository, sha: Sha): Promise<Commit | null> {
  if (!/^[0-9a-f]{40}$/.test(sha)) return null
  const commits = await world
    .memo(`commit:${repository.id}:${sha}`, async () => {
      const result = await tryGit(repository.gitDirectory, ['log', '-1', `--format=${FORMAT}`, sha, '--'])
      if (result.exitCode !== 0) throw new Error(`no commit ${sha}`)
      return parseLog(result.stdout)
    })
    .catch(() => [])
  return commits[0] ?? null
}

/** The commits of `head` that are not in `base`, oldest first, as a pull request lists them. */
export function listCommits(world: World, repository: Repository, base: Sha, head: Sha): Promise<readonly Commit[]> {
  return world.memo(`log:${repository.id}:${base}..${head}`, async () =>
    parseLog(
      await git(repository.gitDirectory, [
        'log',
        '--reverse',
        '--topo-order',
        `--format=${FORMAT}`,
        `${base}..${head}`,
        '--',
      ]),
    ),
  )
}

/** Newest first; all that `head` reaches. */
export async function readLog(repository: Repository, head: Sha, limit: number): Promise<readonly Commit[]> {
  return parseLog(await git(repository.gitDirectory, ['log', `--max-count=${limit}`, `--format=${FORMAT}`, head, '--']))
}

/** Null without common history. */
export function mergeBase(world: World, repository: Repository, a: Sha, b: Sha): Promise<Sha | null> {
  return world.memo(`merge-base:${repository.id}:${a}:${b}`, async () => {
    const result = await tryGit(repository.gitDirectory, ['merge-base', a, b])
    return result.exitCode === 0 ? result.stdout.trim() : null
  })
}

export function isAncestor(world: World, repository: Repository, ancestor: Sha, descendant: Sha): Promise<boolean> {
  return world.memo(`ancestor:${repository.id}:${ancestor}:${descendant}`, async () => {
    const result = await tryGit(repository.gitDirectory, ['merge-base', '--is-ancestor', ancestor, descendant])
    return result.exitCode === 0
  })
}

export function countAheadBehind(
  world: World,
  repository: Repository,
  base: Sha,
  head: Sha,
): Promise<{ readonly ahead: number; readonly behind: number }> {
  return world.memo(`count:${repository.id}:${base}...${head}`, async () => {
    const text = await git(repository.gitDirectory, ['rev-list', '--left-right', '--count', `${base}...${head}`])
    const [behind = 0, ahead = 0] = text.split(/\s+/).map(Number)
    return { ahead, behind }
  })
}

/** A branch, a full or short commit id, a tag; null when it names nothing. */
export async function resolveRef(repository: Repository, ref: string): Promise<Sha | null> {
  const branch = repository.branches.get(ref.replace(/^(refs\/)?heads\//, ''))
  if (branch !== undefined) return branch
  if (ref.startsWith('-')) return null
  const result = await tryGit(repository.gitDirectory, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`])
  return result.exitCode === 0 ? result.stdout.trim() : null
}

function parseLog(text: string): readonly Commit[] {
  return text
    .split('\0\x01')
    .map((record) => record.replace(/^\n/, ''))
    .filter((record) => record !== '')
    .map(parseRecord)
}

function parseRecord(record: string): Commit {
  const [sha = '', treeSha = '', parents = '', an = '', ae = '', at = '', cn = '', ce = '', ct = '', message = ''] =
    record.split('\0')
  return {
    sha,
    treeSha,
    parents: parents === '' ? [] : parents.split(' '),
    message: message.trimEnd(),
    author: { name: an, email: ae, date: toIso(at) },
    committer: { name: cn, email: ce, date: toIso(ct) },
  }
}

function toIso(seconds: string): string {
  return new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z')
}
