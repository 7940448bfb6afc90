/** The commits that a merge makes: merge commit, squash, or the rebased commits one by one. */
import { listCommits, mergeBase } from '../git/history.ts'
import { commitTree, pickTree } from '../git/merge-commits.ts'
import type { Login, MergeMethod, PullRequest, Repository, Sha, World } from '../model.ts'
import { toPerson } from './branches.ts'
import { mergedTree } from './mergeability.ts'

export type MergeText = { readonly title?: string | null; readonly message?: string | null }

/** Moves nothing. Null on a conflict. `base` is the base branch's head. */
export async function buildMerge(
  world: World,
  repository: Repository,
  pull: PullRequest,
  request: MergeText & { readonly by: Login; readonly method: MergeMethod; readonly base: Sha },
): Promise<Sha | null> {
  if (request.method === 'rebase') return buildRebase(world, repository, pull, request)
  const tree = await mergedTree(world, repository, request.base, pull.head.sha)
  if (tree === null) return null
  const squash = request.method === 'squash'
  const message = squash
    ? await squashMessage(world, repository, pull, request)
    : toMessage(
        request.title ?? `Merge pull request #${pull.number} from ${repository.owner}/${pull.head.ref}`,
        request.message ?? pull.title,
      )
  return commitTree(repository, {
    tree,
    parents: squash ? [request.base] : [request.base, pull.head.sha],
    message,
    author: toPerson(world, squash ? pull.author : request.by),
    committer: { name: 'GitHub', email: 'noreply@github.com', at: world.now() },
  })
}

/** Each commit's own change on top of the base; merge commits are left out. */
async function buildRebase(
  world: World,
  repository: Repository,
  pull: PullRequest,
  { by, base }: { readonly by: Login; readonly base: Sha },
): Promise<Sha | null> {
  let onto = base
  for (const commit of await pullCommits(world, repository, pull, base)) {
    if (commit.parents.length !== 1) continue
    const tree = await pickTree(repository, commit.sha, onto)
    if (tree === null) return null
    onto = await commitTree(repository, {
      tree,
      parents: [onto],
      message: commit.message,
      author: { name: commit.author.name, email: commit.author.email, at: new Date(commit.author.date) },
      committer: toPerson(world, by),
    })
  }
  return onto
}

/** GitHub's defaults: the only commit's message, else the title and a list of the commits. */
async function squashMessage(
  world: World,
  repository: Repository,
  pull: PullRequest,
  text: MergeText & { readonly base: Sha },
): Promise<string> {
  const commits = await pullCommits(world, repository, pull, text.base)
  const only = commits.length === 1 ? commits[0] : undefined
  const [subject = '', ...rest] = (only?.message ?? '').split('\n')
  const title = text.title ?? `${only === undefined ? pull.title : subject} (#${pull.number})`
  const list = commits.map(({ message }) => `* ${message}`).join('\n\n')
  return toMessage(title, text.message ?? (only === undefined ? list : rest.join('\n').trim()))
}

/** What the pull request brings, oldest first. */
export async function pullCommits(world: World, repository: Repository, pull: PullRequest, base: Sha) {
  const from = (await mergeBase(world, repository, base, pull.head.sha)) ?? base
  return listCommits(world, repository, from, pull.head.sha)
}

function toMessage(title: string, body: string): string {
  return body === '' ? title : `${title}\n\n${body}`
}
