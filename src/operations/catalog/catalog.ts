/** Everything a person can ask for. */
import { healthCheck } from './house.ts'
import { getCiLogs, getComments, getPullRequests, mergePullRequest } from './pull-requests.ts'
import { getContext, getCost, getEvidence, getLogs, getPlan, getProgress, getSessions, watchTask } from './reading.ts'
import { checkRepo, cloneRepo, planRepo, setupRepo, showConfig } from './repositories.ts'
import { answerTask, pauseTask, resumeTask, sendMessage, stopTask, updateConfig } from './steering.ts'
import { findTasks, getTask, removeTask, startTask } from './tasks.ts'

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
  checkRepo,
  showConfig,
  mergePullRequest,
  getPullRequests,
  getComments,
  getCiLogs,
  healthCheck,
} as const
