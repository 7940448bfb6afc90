/**
 * CI that is no script: for each job of `.github/workflows/ci.yml` its command is run in a clean checkout of the commit,
 * so that red and green are what the project says.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type CommandOptions, runCommand } from '../../../src/lib/command.ts'
import type { Ci, CiContext, ScriptedCi } from '../github/ci-script.ts'
import type { RepositoryHandle } from '../github/handle/repository.ts'
import type { CheckConclusion } from '../github/model.ts'

export type RealCiOptions = {
  readonly repository: RepositoryHandle
  /** Checkouts are made below it, and removed. */
  readonly directory: string
  /** The runner is busy until then. */
  readonly hold?: (context: CiContext, job: string) => Promise<void>
  /** What a job that fails without a cause in the code prints; null = it runs as it should. */
  readonly flake?: (context: CiContext, job: string) => string | null
  /** What other services report beside the workflow. */
  readonly others?: (context: CiContext) => readonly ScriptedCi[]
}

export type RealCi = {
  readonly ci: Ci
  /** How often a job's command was really run. */
  readonly runs: readonly { readonly job: string; readonly commit: string; readonly conclusion: CheckConclusion }[]
  /** Resolves when nothing runs any more. */
  settled(): Promise<void>
  /** Ends what runs, and waits for it. */
  close(): Promise<void>
}

type Job = { readonly name: string; readonly command: string }

const TIMEOUT_MS = 60_000

export function createRealCi(options: RealCiOptions): RealCi {
  const { repository, directory, hold = async () => {}, flake = () => null, others = () => [] } = options
  const runs: RealCi['runs'][number][] = []
  const running = new Set<Promise<unknown>>()
  const closing = new AbortController()

  async function run(job: Job, context: CiContext): Promise<CheckConclusion> {
    await Promise.race([hold(context, job.name), aborted(closing.signal)])
    const flaky = flake(context, job.name)
    const { exitCode, output } = flaky === null ? await runJob(job, context) : { exitCode: 1, output: flaky }
    const conclusion = exitCode === 0 ? 'success' : 'failure'
    runs.push({ job: job.name, commit: context.commit, conclusion })
    repository.finishCheck({ name: job.name, sha: context.commit, conclusion, log: output })
    return conclusion
  }

  async function runJob(job: Job, { commit }: CiContext): Promise<{ exitCode: number | null; output: string }> {
    closing.signal.throwIfAborted()
    const checkout = await mkdtemp(join(directory, 'ci-'))
    const home = `${checkout}-home`
    const command: CommandOptions = {
      cwd: checkout,
      env: { PATH: process.env.PATH ?? '', HOME: home, CI: 'true', GIT_CONFIG_NOSYSTEM: '1' },
      timeoutMs: TIMEOUT_MS,
      signal: closing.signal,
    }
    try {
      await mkdir(home)
      await runCommand('git', ['clone', '--quiet', '--no-checkout', repository.gitDirectory, '.'], command)
      await runCommand('git', ['checkout', '--quiet', '--detach', commit], command)
      const { exitCode, output } = await runCommand('sh', ['-c', job.command], command)
      return { exitCode, output: `$ ${job.command}\n${output}` }
    } finally {
      for (const path of [checkout, home]) await rm(path, { recursive: true, force: true })
    }
  }

  async function settled(): Promise<void> {
    while (running.size > 0) await Promise.allSettled(running)
  }

  return {
    runs,
    async ci(context) {
      const jobs = parseJobs((await context.readFile('.github/workflows/ci.yml')) ?? '')
      const outcome = (job: Job) => () => {
        const work = run(job, context).finally(() => running.delete(work))
        running.add(work)
        return work
      }
      return [{ name: 'ci', jobs: jobs.map((job) => ({ name: job.name, outcome: outcome(job) })) }, ...others(context)]
    },
    settled,
    async close() {
      closing.abort(new Error('CI is over'))
      await settled()
    },
  }
}

/** Enough of the format for a workflow whose jobs have one command each. */
function parseJobs(workflow: string): readonly Job[] {
  const [, jobs = ''] = workflow.split(/^jobs:\n/m)
  return [...jobs.matchAll(/^ {2}([\w-]+):\n[\s\S]*?- run: (.+)$/gm)].map(([, name = '', command = '']) => ({
    name,
    command,
  }))
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
