/** Whether the plan itself asks for what was found: a person has read it, and no session can write it. Pure. */
import type { PrGroup } from '../plan.ts'
import { CLASSES } from './classes.ts'
import type { IntegrityFinding } from './finding.ts'

/** The words of the part of the plan that says so; null = it does not ask. */
export function findRequest(finding: IntegrityFinding, group: PrGroup, goal: string): string | null {
  const texts = [...group.tasks.flatMap(({ title, details }) => [title, details]), group.title, group.why, goal]
  const sentences = texts.flatMap((text) => text.split(/\n|(?<=[.!?;])\s/)).map((text) => text.trim())
  return sentences.find((text) => names(text, finding.path) || CLASSES[finding.class].asks.test(text)) ?? null
}

/** The whole path, or the name of the file as a word of its own. */
function names(text: string, path: string): boolean {
  if (path === '') return false
  const name = path.split('/').at(-1) ?? path
  return [path, name].some((words) => new RegExp(`(?<![\\w./-])${escapePattern(words)}(?![\\w-]|\\.\\w)`).test(text))
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
