/** Repositories as REST writes them. */
import type { Repository, Viewer, World } from '../model.ts'
import { hasRole } from '../service/access.ts'
import { openPulls } from '../service/following.ts'
import { fullNameOf } from '../service/repositories.ts'
import { type Json, toUserJson } from './users.ts'

export function apiUrlOf(world: World, repository: Repository): string {
  return `${world.urls.api}/repos/${fullNameOf(repository)}`
}

export function htmlUrlOf(world: World, repository: Repository): string {
  return `${world.urls.html}/${fullNameOf(repository)}`
}

/** What is part of other answers and of webhooks. */
export function describeRepository(world: World, repository: Repository): Json {
  const html = htmlUrlOf(world, repository)
  return {
    id: repository.id,
    node_id: repository.nodeId,
    name: repository.name,
    full_name: fullNameOf(repository),
    private: repository.private,
    owner: toUserJson(world, repository.owner),
    html_url: html,
    description: repository.description,
    fork: false,
    ...linksOf(world, repository),
    created_at: repository.createdAt,
    updated_at: repository.updatedAt,
    pushed_at: repository.pushedAt,
    git_url: `${html.replace(/^https?/, 'git')}.git`,
    ssh_url: `git@${new URL(world.urls.html).hostname}:${fullNameOf(repository)}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    homepage: null,
    ...countsOf(repository),
    language: null,
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: true,
    has_pages: false,
    has_discussions: false,
    mirror_url: null,
    archived: repository.archived,
    disabled: false,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repository.private ? 'private' : 'public',
    default_branch: repository.defaultBranch,
  }
}

/** `GET /repos/{owner}/{repo}`: with settings and what the viewer may do. */
export function describeFullRepository(world: World, repository: Repository, viewer: Viewer | null): Json {
  const settings = repository.settings
  return {
    ...describeRepository(world, repository),
    permissions: permissionsOf(world, repository, viewer),
    temp_clone_token: '',
    allow_squash_merge: settings.allowSquash,
    allow_merge_commit: settings.allowMerge,
    allow_rebase_merge: settings.allowRebase,
    allow_auto_merge: settings.allowAutoMerge,
    delete_branch_on_merge: settings.deleteBranchOnMerge,
    allow_update_branch: settings.allowUpdateBranch,
    use_squash_pr_title_as_default: false,
    squash_merge_commit_message: 'COMMIT_MESSAGES',
    squash_merge_commit_title: 'COMMIT_OR_PR_TITLE',
    merge_commit_message: 'PR_TITLE',
    merge_commit_title: 'MERGE_MESSAGE',
    network_count: 0,
    subscribers_count: 0,
  }
}

function permissionsOf(world: World, repository: Repository, viewer: Viewer | null): Json {
  const has = (role: 'admin' | 'maintain' | 'write' | 'triage' | 'read') =>
    viewer !== null && hasRole(world, repository, viewer.login, role)
  const pull = has('read') || !repository.private
  return { admin: has('admin'), maintain: has('maintain'), push: has('write'), triage: has('triage'), pull }
}

function countsOf(repository: Repository): Json {
  const open = openPulls(repository).length
  return {
    size: 1,
    stargazers_count: 0,
    watchers_count: 0,
    forks_count: 0,
    open_issues_count: open,
    forks: 0,
    open_issues: open,
    watchers: 0,
  }
}

const LINKS: Readonly<Record<string, string>> = {
  forks_url: '/forks',
  keys_url: '/keys{/key_id}',
  collaborators_url: '/collaborators{/collaborator}',
  teams_url: '/teams',
  hooks_url: '/hooks',
  issue_events_url: '/issues/events{/number}',
  events_url: '/events',
  assignees_url: '/assignees{/user}',
  branches_url: '/branches{/branch}',
  tags_url: '/tags',
  blobs_url: '/git/blobs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  git_refs_url: '/git/refs{/sha}',
  trees_url: '/git/trees{/sha}',
  statuses_url: '/statuses/{sha}',
  languages_url: '/languages',
  stargazers_url: '/stargazers',
  contributors_url: '/contributors',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  commits_url: '/commits{/sha}',
  git_commits_url: '/git/commits{/sha}',
  comments_url: '/comments{/number}',
  issue_comment_url: '/issues/comments{/number}',
  contents_url: '/contents/{+path}',
  compare_url: '/compare/{base}...{head}',
  merges_url: '/merges',
  archive_url: '/{archive_format}{/ref}',
  downloads_url: '/downloads',
  issues_url: '/issues{/number}',
  pulls_url: '/pulls{/number}',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  labels_url: '/labels{/name}',
  releases_url: '/releases{/id}',
  deployments_url: '/deployments',
}

function linksOf(world: World, repository: Repository): Json {
  const url = apiUrlOf(world, repository)
  return { url, ...Object.fromEntries(Object.entries(LINKS).map(([name, path]) => [name, `${url}${path}`])) }
}
