/**
 * The self-contained demonstration: a small real repository, the real agent and its real binary, the built-in forge;
 * only the model is scripted. No login, no network.
 */
import { mkdir, mkdtemp, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunEnd, RunObserver, StartRequest } from '../operations/run-request.ts'
import { createGit } from '../workspace/git.ts'
import { createProject, type DemoProject } from './project.ts'
import { DEMO_GOAL, demoScenario } from './scenario.ts'
import { createScriptedModel } from './scripted-model/scripted-model.ts'

export type DemoParts = {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly write: (line: string) => void
  /** `start` as any user's, in that directory and environment. */
  readonly start: (
    place: { cwd: string; environment: Readonly<Record<string, string>> },
    request: StartRequest,
    observer: RunObserver,
  ) => Promise<RunEnd>
}

/** So that a person can follow what happens. */
const STEP_DELAY_MS = 250

export async function runDemo(parts: DemoParts, observer: RunObserver): Promise<RunEnd> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'claudetm-demo-')))
  const model = await createScriptedModel({ scenario: demoScenario, delayMs: STEP_DELAY_MS })
  try {
    const environment = demoEnvironment(parts.environment, directory, model.url)
    await mkdir(environment.HOME ?? directory, { recursive: true })
    const project = await createProject(createGit(directory, environment), directory)
    parts.write(
      'This is a demonstration: the model is scripted and talks on this machine only. Everything else is real:',
    )
    parts.write(`the repository (${project.path}), the Claude agent, its commits, the checks, the merges.`)
    const end = await parts.start({ cwd: project.path, environment }, request(), observer)
    for (const line of whereToLook(project, end)) parts.write(line)
    return end
  } finally {
    await model.close()
  }
}

/** Nothing of the person's own: no login, no configuration, no key. */
function demoEnvironment(
  environment: DemoParts['environment'],
  directory: string,
  url: string,
): Record<string, string> {
  const home = join(directory, 'home')
  return {
    PATH: environment.PATH ?? '',
    ...(environment.TMPDIR !== undefined && { TMPDIR: environment.TMPDIR }),
    ...(environment.LANG !== undefined && { LANG: environment.LANG }),
    HOME: home,
    CLAUDETM_HOME: join(home, '.claudetm'),
    CLAUDE_CONFIG_DIR: join(home, '.claude'),
    GIT_CONFIG_NOSYSTEM: '1',
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: 'scripted-model-needs-no-key',
  }
}

function request(): StartRequest {
  return {
    goal: DEMO_GOAL,
    model: null,
    autoMerge: null,
    maxSessions: 20,
    maxPrs: null,
    pauseOnPr: false,
    prPerTask: false,
    branch: null,
    targetBranch: null,
    sessionBudgetUsd: null,
    maxCostUsd: null,
    criteria: [],
    verify: null,
    logLevel: null,
    sandbox: null,
    forge: null,
    mergeMethod: null,
    admin: null,
    syncBeforeMerge: null,
    draft: null,
    webhookPort: null,
    webhook: null,
  }
}

function whereToLook(project: DemoProject, end: RunEnd): readonly string[] {
  const state = join(project.path, '.claude-task-master')
  return [
    '',
    end.exitCode === 0 ? 'Look for yourself:' : 'It did not end in success; look for yourself:',
    `  git -C ${project.path} log --stat        what was merged`,
    `  git -C ${project.origin} log --oneline   the same on the remote`,
    `  ls ${state}   logs, history and CI logs of the run`,
    `The costs shown are what the scripted tokens would cost; nothing was paid.`,
  ]
}
