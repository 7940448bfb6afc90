/** What CI says of a commit, all in one: check runs and statuses, and the worst of them. */
import type * as Github from '@octokit/graphql-schema'
import { readCommit } from '../../git/history.ts'
import type { CheckConclusion, CheckStatus, Repository, Sha } from '../../model.ts'
import { notAccessible } from '../../service/access.ts'
import { latestCheckRuns, latestStatuses, rollupState } from '../../service/checks.ts'
import { toConnection } from '../connection.ts'
import { type Context, canRead, type Resolvers, requireReadable } from '../context.ts'
import { toPlaceId } from '../ids.ts'
import { type RollupSource, wrap } from '../sources.ts'

/** Null without checks and statuses. Throws where the token may see neither. */
export function rollupOf(context: Context, repository: Repository, sha: Sha): RollupSource | null {
  if (!canRead(context, repository, 'checks')) requireReadable(context, repository, 'statuses')
  return rollupState(repository, sha) === null ? null : wrap('StatusCheckRollup', { repository, sha })
}

export async function commitOf({ world }: Context, repository: Repository, sha: Sha) {
  const commit = await readCommit(world, repository, sha)
  return commit && wrap('Commit', { repository, commit })
}

export function upper(word: CheckStatus | CheckConclusion | null): string | null {
  return word?.toUpperCase() ?? null
}

/** Of what the token may not see, errors stand in the list: GitHub leaves holes there. */
function contextsOf({ repository, sha }: RollupSource, context: Context) {
  const refusal = notAccessible(context.viewer.token)
  const checks = canRead(context, repository, 'checks')
  const statuses = canRead(context, repository, 'statuses')
  return [
    ...latestCheckRuns(repository, sha).map((checkRun) =>
      checks ? wrap('CheckRun', { repository, checkRun }) : refusal,
    ),
    ...latestStatuses(repository, sha).map((status) =>
      statuses ? wrap('StatusContext', { repository, status }) : refusal,
    ),
  ]
}

function counted(states: readonly (string | null)[]): { state: string | null; count: number }[] {
  const counts = new Map<string | null, number>()
  for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1)
  return [...counts].map(([state, count]) => ({ state, count }))
}

export const rollupResolvers: Resolvers<Github.StatusCheckRollup, RollupSource> = {
  id: ({ repository, sha }) => toPlaceId('rollup', repository, sha),
  state: ({ repository, sha }) => rollupState(repository, sha),
  commit: ({ repository, sha }, _args, context) => commitOf(context, repository, sha),
  contexts: (source, args, context, info) => {
    const checkRuns = latestCheckRuns(source.repository, source.sha)
    const statuses = latestStatuses(source.repository, source.sha)
    return {
      ...toConnection(contextsOf(source, context), args, info),
      checkRunCount: checkRuns.length,
      checkRunCountsByState: counted(
        checkRuns.map(({ status, conclusion }) => upper(status === 'completed' ? conclusion : status)),
      ),
      statusContextCount: statuses.length,
      statusContextCountsByState: counted(statuses.map(({ state }) => state.toUpperCase())),
    }
  },
}
