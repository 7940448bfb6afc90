/** What a planning session answers; the schema given to the agent produces exactly this. */
import type { Complexity } from './plan.ts'

export type PlanOutput = {
  readonly criteria: readonly { readonly text: string; readonly command?: string | undefined }[]
  readonly groups: readonly {
    readonly title: string
    readonly why?: string | undefined
    /** Positions of earlier groups. */
    readonly dependsOn?: readonly number[] | undefined
    readonly touches?: readonly string[] | undefined
    readonly releaseChecks?: readonly string[] | undefined
    readonly tasks: readonly {
      /** Only in an update: the task that is kept. */
      readonly id?: string | undefined
      readonly title: string
      readonly details?: string | undefined
      readonly complexity?: Complexity | undefined
    }[]
  }[]
}
