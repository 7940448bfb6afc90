/** Which model works with which effort, and what takes over when it cannot. */
import type { Complexity } from '../domain/plan.ts'
import type { ModelTier } from '../domain/run.ts'
import type { SessionKind } from '../domain/stage.ts'
import type { Effort } from './agent.ts'

export type ModelTable = {
  readonly models: Readonly<Record<ModelTier, string>>
  readonly efforts: Readonly<Record<ModelTier, Effort>>
  /** Tokens; a conversation that fills most of it is not continued. */
  readonly contextWindows: Readonly<Record<ModelTier, number>>
}

export type Route = {
  readonly tier: ModelTier
  readonly model: string
  readonly effort: Effort
  readonly fallbackModels: readonly string[]
  readonly contextWindow: number
}

const FALLBACKS: Readonly<Record<ModelTier, readonly ModelTier[]>> = {
  fable: ['opus', 'sonnet', 'haiku'],
  opus: ['sonnet', 'haiku'],
  sonnet: ['haiku'],
  haiku: ['sonnet'],
  sonnet_1m: ['haiku', 'sonnet'],
}

/** `chosen` is the tier of `--model`: it plans, writes what is tagged coding, and repairs. */
export function routeSession(
  kind: SessionKind,
  complexity: Complexity | null,
  chosen: ModelTier,
  table: ModelTable,
): Route {
  const tier = tierOf(kind, complexity, chosen)
  const model = table.models[tier]
  const fallbackModels = FALLBACKS[tier].map((fallback) => table.models[fallback])
  return {
    tier,
    model,
    effort: table.efforts[tier],
    // The SDK refuses a fallback that is the model itself; two tiers may share one model id.
    fallbackModels: [...new Set(fallbackModels)].filter((fallback) => fallback !== model),
    contextWindow: table.contextWindows[tier],
  }
}

/** What mends a task's own work goes on with the model that did it: the conversation is cached there. */
const ABOUT_TASK: ReadonlySet<SessionKind> = new Set<SessionKind>(['work', 'finish', 'fix-gate', 'fix-integrity'])

function tierOf(kind: SessionKind, complexity: Complexity | null, chosen: ModelTier): ModelTier {
  if (kind === 'confirm' || kind === 'second-look') return 'sonnet'
  if (!ABOUT_TASK.has(kind) || complexity === null) return chosen
  switch (complexity) {
    case 'coding':
      return chosen
    case 'general':
      return 'sonnet'
    case 'quick':
      return 'haiku'
    case 'debugging-qa':
      return 'sonnet_1m'
  }
}
