/**
 * What sessions return: the schemas are given to the agent, so every description is an instruction. Names and meanings
 * are fixed; other programs rely on them.
 */
import { z } from 'zod'
import type { Explanation } from '../domain/integrity/finding.ts'
import { COMPLEXITIES } from '../domain/plan.ts'
import type { PlanOutput } from '../domain/plan-validate.ts'
import type { ThreadDisposition, Verdict, WorkReport } from '../domain/run.ts'

const complexity = z
  .enum(COMPLEXITIES)
  .describe(
    'coding: needs thought and design; quick: small and mechanical; general: ordinary work such as docs or configuration; debugging-qa: finding faults, writing tests over a large context',
  )

const planTask = z.object({
  id: z.string().optional().describe('Only when updating a plan: the id of a task that is kept.'),
  title: z.string().describe('One line, imperative: what will be true afterwards.'),
  details: z
    .string()
    .optional()
    .describe('What a colleague needs who knows the code base: files, names, edge cases. Several lines are fine.'),
  complexity: complexity.optional(),
})

const planGroup = z.object({
  title: z.string().describe('Title of the pull request.'),
  why: z.string().optional().describe('One or two sentences for its reviewers.'),
  dependsOn: z
    .array(z.number().int())
    .optional()
    .describe('Indexes of earlier groups whose merged code this one needs. Leave empty when independent.'),
  touches: z.array(z.string()).optional().describe('Globs of the files it expects to change; leave out when unknown.'),
  releaseChecks: z.array(z.string()).optional().describe('What to check on the deployed system after release.'),
  tasks: z.array(planTask).describe('At least one. Each is worked in one session and ends in a commit.'),
})

const planOutput = z.object({
  criteria: z
    .array(
      z.object({
        text: z.string().describe('A fact that is true of the merged code when the goal is reached.'),
        command: z
          .string()
          .optional()
          .describe(
            'A shell command, run in the root of a clean checkout, that exits with 0 exactly when the criterion is met. Leave out when only reading can tell.',
          ),
      }),
    )
    .describe('Three to five success criteria of the goal as a whole.'),
  groups: z.array(planGroup).describe('Pull requests in the order of work. Tasks of one group ship together.'),
})

const explanations = z
  .array(z.object({ path: z.string().describe('The file.'), why: z.string().describe('Why it had to be changed so.') }))
  .optional()
  .describe(
    'For each change that a careful reader would stop at (a test removed, skipped or expecting less, a check loosened or silenced, CI, lockfile or agent instructions touched): why the task needs it. Usually empty.',
  )

const workReport = z.object({
  outcome: z
    .enum(['done', 'nothing_to_do', 'blocked'])
    .describe('done: committed. nothing_to_do: it was already so. blocked: only a human can go on.'),
  summary: z.string().describe('Three lines at most, for the pull request: what changed and how it was verified.'),
  learnings: z
    .array(z.string())
    .optional()
    .describe('Facts about this code base that the next session needs and cannot see at a glance. Often empty.'),
  blockedReason: z.string().optional().describe('Only with blocked: what a human must do or decide.'),
  explanations,
})

const dispositions = z.object({
  threads: z.array(
    z.object({
      id: z.string().describe('The id of the thread as given.'),
      action: z.enum(['fixed', 'explained', 'declined']),
      message: z.string().describe('The answer to the reviewer, one to three sentences.'),
    }),
  ),
  summary: z.string().optional(),
  learnings: z.array(z.string()).optional(),
  explanations,
})

const verdicts = z.object({
  verdicts: z.array(
    z.object({
      criterion: z.number().int().describe('The number of the criterion as given.'),
      verdict: z
        .enum(['confirmed', 'refuted', 'inconclusive'])
        .describe('confirmed only when you saw it hold; inconclusive when you could not find out.'),
      evidence: z
        .string()
        .describe(
          'What you saw: files by their paths, lines, output of the commands given. A confirmation that names none of them does not count.',
        ),
    }),
  ),
})

export type OutputKind = 'plan' | 'report' | 'dispositions' | 'verdicts'

const SCHEMAS = { plan: planOutput, report: workReport, dispositions, verdicts } as const

/** The JSON schema for the agent. */
export function outputSchema(kind: OutputKind): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(SCHEMAS[kind], { io: 'input' }) as Record<string, unknown>
  return schema
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string }

export function parsePlanOutput(output: unknown): Parsed<PlanOutput> {
  return parse(planOutput, output, (value) => value as PlanOutput)
}

export function parseWorkReport(output: unknown): Parsed<WorkReport> {
  return parse(workReport, output, (value) => ({
    outcome: value.outcome,
    summary: value.summary,
    learnings: value.learnings ?? [],
    blockedReason: value.blockedReason ?? null,
    explanations: value.explanations ?? [],
  }))
}

export type ReviewAnswer = {
  readonly threads: readonly ThreadDisposition[]
  readonly summary: string
  readonly learnings: readonly string[]
  readonly explanations: readonly Explanation[]
}

export function parseDispositions(output: unknown): Parsed<ReviewAnswer> {
  return parse(dispositions, output, (value) => ({
    threads: value.threads,
    summary: value.summary ?? '',
    learnings: value.learnings ?? [],
    explanations: value.explanations ?? [],
  }))
}

export function parseVerdicts(output: unknown): Parsed<readonly Verdict[]> {
  return parse(verdicts, output, (value) => value.verdicts)
}

function parse<S extends z.ZodType, T>(schema: S, output: unknown, map: (value: z.output<S>) => T): Parsed<T> {
  const result = schema.safeParse(output)
  if (result.success) return { ok: true, value: map(result.data) }
  return { ok: false, problem: z.prettifyError(result.error) }
}
