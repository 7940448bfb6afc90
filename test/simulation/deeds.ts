/** What others do in the world: people, bots, machines. */

import { toFailure } from '../../src/domain/failure.ts'
import type { CommitSha } from '../../src/domain/ids.ts'
import type { Remark } from '../../src/domain/observation.ts'
import { sendMessage } from '../../src/operations/mailbox.ts'
import { requestOfOwner } from '../../src/operations/pause.ts'
import { createMailbox } from '../../src/store/state-dir/mailbox-directory.ts'
import { createStateDirStore } from '../../src/store/state-dir/state-dir-store.ts'
import type { Store } from '../../src/store/store.ts'
import { type Deed, FAULTS, type Fault } from './history.ts'
import { runOn } from './world/machine.ts'
import type { Process } from './world/process.ts'
import type { Pull, Thread } from './world/pulls.ts'
import { TARGET_REF, targetOf } from './world/repository.ts'
import { DIRECTORY, type World } from './world/world.ts'

const HOUR = 3_600_000

export function isFault(what: Fault | Deed): what is Fault {
  return (FAULTS as readonly string[]).includes(what)
}

export function happen(world: World, deed: Deed, process: Process): void {
  DEEDS_OF[deed](world, process)
}

const DEEDS_OF: Readonly<Record<Deed, (world: World, process: Process) => void>> = {
  pause: (world) => request(world, 'pause'),
  stop: (world) => request(world, 'stop'),
  message: (world) => say(world),
  interrupt: (_, process) => process.control?.requestStop(),
  second_process: (world) => world.launch('second_process'),
  taken_over: (world) => world.launch('taken_over'),
  disk_full: (world) => {
    world.fullFor = 3
  },
  clock_forward: ({ time }) => time.set(5 * HOUR),
  clock_back: ({ time }) => time.set(-HOUR),
  plan_add: (world) => editPlan(world, (lines) => insertTask(lines, `- [ ] Added ${nextId(world)}`)),
  plan_group: (world) =>
    editPlan(world, (lines) =>
      insertBeforeCriteria(lines, [`### PR 9: More ${nextId(world)}`, `- [ ] Extra ${nextId(world)}`, '']),
    ),
  plan_remove: (world) => editPlan(world, (lines) => takeOut(world, lines)),
  plan_tick: (world) => editPlan(world, (lines) => tick(world, lines)),
  plan_untick: (world) => editPlan(world, (lines) => untick(world, lines)),
  plan_reword: (world) => editPlan(world, (lines) => reword(world, lines)),
  plan_opened: (world) => {
    const file = `${DIRECTORY}/plan.md`
    if (world.disk.exists(file)) world.opened = world.disk.read(file)
  },
  plan_saved: (world) => {
    const { opened } = world
    if (opened !== null) editPlan(world, () => insertTask(opened.split('\n'), `- [ ] Added ${nextId(world)}`))
  },
  plan_nonsense: (world) => {
    editPlan(world, () => [NONSENSE])
    world.journal.wanted = null // whatever was written before is gone
  },
  thread_person: (world) => onPull(world, (pull) => pull.threads.push(newThread(world, pull, 'ann'))),
  thread_bot: (world) => onPull(world, (pull) => pull.threads.push(newThread(world, pull, 'lintbot'))),
  thread_stranger: (world) => onPull(world, (pull) => pull.threads.push(newThread(world, pull, 'stranger'))),
  thread_goes_on: (world) =>
    onThread(world, (thread) => thread.remarks.push(remark(world, 'ann', 'and one more thing'))),
  thread_resolved: (world) => onThread(world, (thread) => void Object.assign(thread, { resolved: true })),
  thread_reopened: (world) => onThread(world, (thread) => void Object.assign(thread, { resolved: false })),
  remark_edited: (world) =>
    onThread(world, (thread) => {
      const [first, ...rest] = thread.remarks
      if (first !== undefined) thread.remarks = [{ ...first, body: `${first.body}, please` }, ...rest]
    }),
  changes_person: (world) =>
    onPull(world, (pull) => pull.changeRequests.push(remark(world, 'ben', 'please do it otherwise'))),
  changes_bot: (world) =>
    onPull(world, (pull) => pull.changeRequests.push(remark(world, 'lintbot', 'do it otherwise'))),
  changes_dismissed: (world) => onPull(world, (pull) => void Object.assign(pull, { changeRequests: [] })),
  comment_person: (world) => onPull(world, (pull) => pull.comments.push(remark(world, 'ann', 'why not a map?'))),
  comment_nod: (world) => onPull(world, (pull) => pull.comments.push(remark(world, 'ann', 'LGTM'))),
  push_person: (world) => onOpen(world, (pull) => pushOn(world, pull, pull.head)),
  push_force_person: (world) =>
    onOpen(world, (pull) => {
      const parent = world.repository.commits.get(pull.head).parents[0]
      if (parent !== undefined) pushOn(world, pull, parent)
    }),
  merged_person: (world) => onOpen(world, (pull) => void world.pulls.merge(pull, 'person')),
  closed_person: (world) =>
    onOpen(world, (pull) => {
      pull.state = 'closed'
      pull.scheduled = null
    }),
  reopened_person: (world) =>
    onPull(world, (pull) => {
      const head = world.repository.remote.get(`refs/heads/${pull.branch}`)
      const other = world.pulls.all.some((one) => one.branch === pull.branch && one.state === 'open')
      if (pull.state !== 'closed' || head === undefined || other) return
      pull.state = 'open'
      world.pulls.moved(`refs/heads/${pull.branch}`)
    }),
  base_changed: (world) => onOpen(world, (pull) => void Object.assign(pull, { base: 'release' })),
  branch_deleted: (world) =>
    onOpen(world, (pull) => {
      world.repository.remote.delete(`refs/heads/${pull.branch}`)
      world.pulls.moved(`refs/heads/${pull.branch}`)
    }),
  target_moves: (world) => moveTarget(world, false),
  target_clashes: (world) => moveTarget(world, true),
  target_red: ({ suites }) => suites.setBase(true),
  target_green: ({ suites }) => suites.setBase(false),
  checks_turn_red: (world) => onOpen(world, (pull) => world.suites.turnRed(pull.head)),
  checks_again: (world) => onOpen(world, (pull) => world.suites.again(pull.head)),
  queue_drops_it: (world) => onOpen(world, (pull) => void Object.assign(pull, { scheduled: null })),
  criterion_breaks: (world) => {
    world.commandFails = true
  },
  criterion_holds: (world) => {
    world.commandFails = false
  },
  user_commits: ({ repository }) => {
    repository.checkout.head = repository.commits.make({ parents: [repository.checkout.head], by: 'person' })
  },
  user_edits: ({ repository }) => {
    repository.checkout.dirty = true
  },
}

/** As `claudetm pause` and `claudetm stop` do. */
function request(world: World, wanted: 'pause' | 'stop'): void {
  if (!world.disk.exists(`${DIRECTORY}/control`)) return // nobody would be asked
  fromAnotherTerminal(world, async (store) => {
    await requestOfOwner(store, wanted, null)
    for (const wake of world.controlWaiters) wake()
  })
}

/** As `claudetm mailbox send` does; what it says counts when it was told that it will be read. */
function say(world: World): void {
  const text = `please think of number ${nextId(world)}`
  const mailbox = createMailbox({ directory: DIRECTORY, now: world.time.now })
  fromAnotherTerminal(world, async (store) => {
    await sendMessage({ store, mailbox }, { text, sender: 'ann', priority: 1 })
    world.journal.said.push(text)
  })
}

/** A process of a person, beside ours: nothing happens to it. */
function fromAnotherTerminal(world: World, act: (store: Store) => Promise<void>): void {
  const owner = world.processes.findLast(({ alive, fence }) => alive && fence === world.highestFence)
  if (owner === undefined) return
  const kernel = { ...owner.kernel, isDead: () => false, write: <T>(_: string, effect: () => T) => effect() }
  void runOn(kernel, async () => {
    try {
      await act(createStateDirStore({ directory: DIRECTORY, now: world.time.now, host: 'here', pid: 1 }))
    } catch (error) {
      const { kind } = toFailure(error)
      if (kind === 'run_missing' || kind === 'run_finished') return // it has just ended, and the person is told so
      if (kind === 'disk' && world.journal.fired.has('power_cut')) return // whose terminal went dark, too
      throw error
    }
  })
}

function onPull(world: World, act: (pull: Pull) => void): void {
  const pull = world.pulls.all.findLast(({ state }) => state === 'open') ?? world.pulls.all.at(-1)
  if (pull !== undefined) act(pull)
}

function onOpen(world: World, act: (pull: Pull) => void): void {
  const pull = world.pulls.all.findLast(({ state }) => state === 'open')
  if (pull !== undefined) act(pull)
}

function onThread(world: World, act: (thread: Thread) => void): void {
  onPull(world, (pull) => {
    const thread = pull.threads.at(-1)
    if (thread !== undefined) act(thread)
  })
}

function newThread(world: World, pull: Pull, author: string): Thread {
  const id = `T${pull.number}${pull.threads.length}`
  return {
    id,
    resolved: false,
    outdated: false,
    path: 'src/a.ts',
    line: pull.threads.length + 1,
    remarks: [remark(world, author, author === 'stranger' ? UNTRUSTED : `about ${id}`)],
  }
}

/** Must never reach a prompt. */
export const UNTRUSTED = 'words-of-a-stranger'

function nextId(world: World): number {
  world.remarks += 1
  return world.remarks
}

function remark(world: World, author: string, body: string): Remark {
  const isBot = author === 'lintbot'
  const trusted = author !== 'stranger'
  return { id: `R${nextId(world)}`, author, isBot, trusted, ours: false, body, at: world.time.now(), url: null }
}

function pushOn(world: World, pull: Pull, parent: CommitSha): void {
  const { repository, pulls } = world
  const { flaw } = repository.commits.get(parent)
  const commit = repository.commits.make({ parents: [parent], by: 'person', flaw })
  repository.remote.set(`refs/heads/${pull.branch}`, commit)
  pulls.moved(`refs/heads/${pull.branch}`)
}

function moveTarget({ repository }: World, clashes: boolean): void {
  const commit = repository.commits.make({ parents: [targetOf(repository)], by: 'person', clashes })
  repository.remote.set(TARGET_REF, commit)
}

/** As editors do: what was saved is there after a power cut. */
function save({ disk }: World, file: string, text: string): void {
  disk.write(file, text)
  const opened = disk.open(file, 'r')
  disk.sync(opened)
  disk.close(opened)
  disk.syncDirectory(DIRECTORY)
}

const NONSENSE = 'nothing that looks like a plan'

function editPlan(world: World, change: (lines: readonly string[]) => readonly string[]): void {
  const file = `${DIRECTORY}/plan.md`
  if (!world.disk.exists(file)) return
  const text = change(world.disk.read(file).split('\n')).join('\n')
  save(world, file, text)
  // Whoever writes a plan below nonsense has put it in the place of the plan that was there.
  if (text.includes(NONSENSE)) for (const id of world.planned) world.journal.takenOut.add(id)
  const titles = [...text.matchAll(/^- \[[ x]\] (?:`[^`]*` )?(.*?)(?: <!-- \w+ -->)?$/gm)].map(
    (match) => match[1] ?? '',
  )
  if (titles.length > 0 && world.state?.status !== 'success') world.journal.wanted = new Set(titles)
}

function insertTask(lines: readonly string[], task: string): readonly string[] {
  const last = lines.findLastIndex((line) => /^- \[[ x]\] /.test(line))
  return [...lines.slice(0, last + 1), task, ...lines.slice(last + 1)]
}

function insertBeforeCriteria(lines: readonly string[], more: readonly string[]): readonly string[] {
  const at = lines.indexOf('## Success Criteria')
  return at < 0 ? [...lines, ...more] : [...lines.slice(0, at), ...more, ...lines.slice(at)]
}

function takeOut({ journal }: World, lines: readonly string[]): readonly string[] {
  const at = lines.findIndex((line) => line.startsWith('- [ ] '))
  const id = TASK_ID.exec(lines[at] ?? '')?.[1]
  if (id !== undefined) journal.takenOut.add(id)
  return lines.filter((_, index) => index !== at)
}

const REWORDABLE = /^(- \[ \] (?:`[^`]*` )?)(Task \d+)/

/** What was confirmed before it got other words stays confirmed. */
function reword({ journal }: World, lines: readonly string[]): readonly string[] {
  const title = lines.map((line) => REWORDABLE.exec(line)?.[2]).find((found) => found !== undefined)
  if (title !== undefined && journal.confirmed.has(title)) journal.confirmed.add(`Better ${title.toLowerCase()}`)
  return replaceFirst(lines, REWORDABLE, `$1Better ${title?.toLowerCase()}`)
}

function replaceFirst(lines: readonly string[], pattern: RegExp, by: string): readonly string[] {
  const at = lines.findIndex((line) => pattern.test(line))
  return lines.map((line, index) => (index === at ? line.replace(pattern, by) : line))
}

const TASK_ID = /<!-- (t\d+) -->/

function tick({ journal }: World, lines: readonly string[]): readonly string[] {
  const at = lines.findIndex((line) => line.startsWith('- [ ] '))
  const id = TASK_ID.exec(lines[at] ?? '')?.[1] ?? lines[at]?.slice('- [ ] '.length)
  if (id !== undefined) journal.ticked.add(id)
  return replaceFirst(lines, /^- \[ \] /, '- [x] ')
}

function untick({ journal }: World, lines: readonly string[]): readonly string[] {
  const at = lines.findIndex((line) => line.startsWith('- [x] '))
  const id = TASK_ID.exec(lines[at] ?? '')?.[1]
  if (id !== undefined) journal.unticked.add(id)
  return replaceFirst(lines, /^- \[x\] /, '- [ ] ')
}
