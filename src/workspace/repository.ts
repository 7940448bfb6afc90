/** Facts about the user's repository, read and never changed: where it is, its branches, its remote, who commits. */
import { Failure } from '../domain/failure.ts'
import type { CommitSha } from '../domain/ids.ts'
import type { Git } from './git.ts'

export type Remote = {
  readonly name: string
  readonly url: string
  /** null for a path. */
  readonly host: string | null
  /** A known host of pull requests. */
  readonly service: string | null
}

export type Identity = { readonly name: string; readonly email: string }

export const DEFAULT_IDENTITY: Identity = { name: 'claudetm', email: 'claudetm@localhost' }

const SERVICES = [
  { name: 'GitHub', pattern: /(^|\.)github\.com$|\.ghe\.com$/i },
  { name: 'GitLab', pattern: /(^|\.)gitlab\.com$/i },
  { name: 'Bitbucket', pattern: /(^|\.)bitbucket\.org$/i },
]

/** Top level of the checkout `git` stands in. Throws `not_a_repository`. */
export async function findTopLevel(git: Git): Promise<string> {
  const result = await git.try(['rev-parse', '--show-toplevel'])
  const path = result.stdout.trimEnd()
  if (result.exitCode === 0 && path !== '') return path
  const why = result.output.trim().split('\n')[0] ?? ''
  throw new Failure('not_a_repository', `${git.cwd} is not in a git checkout (${why})`, {
    facts: { directory: git.cwd },
  })
}

/** Throws `repository_empty`. */
export async function requireCommit(git: Git): Promise<void> {
  const head = await git.try(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'])
  if (head.exitCode === 0) return
  const any = await git.run(['for-each-ref', '--count=1', 'refs/heads'])
  if (any === '') throw new Failure('repository_empty', `${git.cwd} has no commit yet`)
}

export async function commonGitDirectory(git: Git): Promise<string> {
  return git.run(['rev-parse', '--path-format=absolute', '--git-common-dir'])
}

/** `origin`, else the only remote there is; null without one. */
export async function findRemote(git: Git): Promise<Remote | null> {
  const names = (await git.run(['remote'])).split('\n').filter((name) => name !== '')
  const name = names.includes('origin') ? 'origin' : names[0]
  if (name === undefined) return null
  const url = await git.run(['remote', 'get-url', name])
  const host = parseHost(url)
  const service = host === null ? null : (SERVICES.find(({ pattern }) => pattern.test(host))?.name ?? null)
  return { name, url, host, service }
}

/** The host of `https://user:secret@host/path`, `ssh://git@host:22/path` or `git@host:path`; null for a path. */
export function parseHost(url: string): string | null {
  const parsed = /^[a-z+]+:\/\//i.test(url) ? URL.parse(url)?.hostname : /^(?:[^@/\s]+@)?([^:/\s]{2,}):/.exec(url)?.[1]
  return parsed || null
}

/** Here or on the remote as last fetched. */
export async function hasBranch(git: Git, branch: string): Promise<boolean> {
  const refs = await git.run([
    'for-each-ref',
    '--format=%(refname)',
    `refs/heads/${branch}`,
    `refs/remotes/*/${branch}`,
  ])
  // The pattern also matches refs/heads/<branch>/...: only whole names count.
  return refs
    .split('\n')
    .some(
      (ref) =>
        ref === `refs/heads/${branch}` || /^refs\/remotes\/[^/]+\//.exec(ref)?.[0] === ref.slice(0, -branch.length),
    )
}

/** What pull requests are merged into when nobody says: the remote's default branch, main, master, the branch checked out. */
export async function guessTargetBranch(git: Git, remote: Remote | null): Promise<string | null> {
  const fromRemote = remote === null ? null : await symbolic(git, `refs/remotes/${remote.name}/HEAD`)
  if (fromRemote !== null && remote !== null) return fromRemote.slice(remote.name.length + 1)
  for (const name of ['main', 'master']) if (await hasBranch(git, name)) return name
  return symbolic(git, 'HEAD')
}

async function symbolic(git: Git, ref: string): Promise<string | null> {
  const result = await git.try(['symbolic-ref', '--quiet', '--short', ref])
  return result.exitCode === 0 ? result.stdout.trim() || null : null
}

/** Throws `branch_invalid`: not a name git accepts, or one that exists already. */
export async function requireNewBranch(git: Git, branch: string): Promise<void> {
  const valid = await git.try(['check-ref-format', '--branch', branch])
  if (valid.exitCode !== 0 || branch.startsWith('-')) {
    throw new Failure('branch_invalid', `--branch ${branch}: not a valid branch name`, { facts: { branch } })
  }
  if (await hasBranch(git, branch)) {
    throw new Failure('branch_invalid', `--branch ${branch}: this branch exists already`, { facts: { branch } })
  }
}

/** The branch checked out and its commit; null when HEAD is detached. */
export async function currentBranch(git: Git): Promise<{ name: string; head: CommitSha } | null> {
  const name = await symbolic(git, 'HEAD')
  return name === null ? null : { name, head: (await git.run(['rev-parse', 'HEAD'])) as CommitSha }
}

/** The newest commit here that `base` (here or on a remote) does not have; null = there is none. */
export async function describeCommits(git: Git, base: string): Promise<{ subject: string; body: string } | null> {
  const refs = await git.run(['for-each-ref', '--format=%(refname)', `refs/heads/${base}`, `refs/remotes/*/${base}`])
  const without = refs.split('\n').flatMap((ref) => (ref === '' ? [] : [`^${ref}`]))
  const text = await git.run(['log', '-1', '--format=%s%n%b', 'HEAD', ...without])
  if (text === '') return null
  const [subject = '', ...body] = text.split('\n')
  return { subject, body: body.join('\n').trim() }
}

/** Is this file part of the repository, and so of whoever writes to it? */
export async function isTracked(git: Git, path: string): Promise<boolean> {
  return (await git.try(['ls-files', '--error-unmatch', '--', path])).exitCode === 0
}

/** Who commits; each part null when git is not told. */
export async function readIdentity(git: Git): Promise<{ name: string | null; email: string | null }> {
  const read = async (key: string) => (await git.try(['config', '--get', key])).stdout.trim() || null
  const [name, email] = await Promise.all([read('user.name'), read('user.email')])
  return { name, email }
}
