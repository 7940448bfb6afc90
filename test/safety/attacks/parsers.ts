/** Every parser of what people, forges, agents and disks give us: whatever comes, it answers or fails in our own words. */

import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SDKMessage } from '@anthropic-ai/claude-agent-sdk'
import { sign } from '@octokit/webhooks-methods'
import fc from 'fast-check'
import { toActivities } from '../../../src/agent/claude/activity.ts'
import { classifySession } from '../../../src/agent/claude/classify.ts'
import { addMessage, NOTHING_SEEN } from '../../../src/agent/claude/session-view.ts'
import { readTranscript } from '../../../src/agent/claude/transcript.ts'
import { parseDispositions, parsePlanOutput, parseVerdicts, parseWorkReport } from '../../../src/agent/outputs.ts'
import { resolveConfig } from '../../../src/config/resolve.ts'
import { Failure } from '../../../src/domain/failure.ts'
import type { TaskId } from '../../../src/domain/ids.ts'
import { allTasks, type Plan } from '../../../src/domain/plan.ts'
import { applyPlanEdit } from '../../../src/domain/plan-edit.ts'
import { parsePlanMarkdown, renderPlan } from '../../../src/domain/plan-markdown.ts'
import { parseGithubRemote } from '../../../src/forge/github/address.ts'
import { matchesFilters } from '../../../src/forge/github/filter-patterns.ts'
import { createWebhookIntake } from '../../../src/forge/github/webhook-intake.ts'
import { couldStart } from '../../../src/forge/github/workflow-triggers.ts'
import { parsePrRecord } from '../../../src/forge/local/pr-record.ts'
import { toPlainText } from '../../../src/lib/plain-text.ts'
import { toStatusReport } from '../../../src/operations/status.ts'
import { createControlInbox } from '../../../src/store/state-dir/control-inbox.ts'
import { createEventReader, openEventLog, readLastEvent } from '../../../src/store/state-dir/event-log.ts'
import { parseState, parseStateText } from '../../../src/store/state-dir/state-schema.ts'
import { RUN_ID } from '../../cli/sample-run.ts'
import { plan as anyPlan, text as planText } from '../../domain/plan-arbitraries.ts'
import { anyText, type Fuzz, mutated } from './fuzzing.ts'
import { UNSEEN } from './quotation.ts'
import { CONFIG, DELIVERY, MESSAGES, RESULT, SAMPLE_STATE, SECRET } from './samples.ts'

const NUMBERS = { nextTaskNumber: 1_000, nextGroupNumber: 1_000 }
const NOTHING_DONE = { done: new Set<TaskId>(), closedGroups: new Set<never>() }

export const PARSERS: readonly Fuzz[] = [
  {
    name: 'plan.md: any text is read, and reading what was written changes nothing',
    rule: 'tasks_need_evidence',
    property: fc.property(anyPlan, fc.array(planText, { maxLength: 30 }), (plan, lines) => {
      const first = applyPlanEdit({ plan, parsed: parsePlanMarkdown(lines.join('\n')), ...NOTHING_DONE, ...NUMBERS })
      if (first.kind === 'rejected') return
      const second = readBack(first.plan)
      equal(readBack(second), second)
    }),
  },
  {
    name: 'plan.md: words between its lines lose no task',
    rule: 'tasks_need_evidence',
    property: fc.property(
      anyPlan,
      fc.array(
        fc.tuple(
          fc.nat(40),
          planText.filter((text) => !/`{3}|~{3}|<!--|^#/m.test(text)),
        ),
        { maxLength: 5 },
      ),
      (plan, insertions) => {
        const lines = renderPlan(plan, new Set()).split('\n')
        for (const [at, text] of insertions) lines.splice(at, 0, text.replace(/\s+/g, ' '))
        const edit = applyPlanEdit({ plan, parsed: parsePlanMarkdown(lines.join('\n')), ...NOTHING_DONE, ...NUMBERS })
        if (edit.kind === 'rejected') return
        const kept = new Set(allTasks(edit.plan).map((task) => task.id))
        const lost = allTasks(plan).filter((task) => !kept.has(task.id))
        equal(
          lost.filter((task) => !edit.removed.includes(task.id)),
          [],
        )
      },
    ),
  },
  {
    name: 'plan.md: its size is all that makes it slow',
    rule: 'tasks_need_evidence',
    runs: 40,
    property: fc.property(
      planText.filter((text) => text !== ''),
      (text) => {
        parsePlanMarkdown(text.repeat(4_000))
      },
    ),
  },
  {
    name: 'state.json: any text is a state, newer or invalid',
    rule: 'acts_happen_once',
    property: fc.property(anyText, (text) => oneOf(parseStateText(text).kind, ['valid', 'newer', 'invalid'])),
  },
  {
    name: 'state.json: one that was damaged is not taken for another',
    rule: 'acts_happen_once',
    property: fc.property(mutated(SAMPLE_STATE), (state) => {
      const parsed = parseState(state)
      if (parsed.kind === 'valid') toStatusReport(parsed.state, null)
      if (parsed.kind === 'invalid' && parsed.problem === '') throw new Error('no word about what is wrong')
    }),
  },
  {
    name: 'events.jsonl: torn, garbage and huge; what was written is read, and it can be gone on',
    rule: 'acts_happen_once',
    runs: 60,
    property: fc.asyncProperty(
      fc.array(
        fc.oneof(
          fc.constant(null),
          fc.uint8Array({ maxLength: 200 }),
          fc.nat(3).map((n) => n * 70_000),
        ),
        {
          maxLength: 8,
        },
      ),
      (pieces) =>
        inDirectory(async (directory) => {
          const file = join(directory, 'events.jsonl')
          let written = 0
          for (const piece of pieces) {
            if (piece instanceof Uint8Array) await appendFile(file, piece)
            else if (piece !== null) await appendFile(file, `${'x'.repeat(piece)}\n`)
            else written += append(file)
          }
          written += append(file)
          const read: number[] = []
          for await (const event of createEventReader(file).after(0)) read.push(event.seq)
          equal([read.length, read], [written, [...read].sort((a, b) => a - b)])
          equal(readLastEvent(file)?.seq, read.at(-1))
        }),
    ),
  },
  {
    name: 'control: files that are no requests are set aside, and requests are read',
    rule: 'one_owner',
    runs: 60,
    property: fc.asyncProperty(fc.array(fc.tuple(fc.stringMatching(/^[\w.-]{1,12}$/), anyText)), (files) =>
      inDirectory(async (directory) => {
        const inbox = createControlInbox({ directory: join(directory, 'control'), now: () => 1 })
        await mkdir(join(directory, 'control'))
        for (const [name, text] of files) {
          await writeFile(join(directory, 'control', `${name}.json`), text.slice(0, 1_000)).catch(() => {})
        }
        await inbox.put('stop', 'enough')
        const found = await inbox.list()
        equal(found.filter(({ reason }) => reason === 'enough').length, 1)
        await inbox.clear([...found.map(({ id }) => id), '../../etc', '..'])
        equal(await inbox.list(), [])
      }),
    ),
  },
  {
    name: 'config.json: any text is a configuration or a sentence, and no sentence holds a key',
    rule: 'no_secrets',
    property: fc.property(
      fc.oneof(
        anyText,
        mutated(CONFIG).map((value) => JSON.stringify(value)),
      ),
      (text) => {
        inOurWords(
          () => resolveConfig({ environment: {}, projectFile: '/p', userFile: '/u', readText: () => text }),
          (failure) => equal([failure.kind, failure.message.includes(SECRET)], ['config_invalid', false]),
        )
      },
    ),
  },
  {
    name: 'webhooks: any body with any signature is answered, and only genuine ones wake anybody',
    rule: 'merges_only_what_the_gate_allows',
    property: fc.asyncProperty(
      fc.oneof(
        anyText,
        mutated(DELIVERY).map((value) => JSON.stringify(value)),
      ),
      fc.boolean(),
      fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
      async (body, isGenuine, others) => {
        const intake = createWebhookIntake({ secret: SECRET })
        let wakes = 0
        intake.subscribe(({ numbers, heads, branches }) => {
          wakes += 1
          if (numbers.some((number) => !(number > 0))) throw new Error('a number that is none')
          equal(
            [...heads, ...branches].every((text) => typeof text === 'string'),
            true,
          )
        })
        const signature = isGenuine && body !== '' ? await sign(SECRET, body) : 'sha256=00'
        const { status } = await intake.handle({ headers: { ...others, 'x-hub-signature-256': signature }, body })
        equal(wakes, status === 202 ? 1 : 0)
        if (!isGenuine) equal(status, 401)
      },
    ),
  },
  {
    name: 'workflow files: any text is read at once',
    rule: 'merges_only_what_the_gate_allows',
    property: fc.property(workflowText(), fc.string({ maxLength: 250 }), (text, name) => {
      const facts = { headBranch: name, baseBranch: 'main', changedFiles: [name] }
      equal(typeof couldStart(text, facts), 'boolean')
    }),
  },
  {
    name: 'workflow files: nothing that could start is taken for nothing',
    rule: 'merges_only_what_the_gate_allows',
    property: fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (junk) => {
      const facts = { headBranch: 'b', baseBranch: 'main', changedFiles: null }
      const text = `name: ${JSON.stringify(junk)}\non: [push, pull_request]\njobs: {}\n`
      equal(couldStart(text, facts), true)
    }),
  },
  {
    name: 'filter patterns: any pattern answers at once',
    rule: 'merges_only_what_the_gate_allows',
    property: fc.property(pattern(), fc.constantFrom('a'.repeat(200), 'a/'.repeat(100), 'b', ''), (text, name) => {
      equal(typeof matchesFilters({ branches: [text] }, 'branches', [name]), 'boolean')
    }),
  },
  {
    name: 'addresses: any url is a repository or none',
    rule: 'workspace_only',
    property: fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl(), urlPieces()),
      fc.dictionary(fc.constantFrom('GITHUB_SERVER_URL', 'GITHUB_API_URL', 'GH_HOST', 'HOME'), fc.string()),
      (url, environment) => {
        const address = parseGithubRemote(url, environment)
        if (address === null) return
        equal([address.owner !== '', address.name !== '', URL.canParse(address.webUrl)], [true, true, true])
      },
    ),
  },
  {
    name: 'records of the local forge: any text is a record or refused',
    rule: 'acts_happen_once',
    property: fc.property(anyText, (text) => {
      try {
        parsePrRecord(text)
      } catch (error) {
        equal(error instanceof SyntaxError || (error as Error).name === 'ZodError', true)
      }
    }),
  },
  {
    name: 'answers of agents: any output is an answer or a problem in words',
    rule: 'tasks_need_evidence',
    property: fc.property(fc.anything(), (output) => {
      for (const parse of [parsePlanOutput, parseWorkReport, parseDispositions, parseVerdicts]) {
        const parsed = parse(output)
        if (!parsed.ok && parsed.problem === '') throw new Error('no word about what is wrong')
      }
    }),
  },
  {
    name: 'ends of sessions: any result is an outcome, and an error is never success',
    rule: 'tasks_need_evidence',
    property: fc.property(mutated(RESULT), fc.option(mutated({ kind: 'x', text: 'y' })), (result, error) => {
      const view = { result, error, accepted: null, rejection: null } as never
      const outcome = classifySession({ view, ending: { kind: 'ended' }, model: 'm', stderr: '' })
      const { is_error: isError } = result as { is_error?: unknown }
      if (outcome.outcome === 'completed') equal(Boolean(isError), false)
    }),
  },
  {
    name: 'messages of the agent’s process: any order and any shape is taken in, and nothing is accepted that was not offered',
    rule: 'tasks_need_evidence',
    property: fc.property(
      fc.array(fc.oneof(...MESSAGES.map((message) => mutated(message))), { maxLength: 8 }),
      (all) => {
        let view = NOTHING_SEEN
        for (const message of all as SDKMessage[]) {
          toActivities(message, '/w')
          view = addMessage(view, message)
        }
        const outcome = classifySession({ view, ending: { kind: 'ended' }, model: 'm', stderr: '' })
        const isOffered = JSON.stringify(all).includes('tool_use') || JSON.stringify(all).includes('structured_output')
        if (outcome.outcome === 'completed') equal(isOffered, true)
      },
    ),
  },
  {
    name: 'transcripts: any file is read as far as it can be',
    rule: 'spend_is_capped',
    runs: 60,
    property: fc.asyncProperty(fc.array(anyText, { maxLength: 5 }), (lines) =>
      inDirectory(async (directory) => {
        await mkdir(join(directory, 'projects', 'p'), { recursive: true })
        const good = { type: 'user', timestamp: '2026-01-01T00:00:00Z' }
        const text = [...lines.map((line) => line.replaceAll('\n', ' ')), JSON.stringify(good)].join('\n')
        await writeFile(join(directory, 'projects', 'p', 'c.jsonl'), text)
        equal((await readTranscript(directory, 'c'))?.at(-1), good)
      }),
    ),
  },
  {
    name: 'plain text: nothing unseen is left, twice is the same as once',
    rule: 'no_secrets',
    property: fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const plain = toPlainText(text)
      equal([UNSEEN.test(plain), toPlainText(plain)], [false, plain])
    }),
  },
]

/** The plan as it comes back from the file that was written of it. */
function readBack(plan: Plan): Plan {
  const parsed = parsePlanMarkdown(renderPlan(plan, new Set()))
  const edit = applyPlanEdit({ plan, parsed, ...NOTHING_DONE, ...NUMBERS })
  if (edit.kind === 'rejected') throw new Error(edit.problem)
  return edit.plan
}

function workflowText(): fc.Arbitrary<string> {
  const pieces = [
    'on:',
    '\n',
    '  ',
    'push',
    ':',
    ' ',
    '[',
    ']',
    ',',
    "'",
    '"',
    '#',
    '- ',
    'branches',
    '*',
    '&a',
    '---',
    '\t',
  ]
  const piece = fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 3 }))
  return fc.oneof(
    fc.array(piece, { maxLength: 60 }).map((parts) => parts.join('')),
    fc.constantFrom(...pieces).map((part) => `on: [${part.repeat(20_000)}`),
    fc.constantFrom(...pieces).map((part) => `on: [a${part.repeat(20_000)}]x`),
    pattern().map((filter) => `on:\n  push:\n    branches: ['${filter.replaceAll("'", "''")}']\n`),
  )
}

function pattern(): fc.Arbitrary<string> {
  const piece = fc.constantFrom(
    '*',
    '**',
    '**/',
    '?',
    '+',
    '[a-z]',
    '[',
    ']',
    '!',
    'a',
    'a+',
    'a?',
    '(',
    '\\',
    '.',
    '/',
  )
  return fc.oneof(
    fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
    piece.map((part) => `${part.repeat(60)}b`),
  )
}

function urlPieces(): fc.Arbitrary<string> {
  const piece = fc.constantFrom(
    'https://',
    'ssh://',
    'git@',
    'github.com',
    ':',
    '/',
    'octo',
    'demo.git',
    '%2f',
    '%zz',
    '@',
    '[',
    ' ',
  )
  return fc.array(piece, { maxLength: 8 }).map((parts) => parts.join(''))
}

/** 1 = an event was appended. */
function append(file: string): number {
  const log = openEventLog(file)
  log.append(RUN_ID, 1, { type: 'warning', message: 'a' })
  log.close()
  return 1
}

async function inDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'claudetm-fuzz-'))
  try {
    await work(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function inOurWords(work: () => unknown, look: (failure: Failure) => void): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    look(error)
  }
}

function oneOf(value: unknown, allowed: readonly unknown[]): void {
  if (!allowed.includes(value)) throw new Error(`${String(value)} is none of ${allowed.join(', ')}`)
}

function equal(actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (a !== b) throw new Error(`${a} instead of ${b}`)
}
