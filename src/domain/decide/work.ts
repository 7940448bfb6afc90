/** working: the first open task gets a session; without open tasks the group goes on to be delivered. */
import type { Decision } from '../decision.ts'
import type { GroupObservation } from '../observation.ts'
import type { PrGroup, Task } from '../plan.ts'
import { act } from './answers.ts'

export function decideWork(o: GroupObservation): Decision | null {
  const task = firstOpenTask(o.group, o.done)
  if (task === null) return null
  return act(
    'working',
    { kind: 'session', session: 'work', purpose: 'task', subject: task.id, taskId: task.id, ask: { why: 'start' } },
    `task ${task.id} is open`,
  )
}

export function firstOpenTask(group: PrGroup, done: Readonly<Record<string, unknown>>): Task | null {
  return group.tasks.find((task) => done[task.id] === undefined) ?? null
}
