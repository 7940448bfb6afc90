import { expect, it } from 'vitest'
import { routeSession } from '../../src/agent/routing.ts'
import type { Complexity } from '../../src/domain/plan.ts'
import type { ModelTier } from '../../src/domain/run.ts'
import type { SessionKind } from '../../src/domain/stage.ts'
import { MODELS } from '../simulation/parts/run-parts.ts'

const cases: [SessionKind, Complexity | null, ModelTier, string][] = [
  ['plan', null, 'opus', 'opus max, then sonnet, haiku'],
  ['plan', null, 'sonnet', 'sonnet medium, then haiku'],
  ['plan', null, 'fable', 'fable max, then opus, sonnet, haiku'],
  ['work', 'coding', 'opus', 'opus max, then sonnet, haiku'],
  ['work', 'coding', 'haiku', 'haiku low, then sonnet'],
  ['work', 'general', 'opus', 'sonnet medium, then haiku'],
  ['work', 'quick', 'opus', 'haiku low, then sonnet'],
  // sonnet_1m and sonnet share one model id here: a model is never its own fallback.
  ['work', 'debugging-qa', 'opus', 'sonnet high, then haiku'],
  ['finish', 'quick', 'opus', 'haiku low, then sonnet'],
  ['fix-gate', 'quick', 'opus', 'haiku low, then sonnet'],
  ['fix-ci', null, 'opus', 'opus max, then sonnet, haiku'],
  ['confirm', null, 'opus', 'sonnet medium, then haiku'],
  ['verify', null, 'opus', 'opus max, then sonnet, haiku'],
]

it.each(cases)('%s of %s with --model %s: %s', (kind, complexity, chosen, expected) => {
  const { model, effort, fallbackModels } = routeSession(kind, complexity, chosen, MODELS)
  expect(`${model} ${effort}, then ${fallbackModels.join(', ')}`).toBe(expected)
})
