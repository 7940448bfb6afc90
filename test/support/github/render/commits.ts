/** Commits, refs, files and comparisons as REST writes them. */
import type { ChangedFile } from '../git/changes.ts'
import type { Commit, CommitPerson } from '../git/history.ts'
import type { Repository, Sha, World } from '../model.ts'
import { noReplyEmail } from '../service/users.ts'
import { toNodeId } from '../world.ts'
import { apiUrlOf, htmlUrlOf } from './repositories.ts'
import { describeUser, type Json } from './users.ts'

const UNVERIFIED = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null }

/** As `/commits/{ref}` answers it. */
export function describeCommit(world: World, repository: Repository, commit: Commit): Json {
  const url = `${apiUrlOf(world, repository)}/commits/${commit.sha}`
  return {
    sha: commit.sha,
    node_id: nodeIdOf(commit.sha),
    commit: {
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      tree: describeTree(world, repository, commit.treeSha),
      url: gitUrl(world, repository, commit.sha),
      comment_count: 0,
      verification: UNVERIFIED,
    },
    url,
    html_url: `${htmlUrlOf(world, repository)}/commit/${commit.sha}`,
    comments_url: `${url}/comments`,
    author: accountOf(world, commit.author),
    committer: accountOf(world, commit.committer),
    parents: describeParents(world, repository, commit),
  }
}

/** As `/git/commits/{sha}` answers it. */
export function describeGitCommit(world: World, repository: Repository, commit: Commit): Json {
  return {
    sha: commit.sha,
    node_id: nodeIdOf(commit.sha),
    url: gitUrl(world, repository, commit.sha),
    html_url: `${htmlUrlOf(world, repository)}/commit/${commit.sha}`,
    author: commit.author,
    committer: commit.committer,
    tree: describeTree(world, repository, commit.treeSha),
    message: commit.message,
    parents: describeParents(world, repository, commit),
    verification: UNVERIFIED,
  }
}

/** As runs and suites carry it. */
export function describeSimpleCommit(commit: Commit): Json {
  return {
    id: commit.sha,
    tree_id: commit.treeSha,
    message: commit.message,
    timestamp: commit.committer.date,
    author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email },
  }
}

export function describeRef(world: World, repository: Repository, branch: string, sha: Sha): Json {
  const ref = `refs/heads/${branch}`
  return {
    ref,
    node_id: `REF_${Buffer.from(`${repository.id}:${ref}`).toString('base64url')}`,
    url: `${apiUrlOf(world, repository)}/git/${ref}`,
    object: { sha, type: 'commit', url: gitUrl(world, repository, sha) },
  }
}

export function describeFile(world: World, repository: Repository, file: ChangedFile, commit: Sha): Json {
  const html = htmlUrlOf(world, repository)
  return {
    sha: file.blobSha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${html}/blob/${commit}/${file.path}`,
    raw_url: `${html}/raw/${commit}/${file.path}`,
    contents_url: `${apiUrlOf(world, repository)}/contents/${file.path}?ref=${commit}`,
    ...(file.patch === null ? {} : { patch: file.patch }),
    ...(file.previousPath === null ? {} : { previous_filename: file.previousPath }),
  }
}

function describeTree(world: World, repository: Repository, sha: Sha): Json {
  return { sha, url: `${apiUrlOf(world, repository)}/git/trees/${sha}` }
}

function describeParents(world: World, repository: Repository, commit: Commit): Json[] {
  return commit.parents.map((sha) => ({
    sha,
    url: `${apiUrlOf(world, repository)}/commits/${sha}`,
    html_url: `${htmlUrlOf(world, repository)}/commit/${sha}`,
  }))
}

/** The account that the commit's address belongs to, if any. */
function accountOf(world: World, person: CommitPerson): Json | null {
  for (const user of world.state.users.values())
    if (noReplyEmail(user) === person.email) return describeUser(world, user)
  return null
}

function gitUrl(world: World, repository: Repository, sha: Sha): string {
  return `${apiUrlOf(world, repository)}/git/commits/${sha}`
}

function nodeIdOf(sha: Sha): string {
  return toNodeId('C', Number.parseInt(sha.slice(0, 12), 16))
}
