/** Everything a person can ask for is offered by every face, or somebody wrote down why not. */
import { expect, it } from 'vitest'
import { createProgram } from '../../src/cli/program.ts'
import { CATALOG } from '../../src/operations/catalog/catalog.ts'
import { TOOLS } from '../../src/server/mcp/tools.ts'
import { ROUTES } from '../../src/server/rest/routes.ts'

type Face = string | { readonly without: string }
type Name = keyof typeof CATALOG

/** The command of `claudetm` that does it. */
const COMMAND_LINE: Readonly<Record<Name, Face>> = {
  startTask: 'start',
  findTasks: 'history',
  getTask: 'status',
  removeTask: 'clean',
  getPlan: 'plan',
  getProgress: 'progress',
  getContext: 'context',
  getLogs: 'logs',
  watchTask: { without: 'start --json and resume --json print the events; logs --follow reads along' },
  getSessions: 'sessions',
  getCost: 'sessions',
  getEvidence: 'evidence',
  pauseTask: 'pause',
  resumeTask: 'resume',
  stopTask: 'stop',
  sendMessage: 'mailbox send',
  answerTask: 'resume',
  updateConfig: 'config-update',
  cloneRepo: { without: 'git clone: a person at a terminal has the rights already' },
  setupRepo: { without: 'a run installs what it needs; a person at a terminal runs the package manager' },
  planRepo: { without: 'start --no-auto-merge --pause-on-pr' },
  findHooks: 'webhooks list',
  createHook: 'webhooks add',
  getHook: 'webhooks list',
  updateHook: 'webhooks update',
  changeHook: 'webhooks update',
  deleteHook: 'webhooks remove',
  testHook: 'webhooks test',
  findDeliveries: 'webhooks deliveries',
  getHookDelivery: 'webhooks delivery',
  redeliverHook: 'webhooks redeliver',
  getStatus: 'status',
  listTasks: 'plan',
  initializeTask: 'start',
  cleanTask: 'clean',
  deleteCodingStyle: { without: 'rm .claude-task-master/coding-style.md: nothing here writes one' },
  checkMailbox: 'mailbox list',
  clearMailbox: 'mailbox clear',
  checkRepo: 'doctor',
  showConfig: 'config show',
  mergePullRequest: 'merge-pr',
  getPullRequests: 'pr',
  getComments: 'comments',
  getCiLogs: 'ci-logs',
  healthCheck: { without: 'there is no server to ask about; doctor looks at the machine' },
}

const WITHOUT_REST: Partial<Readonly<Record<Name, string>>> = {
  listTasks: 'GET /plan holds the tasks of every group',
  cleanTask: 'DELETE /task is its forced form, as in the original',
}

/** Commands that are nothing to ask a server for. */
const ONLY_COMMAND_LINE: Readonly<Record<string, string>> = {
  waive: "a waiver is given in a person's own name, and a server with one password does not know who asks",
  'config init': 'a file for the person at the terminal',
  'config path': 'files of the person at the terminal',
  'webhooks enable': 'update_webhook with enabled: true',
  'webhooks disable': 'update_webhook with enabled: false',
  'webhooks deliver': 'a server delivers by itself',
  mcp: 'is a face itself',
  'ci-status': 'the checks are in get_pull_requests; the runs of CI are at the forge',
  'pr-comments': 'the name the original had for comments',
  'pr-status': 'the name the original had for pr',
  demo: 'is watched in a terminal',
  help: 'is /docs',
}

const names = Object.keys(CATALOG) as Name[]

/** Without those that only say that they are not built. */
function commandNames(): readonly string[] {
  const program = createProgram(
    { version: '1.2.3' } as never,
    () => ({}) as never,
    () => {},
  )
  return program.commands
    .filter((command) => !NOT_BUILT.has(command.name()))
    .flatMap((command) =>
      command.commands.length === 0
        ? [command.name()]
        : command.commands.map((below) => `${command.name()} ${below.name()}`),
    )
}

const NOT_BUILT: ReadonlySet<string> = new Set(['profile', 'update', 'debug-md'])

it('every operation has a name of its own that MCP and OpenAPI can use', () => {
  const all = Object.values(CATALOG).map((operation) => operation.name)
  expect(new Set(all).size).toBe(all.length)
  for (const name of all) expect(name).toMatch(/^[a-z]+(_[a-z]+)+$/)
})

it.each(names)('REST: %s', (name) => {
  if (WITHOUT_REST[name] !== undefined) return expect(WITHOUT_REST[name]).toMatch(/\w/)
  const routes = ROUTES.filter((route) => route.operation === CATALOG[name])
  expect(routes.length).toBeGreaterThan(0)
  const changes = routes[0]?.method !== 'get'
  expect(CATALOG[name].changes).toBe(changes)
})

it.each(names)('command line: %s', (name) => {
  const face = COMMAND_LINE[name]
  const commands = commandNames()
  if (typeof face === 'string') expect(commands).toContain(face)
  else expect(face.without).toMatch(/\w/)
})

it.each(names)('MCP: %s', (name) => {
  const tool = TOOLS.get(CATALOG[name].name)
  expect(tool?.operation).toBe(CATALOG[name])
})

it('every command of the command line is an operation, or says why not', () => {
  const known = new Set([
    ...Object.values(COMMAND_LINE).filter((face) => typeof face === 'string'),
    ...Object.keys(ONLY_COMMAND_LINE),
  ])
  expect(commandNames().filter((name) => !known.has(name))).toEqual([])
})
