/** Webhooks of the runs of one repository. */
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { CliBase } from '../cli/parts.ts'
import { stateDirectory } from '../config/paths.ts'
import { Failure } from '../domain/failure.ts'
import { toRunFacts } from '../notify/event/run-facts.ts'
import type { HookRegistry } from '../notify/hooks/hook-registry.ts'
import { ensureRunHook } from '../notify/hooks/run-hook.ts'
import { createNotifier, type Notifier } from '../notify/notifier.ts'
import type { Outbox } from '../notify/outbox/outbox.ts'
import { createRunReader } from '../notify/run-reader.ts'
import type { RunWebhooks } from '../operations/run-parts.ts'
import type { WebhookParts } from '../operations/webhooks/webhook-parts.ts'
import { requireAllowed } from '../operations/webhooks/webhook-view.ts'
import { createEventReader } from '../store/state-dir/event-log.ts'
import { layoutOf } from '../store/state-dir/layout.ts'
import { createStateDirStore } from '../store/state-dir/state-dir-store.ts'
import { createGit } from '../workspace/git.ts'
import { isTracked } from '../workspace/repository.ts'
import { ensureExcluded, STATE_PATTERN } from '../workspace/worktrees/exclude.ts'
import { clock } from './clock.ts'
import { readConfig } from './configuration.ts'
import { gitEnvironment } from './environments.ts'
import type { House } from './house.ts'
import { createWebhooks, WEBHOOKS_FILE } from './webhooks.ts'

/** Who is told would be for everybody to say who may push there. */
const foreign = (file: string) =>
  `${file} is a file of the repository, but who is told of your runs is yours to say: it is not used`

/** For who looks after them by hand. Secrets may be written: git is told to leave the directory alone. */
export async function openWebhooks(base: CliBase, repository: string): Promise<WebhookParts> {
  const { webhooks: policy } = readConfig(base.environment, repository).config
  const git = createGit(repository, gitEnvironment(base.environment))
  const known = await git.try(['rev-parse', '--path-format=absolute', '--git-common-dir'])
  if (known.exitCode === 0) await ensureExcluded(known.stdout.trimEnd(), [STATE_PATTERN])
  const directory = stateDirectory(repository)
  const file = join(directory, WEBHOOKS_FILE)
  if (existsSync(file) && (await isTracked(git, file)))
    throw new Failure('config_invalid', `${foreign(file)}: git rm --cached ${file}`)
  const webhooks: WebhookParts = createWebhooks({
    directory,
    policy,
    version: base.version,
    catchUp: async (outbox) => readAbandonedRun({ directory, repository, hooks: webhooks.hooks, outbox }),
  })
  return webhooks
}

function bothOf(one: Notifier, other: Notifier): Notifier {
  return {
    onEvent(event) {
      one.onEvent(event)
      other.onEvent(event)
    },
    onState(state) {
      one.onState(state)
      other.onState(state)
    },
    settle: async () => void (await Promise.all([one.settle(), other.settle()])),
    close: async (waitMs) => void (await Promise.all([one.close(waitMs), other.close(waitMs)])),
  }
}

/** A run at work tells of itself. */
async function readAbandonedRun(request: {
  readonly directory: string
  readonly repository: string
  readonly hooks: HookRegistry
  readonly outbox: Outbox
}): Promise<void> {
  const { directory, repository, hooks, outbox } = request
  const store = createStateDirStore({ directory, now: clock.now, host: hostname(), pid: process.pid })
  const state = (await store.owner()) === null ? await store.load().catch(() => null) : null
  if (state === null) return
  const facts = () => toRunFacts(state, repository)
  const { runId } = state
  await createRunReader({ place: directory, runId, events: store.events, facts, hooks, outbox, now: clock.now }).read()
}

/** `server`: webhooks of the server that the run works in; null = it works by itself. */
export function createRunWebhooks(
  { base, git, repository, resolved, store }: House,
  server: WebhookParts | null,
): RunWebhooks {
  const { webhooks: configured } = resolved.config
  const directory = store.location
  const webhooks = createWebhooks({ directory, policy: configured, version: base.version })

  return {
    target(request) {
      const url = request?.url ?? configured.url
      const secret = request?.secret ?? configured.secret
      if (url === null) {
        if (request === null || request.secret === null) return null
        throw new Failure('usage', 'a secret for webhooks was given, but no address: --webhook-url')
      }
      requireAllowed(url, configured)
      return { url, secret }
    },
    add(runId, target) {
      if (target !== null) ensureRunHook(webhooks.hooks, runId, target, clock.now())
    },
    async open({ state, report }) {
      const file = join(directory, WEBHOOKS_FILE)
      const isForeign = existsSync(file) && (await isTracked(git, file))
      if (isForeign) report(foreign(file))
      const common = {
        place: directory,
        workingDirectory: repository,
        state,
        now: clock.now,
        report,
      }
      const own = createNotifier({
        ...common,
        events: createEventReader(layoutOf(directory).events).after,
        hooks: isForeign ? { ...webhooks.hooks, list: () => ({ hooks: [], problems: [] }) } : webhooks.hooks,
        hasOutbox: webhooks.hasOutbox,
        openOutbox: webhooks.openOutbox,
        startCourier: (outbox) => webhooks.startCourier(outbox, report),
        isServedOn: false,
      })
      if (server === null) return own
      const shared = createNotifier({
        ...common,
        events: createEventReader(layoutOf(directory).events).after,
        hooks: server.hooks,
        hasOutbox: server.hasOutbox,
        openOutbox: server.openOutbox,
        startCourier: (outbox) => server.startCourier(outbox, report),
        isServedOn: true,
      })
      return bothOf(own, shared)
    },
  }
}
