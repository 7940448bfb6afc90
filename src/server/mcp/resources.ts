/** Documents of a task, to be read as they are: of the current one under the original's addresses, of any by its id. */
import type { ReadResourceResult, Resource, ResourceTemplate } from '@modelcontextprotocol/sdk/types.js'
import { Failure } from '../../domain/failure.ts'
import type { OperationContext } from '../../operations/catalog/context.ts'
import { findTask } from '../../operations/catalog/current.ts'
import type { DocumentName } from '../../store/store.ts'

type Document = {
  readonly name: string
  readonly file: DocumentName
  readonly description: string
  readonly mimeType: 'text/plain' | 'text/markdown'
}

const DOCUMENTS: readonly Document[] = [
  { name: 'goal', file: 'goal.txt', description: 'What is to be reached', mimeType: 'text/plain' },
  { name: 'plan', file: 'plan.md', description: 'The plan, with what is done', mimeType: 'text/markdown' },
  { name: 'progress', file: 'progress.md', description: 'What was done so far', mimeType: 'text/markdown' },
  { name: 'context', file: 'context.md', description: 'What the sessions learned', mimeType: 'text/markdown' },
]

export const RESOURCES: readonly Resource[] = DOCUMENTS.map(({ name, description, mimeType }) => ({
  uri: `task://${name}`,
  name,
  description: `${description} (current task)`,
  mimeType,
}))

export const RESOURCE_TEMPLATES: readonly ResourceTemplate[] = DOCUMENTS.map(({ name, description, mimeType }) => ({
  uriTemplate: `task://{id}/${name}`,
  name: `${name} of a task`,
  description,
  mimeType,
}))

const ADDRESS = /^task:\/\/(?:([a-z0-9]{8,32})\/)?(goal|plan|progress|context)\/?$/

/** Throws `run_missing` where there is no such task, or not this document of it yet. */
export async function readResource(context: OperationContext, uri: string): Promise<ReadResourceResult> {
  const [, id, name] = ADDRESS.exec(uri) ?? []
  const document = DOCUMENTS.find((known) => known.name === name)
  if (document === undefined) throw new Failure('run_missing', `there is no resource ${uri.slice(0, 200)}`)
  const { card, view } = await context.runs.open(await findTask(context, { id }))
  const text = await view?.readDocument(document.file)
  const shown = text ?? (document.name === 'goal' ? card.goal : null)
  if (shown === null) throw new Failure('run_missing', `task ${card.id} has no ${document.name} yet (${card.status})`)
  return { contents: [{ uri, mimeType: document.mimeType, text: shown }] }
}
