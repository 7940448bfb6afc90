/** Which webhooks a run should have sent, worked out from its events. */
import type { RunEvent } from '../../src/domain/events.ts'
import { type Message, toMessage } from '../../src/notify/event/message.ts'
import { advanceStory, NO_STORY } from '../../src/notify/event/story.ts'
import { toNotification } from '../../src/notify/event/to-notification.ts'

/** What should have been told of these events; the facts about the plan do not matter for the ids. */
export function messagesOf(state: string, events: readonly RunEvent[]): readonly Message[] {
  const facts = {
    goal: '',
    workingDirectory: '',
    targetBranch: '',
    maxSessions: null,
    autoMerge: true,
    prPerTask: false,
    tasks: [],
    groups: {},
  }
  let story = NO_STORY
  return events.flatMap((event) => {
    const told = toNotification(event, { story, facts })
    story = advanceStory(story, event)
    return told === null ? [] : [toMessage(state, event, told)]
  })
}
