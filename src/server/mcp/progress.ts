/** What happens to a run, as progress of the call that waits for it. */
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js'
import type { ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js'
import type { RunEvent } from '../../domain/events.ts'
import { advanceProgress, type Progress, renderLogLine } from '../../store/run-log.ts'
import type { CallContext } from './tool.ts'

/** Progress has to grow with every word; between two events it grows by this. */
const SMALL_STEP = 0.001

type Extra = Pick<RequestHandlerExtra<ServerRequest, ServerNotification>, '_meta' | 'sendNotification'>

/** Without a token nobody asked, and nothing is sent. */
export function createProgress({ _meta: meta, sendNotification }: Extra): Listener {
  const progressToken = meta?.progressToken
  return progressToken === undefined ? SILENT : createTeller(progressToken, sendNotification)
}

type Listener = Pick<CallContext, 'onEvent' | 'onPatience'>

const SILENT: Listener = { onEvent() {}, onPatience() {} }

function createTeller(progressToken: string | number, sendNotification: Extra['sendNotification']): Listener {
  let reached = 0
  let tasks: Progress | null = null

  function send(progress: number, message: string): void {
    reached = progress
    // Who does not listen any more has aborted the call.
    const params = { progressToken: progressToken, progress, message }
    sendNotification({ method: 'notifications/progress', params }).catch(() => {})
  }

  return {
    onEvent(event: RunEvent) {
      tasks = advanceProgress(tasks, event)
      const line = renderLogLine(event, { level: 'normal', progress: tasks })
      if (line !== null) send(event.seq, line)
    },
    onPatience: () => send(reached + SMALL_STEP, 'still at work'),
  }
}
