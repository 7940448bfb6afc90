/** What a notification is made from beside the event itself, and what several of them say. Pure. */
import type { RunEvent } from '../../domain/events.ts'
import type { TaskId } from '../../domain/ids.ts'
import type { RunFacts } from './run-facts.ts'
import type { Story } from './story.ts'

export type Known = { /** Before this event. */ readonly story: Story; readonly facts: RunFacts }

export type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>

export function indexOfTask(taskId: TaskId, { tasks }: RunFacts): number {
  return Math.max(
    0,
    tasks.findIndex((task) => task.id === taskId),
  )
}

/** The first task that is not done, as the original's cursor; behind the last one when all are. */
export function currentTask({ tasks }: RunFacts): number | null {
  if (tasks.length === 0) return null
  const open = tasks.findIndex((task) => !task.done)
  return open < 0 ? tasks.length : open
}

export function seconds(milliseconds: number): number {
  return milliseconds / 1_000
}
