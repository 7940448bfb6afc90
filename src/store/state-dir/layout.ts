/** Where everything lies in the state directory. Only names: nothing here touches the disk. */
import { join } from 'node:path'
import type { RunId } from '../../domain/ids.ts'
import type { DocumentName } from '../store.ts'

export const DOCUMENTS: readonly DocumentName[] = ['goal.txt', 'criteria.txt', 'plan.md', 'progress.md', 'context.md']

export type Layout = {
  readonly root: string
  readonly state: string
  /** The newest states, one file per revision: `000042.json`. */
  readonly stateCopies: string
  readonly events: string
  readonly control: string
  readonly mailbox: string
  /** One file per fencing number: `000001.json`. */
  readonly lock: string
  readonly logs: string
  readonly history: string
  document(name: DocumentName): string
  log(runId: RunId): string
  archived(runId: RunId): { readonly directory: string; readonly summary: string }
}

export function layoutOf(root: string): Layout {
  const history = join(root, 'history')
  return {
    root,
    state: join(root, 'state.json'),
    stateCopies: join(root, 'state-copies'),
    events: join(root, 'events.jsonl'),
    control: join(root, 'control'),
    mailbox: join(root, 'mailbox'),
    lock: join(root, 'lock'),
    logs: join(root, 'logs'),
    history,
    document: (name) => join(root, name),
    log: (runId) => join(root, 'logs', `run-${runId}.txt`),
    archived: (runId) => ({ directory: join(history, runId), summary: join(history, runId, 'summary.json') }),
  }
}
