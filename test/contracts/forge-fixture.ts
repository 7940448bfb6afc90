/** What a forge brings to its contract suite, and how the suite looks at pull requests: it waits for `changed`, never for time. */
import type { CommitSha } from '../../src/domain/ids.ts'
import type { PrSnapshot } from '../../src/domain/observation.ts'
import type { MergeMethod } from '../../src/domain/run.ts'
import type { Forge } from '../../src/forge/forge.ts'

/** What CI says about a commit. `none`: this commit configures no checks. */
export type ScriptedCi = 'green' | 'red' | 'none'

export type ForgeFixture = {
  readonly forge: Forge
  /** A new process on the same forge; the old one is not closed first. */
  restart(): Promise<Forge>
  /**
   * Writes a commit without moving any branch. `files`: path to text, null deletes. `ci` also counts for what the forge
   * makes of it: the same change with a newer target branch merged into it.
   */
  commit(request: {
    parent: CommitSha
    files?: Readonly<Record<string, string | null>>
    ci?: ScriptedCi
  }): Promise<CommitSha>
  /** What a workspace would push, to where the forge says. */
  push(headBranch: string, commit: CommitSha): Promise<void>
  /** Somebody else moves the target branch. */
  moveTarget(commit: CommitSha): Promise<void>
  /** The target branch as everybody sees it, newest commit first. */
  readTarget(): Promise<{ readonly commits: readonly string[]; readonly files: Readonly<Record<string, string>> }>
  /** What its repository allows; absent = all of them. */
  readonly mergeMethods?: readonly MergeMethod[]
  /** Who may be asked for a review; absent = nobody is there. */
  readonly reviewers?: readonly string[]
  cleanup(): Promise<void>
}

export const HEAD = 'claudetm/20260101-120000/g1'
export const TEXT = { title: 'Add a greeting', body: 'It says hello.\n\n- one\n- two' }
export const OPEN = { headBranch: HEAD, draft: false, ...TEXT }
export const MERGE = { method: null, admin: false, ...TEXT }

/** A branch with one commit, pushed, and its PR. */
export async function openPr(
  { forge, commit, push }: ForgeFixture,
  { ci = 'green', files = { 'greeting.txt': 'hello\n' } }: { ci?: ScriptedCi; files?: Record<string, string> } = {},
) {
  const base = await forge.targetHead()
  const head = await commit({ parent: base, files, ci })
  await push(HEAD, head)
  const opened = await forge.ensureOpen({ ...OPEN, head })
  return { base, head, number: opened.number, opened }
}

/** The PR once no check is pending any more. */
export function settled(forge: Forge, headBranch: string = HEAD): Promise<PrSnapshot> {
  return observeUntil(forge, isSettled, headBranch)
}

export function isSettled({ checks }: PrSnapshot): boolean {
  if (checks.kind !== 'reported') return true
  return checks.items.length > 0 && checks.items.every((check) => check.status !== 'pending')
}

export async function observeUntil(
  forge: Forge,
  holds: (pr: PrSnapshot) => boolean,
  headBranch: string = HEAD,
): Promise<PrSnapshot> {
  for (;;) {
    const pr = await observePr(forge, headBranch)
    if (holds(pr)) return pr
    await forge.changed(pr.number, AbortSignal.timeout(30_000))
  }
}

export async function observePr(forge: Forge, headBranch: string = HEAD): Promise<PrSnapshot> {
  const observation = await forge.observe(headBranch)
  if (observation.kind !== 'pr') throw new Error(`no PR: ${JSON.stringify(observation)}`)
  return observation.pr
}

export function statuses(pr: PrSnapshot): readonly string[] {
  return pr.checks.kind === 'reported' ? pr.checks.items.map((check) => check.status) : []
}

export function failedNames(pr: PrSnapshot): readonly string[] {
  return pr.checks.kind === 'reported'
    ? pr.checks.items.filter((check) => check.status === 'failed').map((check) => check.name)
    : []
}
