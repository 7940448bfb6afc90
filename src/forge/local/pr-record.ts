/**
 * A pull request of the local forge as it lies on disk (`prs/<number>.json`), with the results of its checks by commit.
 * Only what cannot be read back from git is kept. Strict: these files are nobody's but ours.
 */
import { z } from 'zod'
import type { CommitSha, PrNumber } from '../../domain/ids.ts'

const commit = z
  .string()
  .regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/)
  .transform((text) => text as CommitSha)
const number = z
  .number()
  .int()
  .positive()
  .transform((value) => value as PrNumber)
const epochMs = z.number().int().nonnegative()

const checkRecord = z.strictObject({
  name: z.string().min(1),
  /** null = looking for the checks itself, which failed before any was known. */
  command: z.string().nullable(),
  /** Below the forge's directory. */
  log: z.string(),
  status: z.enum(['pending', 'passed', 'failed']),
  cause: z.enum(['code', 'infrastructure', 'unknown']),
  description: z.string(),
  /** How often it was started again after a failure. */
  reruns: z.number().int().nonnegative(),
})

const prRecord = z.strictObject({
  version: z.literal(1),
  number,
  /** Unlike any other PR's, in any run: the trailer by which its merge commit is found again. */
  key: z.string().min(1),
  headBranch: z.string().min(1),
  baseBranch: z.string().min(1),
  title: z.string(),
  body: z.string(),
  openedAt: epochMs,
  /** The head as last seen where it is pushed to, and since when (epoch ms). */
  head: commit,
  headSince: epochMs,
  status: z.discriminatedUnion('state', [
    z.strictObject({ state: z.literal('open') }),
    z.strictObject({ state: z.literal('closed'), at: epochMs }),
    z.strictObject({ state: z.literal('merged'), at: epochMs, commit }),
  ]),
  /** Written before the target branch is moved. `commit` goes onto `base`. */
  mergeIntent: z.strictObject({ base: commit, commit }).nullable(),
  /** By commit; one that is not listed has not been looked at. No checks = this project has none. */
  ci: z.array(z.strictObject({ head: commit, checks: z.array(checkRecord) })),
})

export type PrRecord = Readonly<z.infer<typeof prRecord>>
export type CheckRecord = Readonly<z.infer<typeof checkRecord>>

/** Throws what zod throws, or a SyntaxError. */
export function parsePrRecord(text: string): PrRecord {
  return prRecord.parse(JSON.parse(text))
}

export function createPrRecord(
  request: Pick<PrRecord, 'number' | 'headBranch' | 'baseBranch' | 'title' | 'body' | 'head'> & { now: number },
): PrRecord {
  const { now, ...facts } = request
  return {
    version: 1,
    ...facts,
    key: `${facts.headBranch}#${facts.number}@${new Date(now).toISOString()}`,
    openedAt: now,
    headSince: now,
    status: { state: 'open' },
    mergeIntent: null,
    ci: [],
  }
}

/** A name for people and for messages; there is no page behind it. */
export function toPrUrl(number: PrNumber): string {
  return `local:#${number}`
}

/** null = not looked at yet. */
export function checksOf(record: PrRecord, head: CommitSha): readonly CheckRecord[] | null {
  return record.ci.find((entry) => entry.head === head)?.checks ?? null
}

/** `checks` null forgets what is known of the commit. */
export function withChecks(record: PrRecord, head: CommitSha, checks: readonly CheckRecord[] | null): PrRecord {
  const others = record.ci.filter((entry) => entry.head !== head)
  return { ...record, ci: checks === null ? others : [...others, { head, checks: [...checks] }] }
}
