/** Every commit that was ever made, by whom, and what is wrong with it. Nothing is forgotten here: this is the truth. */
import type { CommitSha } from '../../../src/domain/ids.ts'

export type Maker = 'agent' | 'person' | 'forge'

export type Commit = {
  readonly sha: CommitSha
  readonly parents: readonly CommitSha[]
  readonly by: Maker
  /** The session that made it. */
  readonly session: string | null
  /** A commit that this one stands for after a rebase or a squash. */
  readonly replaces: readonly CommitSha[]
  /** Whose checks the tree fails: the project's own before a push, or only the forge's. */
  readonly flaw: 'none' | 'gate' | 'ci'
  /** The tree lacks a test that was there. */
  readonly lacksTest: boolean
  /** On the target branch: conflicts with every branch that does not contain it. */
  readonly clashes: boolean
}

export type Commits = {
  make(commit: Partial<Omit<Commit, 'sha'>> & Pick<Commit, 'parents' | 'by'>): CommitSha
  get(sha: CommitSha): Commit
  has(sha: CommitSha): boolean
  all(): readonly Commit[]
  /** Itself included. */
  reaches(from: CommitSha, to: CommitSha): boolean
  /** Everything reachable from `head` that is not reachable from `base`. */
  between(base: CommitSha, head: CommitSha): readonly Commit[]
}

export function createCommits(): Commits {
  const commits = new Map<CommitSha, Commit>()

  function ancestors(from: CommitSha): Set<CommitSha> {
    const seen = new Set<CommitSha>()
    const open = [from]
    for (let sha = open.pop(); sha !== undefined; sha = open.pop()) {
      if (seen.has(sha)) continue
      seen.add(sha)
      open.push(...(commits.get(sha)?.parents ?? []))
    }
    return seen
  }

  function get(sha: CommitSha): Commit {
    const commit = commits.get(sha)
    if (commit === undefined) throw new Error(`no commit ${sha}`)
    return commit
  }

  /** As git joins two: of what both had, the side that changed it counts; a deletion that one side took back is gone. */
  function joinedLacksTest(parents: readonly CommitSha[]): boolean {
    const [one, other] = parents
    if (one === undefined) return false
    const ours = get(one).lacksTest
    if (other === undefined || get(other).lacksTest === ours) return ours
    const theirs = ancestors(other)
    const shared = [...ancestors(one)].filter((sha) => theirs.has(sha)).sort()
    const base = shared.at(-1) // names are given in the order of time
    return base === undefined || get(base).lacksTest !== ours ? ours : get(other).lacksTest
  }

  return {
    make({ parents, by, ...rest }) {
      const sha = (commits.size + 1).toString(16).padStart(40, '0') as CommitSha
      const flaw = rest.flaw ?? 'none'
      const lacksTest = rest.lacksTest ?? joinedLacksTest(parents)
      commits.set(sha, { session: null, replaces: [], clashes: false, ...rest, flaw, lacksTest, sha, parents, by })
      return sha
    },
    get,
    has: (sha) => commits.has(sha),
    all: () => [...commits.values()],
    reaches: (from, to) => ancestors(from).has(to),
    between(base, head) {
      const known = ancestors(base)
      return [...ancestors(head)].filter((sha) => !known.has(sha)).map(get)
    },
  }
}
