/**
 * May this run do here what it will have to do? Asked before anything is planned. What a fine-grained token may do is told
 * by nobody; so it is tried: a push that sends nothing, and a pull request that cannot be opened, which who may open one
 * is told in other words (422) than who may not (403).
 */
import { z } from 'zod'
import { Failure, toFailure } from '../../domain/failure.ts'
import { type Git, toGitFailure } from '../../workspace/git.ts'
import type { ForgeDescription } from '../forge.ts'
import type { GithubClient } from './client.ts'
import type { Credentials } from './credentials.ts'
import { type BranchRules, readBranchRules } from './required-checks.ts'
import { orNull } from './schema.ts'

export type AccessParts = {
  readonly client: GithubClient
  readonly credentials: Pick<Credentials, 'source' | 'kind'>
  readonly targetBranch: string
  /** Its directory is the repository. */
  readonly git: Git
  /** Name of the remote on GitHub. */
  readonly remote: string
}

const repository = z.object({
  isArchived: z.boolean(),
  isDisabled: z.boolean(),
  viewerPermission: orNull(z.string()),
  autoMergeAllowed: orNull(z.boolean()),
})
type Repository = z.infer<typeof repository>

const QUERY = `query Access($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) { isArchived isDisabled viewerPermission autoMergeAllowed }
}`

export async function requireAccess(parts: AccessParts, needs: { readonly admin: boolean }): Promise<ForgeDescription> {
  const { client, credentials, targetBranch } = parts
  const { owner, name, host } = client.address
  const { login } = await client.viewer()
  const found = await readRepository(parts)
  const [rules, canPush, canOpen, canSeeChecks, canSeeStatuses] = await Promise.all([
    readBranchRules(client, targetBranch),
    tryPushing(parts),
    tryOpening(parts),
    tryReading(parts, 'check-runs'),
    tryReading(parts, 'status'),
  ])
  const isAdmin = found.viewerPermission === 'ADMIN' || credentials.kind === 'app'
  const missing = [
    ...(canPush ? [] : ['contents (write)']),
    ...(canOpen ? [] : ['pull requests (write)']),
    ...(canSeeChecks ? [] : ['checks (read)']),
    ...(canSeeStatuses ? [] : ['commit statuses (read)']),
    ...(needs.admin && !isAdmin ? ['administration, for --admin'] : []),
  ]
  if (missing.length > 0) throw lacking(missing, parts)
  const notes = [...notesOf(found, rules, targetBranch), ...(await noteOfActions(client))]
  return { place: `${owner}/${name} on ${host}`, account: `${login} (${credentials.source})`, notes }
}

async function readRepository(parts: AccessParts): Promise<Repository> {
  const { client } = parts
  const { owner, name } = client.address
  const { data } = await client
    .query({ query: QUERY, variables: { owner, name }, schema: z.object({ repository }) })
    .catch((error: unknown) => {
      const failure = toFailure(error)
      throw failure.facts.status === 404 ? lacking(['metadata (read)'], parts) : failure
    })
  const { isArchived, isDisabled } = data.repository
  if (isArchived || isDisabled) {
    const state = isArchived ? 'archived' : 'disabled'
    throw new Failure('forge_permission', `${owner}/${name} is ${state}: nothing can be written there`)
  }
  return data.repository
}

/** As a run will do it, by ssh or with the token; nothing is sent. */
async function tryPushing({ git, remote }: AccessParts): Promise<boolean> {
  const args = ['push', '--dry-run', '--quiet', remote, 'HEAD:refs/heads/claudetm/no-such-branch']
  const result = await git.try(args)
  if (result.exitCode === 0) return true
  const failure = toGitFailure(args, result)
  const isDenied = failure.kind === 'git_refused' || /\b403\b|denied|not found/i.test(String(failure.facts.output))
  if (isDenied) return false
  throw failure
}

async function tryOpening({ client, targetBranch }: AccessParts): Promise<boolean> {
  const { owner, name: repo } = client.address
  const body = { owner, repo, title: 'claudetm', head: 'claudetm/no-such-branch', base: targetBranch }
  try {
    await client.rest('POST /repos/{owner}/{repo}/pulls', body, z.unknown())
    return true
  } catch (error) {
    const failure = toFailure(error)
    if (failure.facts.status === 422) return true
    if (failure.facts.status === 403 || failure.facts.status === 404) return false
    throw failure
  }
}

/** Of the target branch; where it is not there yet, nothing is forbidden. */
async function tryReading({ client, targetBranch }: AccessParts, what: 'check-runs' | 'status'): Promise<boolean> {
  const { owner, name: repo } = client.address
  const route = `GET /repos/{owner}/{repo}/commits/{ref}/${what}`
  try {
    await client.rest(route, { owner, repo, ref: targetBranch, per_page: 1 }, z.unknown())
    return true
  } catch (error) {
    const failure = toFailure(error)
    if (failure.isRetryable || failure.kind === 'forge_auth') throw failure
    return failure.facts.status !== 403
  }
}

/** A run can do without: then logs are not read, and flakes are not run again. */
async function noteOfActions(client: GithubClient): Promise<readonly string[]> {
  const { owner, name: repo } = client.address
  try {
    await client.rest('GET /repos/{owner}/{repo}/actions/runs', { owner, repo, per_page: 1 }, z.unknown())
    return []
  } catch (error) {
    if (toFailure(error).isRetryable) throw error
    return ['logs of CI cannot be read and flakes not run again: the token lacks actions (write)']
  }
}

function notesOf({ autoMergeAllowed }: Repository, rules: BranchRules, branch: string): readonly string[] {
  const { contexts, known } = rules.required
  const required = contexts.map(({ context }) => context).join(', ')
  return [
    ...(contexts.length === 0 ? [] : [`${branch} requires: ${required}`]),
    ...(known ? [] : [`what ${branch} requires cannot be read with this token: GitHub's own answer to a merge counts`]),
    ...(rules.strict ? [`${branch} requires pull requests to be up to date`] : []),
    ...(rules.hasQueue ? [`${branch} is merged through a merge queue`] : []),
    ...(rules.mustResolveThreads ? [`${branch} requires every conversation to be resolved`] : []),
    ...(autoMergeAllowed === true && !rules.hasQueue ? ['auto-merge is allowed'] : []),
  ]
}

function lacking(permissions: readonly string[], { client, credentials }: AccessParts): Failure {
  const { owner, name } = client.address
  const facts = { permission: permissions.join(', '), repository: `${owner}/${name}` }
  return new Failure(
    'forge_permission',
    `the credential (${credentials.source}) may not do what a run needs in ${owner}/${name}`,
    { facts },
  )
}
