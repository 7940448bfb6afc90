/**
 * A whole life on GitHub, offline: red CI, a reviewer, a stranger, a flake, a conflict, two merges. Real are the command
 * line, the agent and its binary, git, and what CI runs; played are the model, GitHub itself, and the people on it.
 */
import type { Scenario } from '../../../src/demo/scripted-model/script.ts'
import type { CiContext, ScriptedCi } from '../github/ci-script.ts'
import { createOnlooker, type Onlooker } from './onlooker.ts'
import { createPeople, PEOPLE } from './people.ts'
import { createGithubPlace, type GithubPlace } from './place.ts'
import { createRealCi, type RealCi } from './real-ci.ts'
import { STORY_GOAL, storyScenario } from './scenario.ts'
import { TINY_MATH } from './tiny-math.ts'

export type GithubStory = {
  readonly place: GithubPlace
  readonly ci: RealCi
  readonly onlooker: Onlooker
  /** Arguments of the command line. */
  readonly args: readonly string[]
  /** Resolves when neither CI nor anybody else is at work any more. */
  settled(): Promise<void>
  /** Ends everybody; the files stay. */
  close(): Promise<void>
  cleanup(): Promise<void>
}

export type StoryOptions = {
  /** Before each answer of the model, so that a person can follow. */
  readonly delayMs?: number
  /** False: the run looks by itself. */
  readonly webhooks?: boolean
  readonly scenario?: Scenario
}

export async function createGithubStory(options: StoryOptions = {}): Promise<GithubStory> {
  const { delayMs = 0, webhooks = true, scenario = storyScenario } = options
  const place = await createGithubPlace({ scenario, delayMs, repository: { files: TINY_MATH, collaborators: PEOPLE } })
  const { github, repository, directory } = place
  const people = createPeople(repository)
  const isFirstHead = ({ pull, commit }: CiContext) => pull !== null && commit === firstHeadOf(place, pull)
  const ci = createRealCi({
    repository,
    directory,
    others: reviewBot,
    flake: (context, job) =>
      context.pull === 2 && context.attempt === 1 && job === 'lint' && isFirstHead(context) ? FLAKE : null,
    hold: async (context) => {
      if (context.pull === 1 && !isFirstHead(context)) await people.hasReviewed
      if (context.pull === 2 && context.attempt === 2) await people.hasPushed
    },
  })
  repository.setCi(ci.ci)
  const onlooker = await createOnlooker(github, repository, people.meet)
  async function dismiss(): Promise<void> {
    await ci.close()
    await onlooker.close()
  }

  return {
    place,
    ci,
    onlooker,
    args: ['start', STORY_GOAL, ...(webhooks ? ['--webhook-port', String(place.webhookPort)] : [])],
    async settled() {
      await ci.settled()
      await github.settled()
    },
    async close() {
      await dismiss()
      await place.close()
    },
    async cleanup() {
      await dismiss()
      await place.cleanup()
    },
  }
}

/** Nothing in the code is to blame. */
const FLAKE = 'error: worker 2 did not answer within 5000 ms\nlint: 1 of 2 workers failed\n'

/** The commit with which a pull request was opened. */
function firstHeadOf({ github, repository }: GithubPlace, number: number): string | null {
  const ref = `refs/heads/${repository.pull(number).head.ref}`
  const push = github.events.find((event) => event.name === 'push' && event.ref === ref)
  return push?.name === 'push' ? push.after : null
}

/** A service that is overloaded says so with a red status; that is nothing to fix. */
function reviewBot({ pull }: CiContext): readonly ScriptedCi[] {
  if (pull !== 2) return []
  const description = 'Review rate limit exceeded'
  return [{ kind: 'status', context: 'CodeRabbit', state: 'failure', description, creator: 'coderabbitai[bot]' }]
}
