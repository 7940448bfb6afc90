/**
 * A session needs the login of its own account and can see it. What it says is kept, shown and posted, so the secrets
 * that we know ourselves are taken out where its words come in, and once more where events go out.
 */
import type { Agent } from '../agent/agent.ts'
import type { ResolvedConfig } from '../config/resolve.ts'
import { SETTING_PATHS, SETTINGS } from '../config/settings.ts'
import { type Environment, secretValues } from '../lib/environment.ts'
import { createRedaction, type Redact } from '../lib/redaction.ts'
import type { Store } from '../store/store.ts'

export function redactionFor(environment: Environment, { values }: Pick<ResolvedConfig, 'values'>): Redact {
  const configured = SETTING_PATHS.filter((path) => SETTINGS[path].secret).map((path) => values[path])
  return createRedaction([
    ...secretValues(environment),
    ...configured.filter((value): value is string => typeof value === 'string'),
  ])
}

export function discreetAgent(agent: Agent, redact: Redact): Agent {
  return {
    ...agent,
    run: async (request, context) => {
      const onActivity: typeof context.onActivity = (activity) => context.onActivity(redact(activity))
      return redact(await agent.run(request, { ...context, onActivity }))
    },
    recall: async (request) => redact(await agent.recall(request)),
  }
}

export function discreetStore(store: Store, redact: Redact): Store {
  return {
    ...store,
    append: (lock, runId, body) => store.append(lock, runId, redact(body)),
  }
}
