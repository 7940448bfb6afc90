/** Searching pull requests the way `gh pr list` and `gh pr status` do: qualifiers like `repo:o/r is:open head:x`, and words. */
import type { PullRequest, Repository } from '../model.ts'
import { canSee } from '../service/access.ts'
import { isSameLogin } from '../service/users.ts'
import type { Context } from './context.ts'
import { type PullSource, toPull } from './sources.ts'
import { inOrder } from './types/pull-lists.ts'

type Term = { readonly key: string | null; readonly value: string; readonly negated: boolean }
type Place = { readonly repository: Repository; readonly pull: PullRequest; readonly context: Context }
type Test = (place: Place, value: string) => boolean

const TESTS: Readonly<Record<string, Test>> = {
  repo: ({ repository }, value) => `${repository.owner}/${repository.name}`.toLowerCase() === value.toLowerCase(),
  user: ({ repository }, value) => isSameLogin(repository.owner, value),
  org: ({ repository }, value) => isSameLogin(repository.owner, value),
  type: (_place, value) => value === 'pr',
  is: ({ pull, repository }, value) => isState(pull, value) ?? isKind(repository, value),
  state: ({ pull }, value) => isState(pull, value) ?? false,
  draft: ({ pull }, value) => String(pull.draft) === value,
  head: ({ pull }, value) => pull.head.ref.startsWith(value),
  base: ({ pull }, value) => pull.base.ref === value,
  label: ({ pull }, value) => pull.labels.some((label) => label.toLowerCase() === value.toLowerCase()),
  author: ({ pull, context }, value) => isSameLogin(pull.author, personOf(value, context)),
  assignee: ({ pull, context }, value) => pull.assignees.some((login) => isSameLogin(login, personOf(value, context))),
  involves: (place, value) => ['author', 'assignee', 'review-requested'].some((key) => TESTS[key]?.(place, value)),
  'review-requested': ({ pull, context }, value) =>
    pull.requestedReviewers.some((login) => isSameLogin(login, personOf(value, context))),
  archived: ({ repository }, value) => String(repository.archived) === value,
}

/** Newest first unless `sort:` says otherwise. A qualifier that is not known here is refused, not ignored. */
export function searchPulls(query: string, context: Context): readonly PullSource[] {
  const terms = parseTerms(query)
  const sort = terms.find(({ key }) => key === 'sort')?.value ?? 'created-desc'
  const tests = terms.filter(({ key }) => key !== 'sort')
  const found = [...context.world.state.repositories.values()]
    .filter((repository) => canSee(context.world, context.viewer, repository))
    .flatMap((repository) => [...repository.pulls.values()].map((pull) => ({ repository, pull, context })))
    .filter((place) => tests.every((term) => matches(place, term)))
  const homes = new Map(found.map(({ repository, pull }) => [pull, repository]))
  return inOrder([...homes.keys()], toOrder(sort)).map((pull) => toPull(homes.get(pull) as Repository, pull))
}

function parseTerms(query: string): readonly Term[] {
  return [...query.matchAll(/(-)?(?:([\w-]+):)?("[^"]*"|\S+)/g)].map(([, minus, key, value = '']) => ({
    key: key ?? null,
    value: value.replaceAll('"', ''),
    negated: minus !== undefined,
  }))
}

function matches(place: Place, { key, value, negated }: Term): boolean {
  const test = key === null ? containsWord : TESTS[key]
  if (test === undefined) throw new Error(`the emulator does not search by "${key}:"`)
  return test(place, value) !== negated
}

function containsWord({ pull }: Place, word: string): boolean {
  return `${pull.title}\n${pull.body ?? ''}`.toLowerCase().includes(word.toLowerCase())
}

function isState(pull: PullRequest, value: string): boolean | null {
  if (value === 'open' || value === 'closed') return pull.state === value
  if (value === 'merged') return pull.merged
  if (value === 'unmerged') return !pull.merged
  return value === 'draft' ? pull.draft : null
}

function isKind(repository: Repository, value: string): boolean {
  if (value === 'public' || value === 'private') return repository.private === (value === 'private')
  return value === 'pr'
}

function personOf(value: string, { viewer }: Context): string {
  return value === '@me' ? viewer.login : value.replace(/^app\//, '')
}

function toOrder(sort: string): { field: string; direction: 'ASC' | 'DESC' } {
  const [field = 'created', direction = 'desc'] = sort.split('-')
  const fields: Readonly<Record<string, string>> = { updated: 'UPDATED_AT', comments: 'COMMENTS' }
  return { field: fields[field] ?? 'CREATED_AT', direction: direction === 'asc' ? 'ASC' : 'DESC' }
}
