/** What a test says about CI: a function from a commit to the workflows, checks and statuses that start for it. */
import type { Annotation, CheckConclusion, CommitStatus, Sha } from './model.ts'

export type CiContext = {
  readonly commit: Sha
  /** Branch name. */
  readonly ref: string
  readonly event: 'push' | 'pull_request' | 'merge_group'
  /** 1 for the first run; a re-run asks again with the next number. */
  readonly attempt: number
  /** Number of the pull request, if it is about one. */
  readonly pull: number | null
  /** A file as it is in the commit; null when it is not there. */
  readFile(path: string): Promise<string | null>
}

export type Ci = (context: CiContext) => readonly ScriptedCi[] | Promise<readonly ScriptedCi[]>

export type ScriptedCi = ScriptedWorkflow | ScriptedApp | ScriptedStatus

/** A GitHub Actions workflow. */
export type ScriptedWorkflow = {
  readonly kind?: 'workflow'
  readonly name: string
  /** Default `.github/workflows/<name>.yml`. */
  readonly path?: string
  /** None: the run itself fails to start (`startup_failure`). */
  readonly jobs: readonly ScriptedJob[]
}

/**
 * How it ends. A promise or a function (called when the job starts) decides later; `pending` stays in progress and
 * `queued` never starts, until the test finishes them (`finishCheck`).
 */
export type Outcome<T extends string = CheckConclusion> = T | 'pending' | 'queued' | Promise<T> | (() => T | Promise<T>)

export type ScriptedJob = {
  readonly name: string
  readonly outcome: Outcome
  /** Default one step that ends as the job does. An empty list is a job that no runner ever took: no steps, no log. */
  readonly steps?: readonly ScriptedStep[]
  readonly annotations?: readonly ScriptedAnnotation[]
}

export type ScriptedStep = {
  readonly name: string
  /** Default: success for all but the last, which ends as the job does. */
  readonly conclusion?: CheckConclusion
  readonly log?: string
}

export type ScriptedAnnotation = Pick<Annotation, 'path' | 'startLine' | 'message'> & Partial<Annotation>

/** Checks of an app that is not GitHub Actions. */
export type ScriptedApp = {
  readonly kind: 'app'
  /** Created when it is not known yet. */
  readonly app: string
  readonly checks: readonly ScriptedCheck[]
}

export type ScriptedCheck = {
  readonly name: string
  readonly outcome: Outcome
  readonly title?: string
  readonly summary?: string
  readonly detailsUrl?: string | null
  readonly annotations?: readonly ScriptedAnnotation[]
}

/** A commit status of the older kind. */
export type ScriptedStatus = {
  readonly kind: 'status'
  readonly context: string
  readonly state: Outcome<CommitStatus['state']>
  readonly description?: string
  readonly targetUrl?: string | null
  /** Default the bot `ci[bot]`, created when it is not known yet. */
  readonly creator?: string
}
