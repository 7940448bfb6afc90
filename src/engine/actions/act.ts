/** Carries out one action of a group. Every act looks before it repeats anything, and records what it did. */
import type { Decision } from '../../domain/decision.ts'
import type { GroupObservation } from '../../domain/observation.ts'
import type { Context } from '../context.ts'
import type { ActResult } from './act-result.ts'
import { closeEmpty, closeMerged, finishGroup } from './closing.ts'
import { openPr, push, rerunChecks } from './delivering.ts'
import { inspect, secondLook } from './inspecting.ts'
import { cancelMerge, mergePr } from './merging.ts'
import { deliverReplies, repeatAnswers } from './replying.ts'
import { editPr, integrate, markReady, updateBranch } from './updating.ts'
import { blockGroup, pauseGroup, waitForChange } from './waiting.ts'
import { completeTask, confirmNothingToDo, endAttempt, runGate, workSession } from './working.ts'
import { prepareWorkspace } from './workspace.ts'

export async function act(context: Context, o: GroupObservation, decision: Decision): Promise<ActResult> {
  const { action } = decision
  switch (action.kind) {
    case 'prepare_workspace':
      return prepareWorkspace(context, o)
    case 'session':
      return workSession(context, o, action)
    case 'confirm_nothing_to_do':
      return confirmNothingToDo(context, o, action.taskId)
    case 'complete_task':
      return completeTask(context, o, action)
    case 'end_attempt':
      return endAttempt(context, o, action.delivered)
    case 'gate':
      return runGate(context, o, action.commit)
    case 'inspect':
      return inspect(context, o, action)
    case 'second_look':
      return secondLook(context, o)
    case 'push':
      return push(context, o, action)
    case 'open_pr':
      return openPr(context, o, action.head)
    case 'rerun_checks':
      return rerunChecks(context, o, { ...action, why: decision.why })
    case 'edit_pr':
      return editPr(context, o)
    case 'mark_ready':
      return markReady(context, o)
    case 'integrate':
      return integrate(context, o, action.commit)
    case 'update_branch':
      return updateBranch(context, o, action.head)
    case 'deliver_replies':
      return deliverReplies(context, o)
    case 'repeat_answers':
      return repeatAnswers(context, o, action.replies)
    case 'cancel_merge':
      return cancelMerge(context, o, decision.why)
    case 'merge':
      return mergePr(context, o, action)
    case 'close_merged':
      return closeMerged(context, o, action.commit)
    case 'close_empty':
      return closeEmpty(context, o)
    case 'finish':
      return finishGroup(context, o)
    case 'wait':
      return waitForChange(context, o, action)
    case 'block':
      return blockGroup(context, o, action.block)
    case 'pause':
      return pauseGroup(context, o, action)
    case 'none':
      return o.state.block === null ? 'finished' : 'blocked'
  }
}
