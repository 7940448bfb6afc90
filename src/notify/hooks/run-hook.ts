/** The hook of `--webhook-url`: for one run, kept with the others, so that `resume` and a later process know it. */
import type { RunId } from '../../domain/ids.ts'
import { HOOK_DEFAULTS, type Hook, newHookId } from './hook.ts'
import type { HookChanges, HookRegistry } from './hook-registry.ts'

export type WebhookTarget = { readonly url: string; readonly secret: string | null }

/** Written down before the first event of the run. Safe to call twice; another address or secret replaces the first. */
export function ensureRunHook(hooks: HookRegistry, runId: RunId, target: WebhookTarget, now: number): void {
  hooks.change((changes) => {
    if (changes.all().some((hook) => isSameForEverything(hook, target))) return
    const mine = changes.all().find((hook) => hook.run_id === runId)
    if (mine?.url === target.url && mine.secret === target.secret && mine.enabled) return
    const at = new Date(now).toISOString()
    changes.set(mine?.id ?? newHookId(target.url), {
      ...HOOK_DEFAULTS,
      url: target.url,
      secret: target.secret,
      events: null,
      name: `run ${runId}`,
      description: null,
      headers: {},
      created_at: mine?.created_at ?? at,
      updated_at: at,
      run_id: runId,
      disabled_reason: null,
    })
  })
}

/** Hooks of other runs go once they have nothing left to deliver. */
export function dropRunHooks(hooks: HookRegistry, isOver: (hook: Hook) => boolean): void {
  const over = (hook: Hook) => hook.run_id !== null && isOver(hook)
  if (!hooks.list().hooks.some(over)) return
  hooks.change((changes: HookChanges) => {
    for (const hook of changes.all().filter(over)) changes.remove(hook.id)
  })
}

/** It is told everything already; twice would be a nuisance. */
function isSameForEverything(hook: Hook, { url, secret }: WebhookTarget): boolean {
  return hook.run_id === null && hook.enabled && hook.events === null && hook.url === url && hook.secret === secret
}
