/** Check runs and commit statuses as the rollup of a commit has them in GraphQL. */
import { z } from 'zod'
import { orNull, time } from './schema.ts'

const CHECK_FIELDS = `
  __typename
  ... on CheckRun {
    databaseId name status conclusion title summary detailsUrl startedAt
    isRequired(pullRequestNumber: $number)
    checkSuite { createdAt app { databaseId slug } workflowRun { databaseId event workflow { name } } }
  }
  ... on StatusContext {
    context state description targetUrl createdAt
    isRequired(pullRequestNumber: $number)
  }`

/** `number`: the variable or the literal that holds the pull request's number. */
export function checkFields(number: string): string {
  return CHECK_FIELDS.replaceAll('$number', number)
}

const checkRun = z.object({
  __typename: z.literal('CheckRun'),
  databaseId: orNull(z.number()),
  name: z.string(),
  status: z.string(),
  conclusion: orNull(z.string()),
  title: orNull(z.string()),
  summary: orNull(z.string()),
  detailsUrl: orNull(z.string()),
  startedAt: orNull(time),
  isRequired: orNull(z.boolean()),
  checkSuite: orNull(
    z.object({
      createdAt: orNull(time),
      app: orNull(z.object({ databaseId: orNull(z.number()), slug: z.string() })),
      workflowRun: orNull(
        z.object({
          databaseId: orNull(z.number()),
          event: z.string(),
          workflow: orNull(z.object({ name: z.string() })),
        }),
      ),
    }),
  ),
})

const statusContext = z.object({
  __typename: z.literal('StatusContext'),
  context: z.string(),
  state: z.string(),
  description: orNull(z.string()),
  targetUrl: orNull(z.string()),
  createdAt: orNull(time),
  isRequired: orNull(z.boolean()),
})

export type CheckRunNode = z.infer<typeof checkRun>
export type StatusNode = z.infer<typeof statusContext>
export const checkNode = z.discriminatedUnion('__typename', [checkRun, statusContext])
export type CheckNode = z.infer<typeof checkNode>
