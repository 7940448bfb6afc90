/**
 * Branches shared in the repository itself, for one without a remote. Heads are pushed to `refs/claudetm/pushed/`, merges
 * go to `refs/claudetm/target/`: the user's own branch follows when their checkout allows it, and until then the
 * integration ref is the target. A branch that contains it again (brought up to date, or ahead by own commits) leads.
 */
import { Failure } from '../../domain/failure.ts'
import type { CommitSha } from '../../domain/ids.ts'
import type { Git } from '../../workspace/git.ts'
import type { IsAncestor } from './history.ts'
import { readRef, readRefs } from './refs.ts'
import type { Upstream } from './upstream.ts'

export function createRepositoryUpstream({
  git,
  targetBranch,
  isAncestor,
}: {
  git: Git
  targetBranch: string
  isAncestor: IsAncestor
}): Upstream {
  const branchRef = `refs/heads/${targetBranch}`
  const integrationRef = `refs/claudetm/target/${targetBranch}`

  async function readTargetRefs(): Promise<{
    head: CommitSha
    integration: CommitSha | null
    leader: typeof branchRef | typeof integrationRef
  }> {
    const refs = await readRefs(git, [branchRef, integrationRef])
    const branch = refs.get(branchRef) ?? null
    const integration = refs.get(integrationRef) ?? null
    if (integration !== null && (branch === null || !(await isAncestor(integration, branch)))) {
      return { head: integration, integration, leader: integrationRef }
    }
    if (branch !== null) return { head: branch, integration, leader: branchRef }
    throw new Failure('branch_missing', `this repository has no branch ${targetBranch}`, {
      facts: { branch: targetBranch },
    })
  }

  return {
    pushTarget: (headBranch) => ({ remote: '.', ref: toPushedRef(headBranch) }),
    readHead: (headBranch) => readRef(git, toPushedRef(headBranch)),
    readTarget: async () => (await readTargetRefs()).head,
    ensureCommit: async () => {}, // what is pushed to the repository itself is here
    async advanceTarget({ base, commit }) {
      const { head, integration, leader } = await readTargetRefs()
      if (head !== base) throw new Failure('git_refused', `${targetBranch} has moved to ${head}`)
      const commands = [
        'start',
        ...(leader === branchRef ? [`verify ${branchRef} ${base}`] : []), // a commit of the user's in this instant counts
        integration === null
          ? `create ${integrationRef} ${commit}`
          : `update ${integrationRef} ${commit} ${integration}`,
        'commit',
      ]
      await git.run(['update-ref', '--stdin'], { input: `${commands.join('\n')}\n` })
    },
    async advanceHead({ headBranch, from, to }) {
      await git.run(['update-ref', toPushedRef(headBranch), to, from])
    },
    async deleteHead(headBranch, expected) {
      await git.run(['update-ref', '-d', toPushedRef(headBranch), expected])
    },
  }
}

function toPushedRef(headBranch: string): string {
  return `refs/claudetm/pushed/${headBranch}`
}
