/**
 * What the rules of the target branch demand: contexts, strictness, reviews, a queue. Rulesets and classic protection are
 * asked apart, each through an endpoint that needs no administrator; what cannot be read stays unknown and stops nothing.
 */
import { z } from 'zod'
import { Failure } from '../../domain/failure.ts'
import type { GithubClient } from './client.ts'
import { orNull } from './schema.ts'

export type RequiredContext = { readonly context: string; readonly appId: number | null }

export type RequiredChecks = {
  readonly contexts: readonly RequiredContext[]
  /** False: there may be more that we could not read. */
  readonly known: boolean
}

export type BranchRules = {
  readonly required: RequiredChecks
  /** The head must contain the newest commit of the branch. */
  readonly strict: boolean
  /** Open threads hold the merge, whoever opened them. */
  readonly mustResolveThreads: boolean
  readonly hasQueue: boolean
  /** Workflows that a ruleset starts by itself, whatever the repository's own files say. */
  readonly hasRequiredWorkflows: boolean
}

type Part = { readonly known: boolean; readonly contexts: readonly RequiredContext[]; readonly strict: boolean }

const rule = z.object({ type: z.string(), parameters: orNull(z.record(z.string(), z.unknown())) })
type Rule = z.infer<typeof rule>

const requiredStatusChecks = z.object({
  required_status_checks: z.array(z.object({ context: z.string(), integration_id: orNull(z.number()) })),
  strict_required_status_checks_policy: z.boolean().optional(),
})
const pullRequestRule = z.object({ required_review_thread_resolution: z.boolean().optional() })

const protectedBranch = z.object({
  protected: z.boolean(),
  protection: orNull(
    z.object({
      enabled: z.boolean().optional(),
      required_status_checks: orNull(
        z.object({
          enforcement_level: orNull(z.string()),
          strict: z.boolean().optional(),
          contexts: orNull(z.array(z.string())),
          checks: orNull(z.array(z.object({ context: z.string(), app_id: orNull(z.number()) }))),
        }),
      ),
    }),
  ),
})

/** Throws only when GitHub cannot be reached; a refusal makes it unknown. */
export async function readBranchRules(client: GithubClient, branch: string): Promise<BranchRules> {
  const [rules, classic] = await Promise.all([readRules(client, branch), readClassic(client, branch)])
  const checks = ofType(rules.items, 'required_status_checks', requiredStatusChecks)
  const contexts = checks.parsed.flatMap(({ required_status_checks: list }) =>
    list.map(({ context, integration_id: appId }) => ({ context, appId })),
  )
  const reviews = ofType(rules.items, 'pull_request', pullRequestRule).parsed
  return {
    required: {
      contexts: withoutDoubles([...classic.contexts, ...contexts]),
      known: classic.known && rules.known && checks.complete,
    },
    strict: classic.strict || checks.parsed.some((each) => each.strict_required_status_checks_policy === true),
    mustResolveThreads: reviews.some((each) => each.required_review_thread_resolution === true),
    hasQueue: rules.items.some(({ type }) => type === 'merge_queue'),
    hasRequiredWorkflows: rules.items.some(({ type }) => type === 'workflows'),
  }
}

async function readRules(client: GithubClient, branch: string): Promise<{ items: readonly Rule[]; known: boolean }> {
  const { owner, name } = client.address
  const asked = client.pages('GET /repos/{owner}/{repo}/rules/branches/{branch}', { owner, repo: name, branch }, rule)
  return unlessRefused(
    asked.then(({ items, complete }) => ({ items, known: complete })),
    { items: [], known: false },
  )
}

/** The branch itself names its required checks to everybody who may read it; its protection does so to administrators. */
async function readClassic(client: GithubClient, branch: string): Promise<Part> {
  const { owner, name } = client.address
  const route = 'GET /repos/{owner}/{repo}/branches/{branch}'
  const asked = client.rest(route, { owner, repo: name, branch }, protectedBranch)
  return unlessRefused(asked.then(fromBranch), { known: false, contexts: [], strict: false })
}

function fromBranch({ protected: isProtected, protection }: z.infer<typeof protectedBranch>): Part {
  const checks = protection?.required_status_checks ?? null
  if (checks === null) return { known: !isProtected || protection !== null, contexts: [], strict: false }
  const named = checks.checks?.map(({ context, app_id: appId }) => ({ context, appId: appId === -1 ? null : appId }))
  const contexts = named ?? (checks.contexts ?? []).map((context) => ({ context, appId: null }))
  const isOff = checks.enforcement_level === 'off'
  return { known: true, contexts: isOff ? [] : contexts, strict: !isOff && checks.strict === true }
}

/** 403 and 404: a plan without protection, a token without the right. Being unreachable is another matter. */
async function unlessRefused<T>(asked: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Failure && (error.kind === 'forge_refused' || error.kind === 'forge_permission'))
      return otherwise
    throw error
  }
}

function ofType<T>(
  rules: readonly Rule[],
  type: string,
  schema: z.ZodType<T>,
): { parsed: readonly T[]; complete: boolean } {
  const wanted = rules.filter((each) => each.type === type)
  const parsed = wanted.flatMap(({ parameters }) => schema.safeParse(parameters ?? {}).data ?? [])
  return { parsed, complete: parsed.length === wanted.length }
}

function withoutDoubles(contexts: readonly RequiredContext[]): readonly RequiredContext[] {
  const seen = new Map(contexts.map((each) => [each.context, each]))
  // A context that one rule wants from a certain app is wanted from that app.
  for (const each of contexts) if (each.appId !== null) seen.set(each.context, each)
  return [...seen.values()]
}
