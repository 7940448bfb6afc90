/** Intent before, outcome after: what a crash left in between is seen in the state and looked up in the world. */
import type { GroupId } from '../../domain/ids.ts'
import type { ActRecord } from '../../domain/run.ts'
import type { Context } from '../context.ts'
import { withGroup } from '../memory.ts'

const KEPT_ACTS = 50

export async function recorded<T>(
  context: Context,
  groupId: GroupId,
  act: { kind: ActRecord['kind']; key: string },
  perform: () => Promise<{ detail: string; value: T }>,
): Promise<T> {
  const { memory, clock } = context
  await memory.updateGroup(groupId, (group) => ({
    ...group,
    acts: [
      ...group.acts.filter((known) => known.key !== act.key).slice(-KEPT_ACTS),
      { ...act, intendedAt: clock.now(), doneAt: null, detail: '' },
    ],
  }))
  const { detail, value } = await perform()
  // Saved together with what follows from it; lost in a crash it is looked up like any intent.
  await memory.note((state) =>
    withGroup(state, groupId, (group) => ({
      ...group,
      acts: group.acts.map((known) => (known.key === act.key ? { ...known, doneAt: clock.now(), detail } : known)),
    })),
  )
  return value
}
