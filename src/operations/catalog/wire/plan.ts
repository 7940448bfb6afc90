/** The plan as text for people and as data for programs. */
import { z } from 'zod'
import type { RunState } from '../../../domain/run.ts'
import { STAGES } from '../../../domain/stage.ts'

export const plan = z
  .object({
    success: z.literal(true),
    plan: z.string().nullable().describe('plan.md as it lies there'),
    criteria: z.array(z.object({ text: z.string(), command: z.string().nullable() })),
    groups: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        why: z.string(),
        depends_on: z.array(z.string()),
        stage: z.enum(STAGES),
        tasks: z.array(
          z.object({
            id: z.string(),
            title: z.string(),
            details: z.string(),
            complexity: z.string(),
            done: z.boolean(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'Plan' })

export function toPlan(state: RunState | null, markdown: string | null): z.input<typeof plan> {
  return {
    success: true,
    plan: markdown,
    criteria: (state?.plan?.criteria ?? []).map(({ text, command }) => ({ text, command })),
    groups: (state?.plan?.groups ?? []).map((group) => ({
      id: group.id,
      title: group.title,
      why: group.why,
      depends_on: [...group.dependsOn],
      stage: state?.groups[group.id]?.stage ?? 'pending',
      tasks: group.tasks.map(({ id, title, details, complexity }) => ({
        id,
        title,
        details,
        complexity,
        done: state?.tasks[id] !== undefined,
      })),
    })),
  }
}
