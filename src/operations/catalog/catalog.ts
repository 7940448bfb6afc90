/** Everything a person can ask for. */
import { healthCheck } from './house.ts'
import { initializeTask } from './original/begin.ts'
import { cleanTask, deleteCodingStyle } from './original/cleaning.ts'
import { checkMailbox, clearMailbox } from './original/mailbox.ts'
import { listTasks } from './original/plan-tasks.ts'
import { getStatus } from './original/status.ts'
import { getCiLogs, getComments, getPullRequests, mergePullRequest } from './pull-requests.ts'
import { getContext, getCost, getEvidence, getLogs, getPlan, getProgress, getSessions, watchTask } from './reading.ts'
import { checkRepo, cloneRepo, planRepo, setupRepo, showConfig } from './repositories.ts'
import { answerTask, pauseTask, resumeTask, sendMessage, stopTask, updateConfig } from './steering.ts'
import { findTasks, getTask, removeTask, startTask } from './tasks.ts'
import {
  changeHook,
  createHook,
  deleteHook,
  findDeliveries,
  findHooks,
  getHook,
  getHookDelivery,
  redeliverHook,
  testHook,
  updateHook,
} from './webhooks.ts'

export const CATALOG = {
  startTask,
  findTasks,
  getTask,
  removeTask,
  getPlan,
  getProgress,
  getContext,
  getLogs,
  watchTask,
  getSessions,
  getCost,
  getEvidence,
  pauseTask,
  resumeTask,
  stopTask,
  sendMessage,
  answerTask,
  updateConfig,
  cloneRepo,
  setupRepo,
  planRepo,
  findHooks,
  createHook,
  getHook,
  updateHook,
  changeHook,
  deleteHook,
  testHook,
  findDeliveries,
  getHookDelivery,
  redeliverHook,
  checkRepo,
  showConfig,
  mergePullRequest,
  getPullRequests,
  getComments,
  getCiLogs,
  healthCheck,
  getStatus,
  listTasks,
  initializeTask,
  cleanTask,
  deleteCodingStyle,
  checkMailbox,
  clearMailbox,
} as const
