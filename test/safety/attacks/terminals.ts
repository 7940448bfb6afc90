/**
 * Every payload in every text that the command line can come to print: of a run, a plan, a log, a pull request, a check,
 * a failure. What is looked at is the stream itself.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cleanWords } from '../../../src/cli/commands/clean.ts'
import { doctor } from '../../../src/cli/commands/doctor.ts'
import { showDocument, showPlan } from '../../../src/cli/commands/documents.ts'
import { showHistory } from '../../../src/cli/commands/history.ts'
import { showLogs } from '../../../src/cli/commands/logs.ts'
import { list as listMailbox } from '../../../src/cli/commands/mailbox.ts'
import { showCiLogs, showCiStatus, showComments, showPr } from '../../../src/cli/commands/pull-requests.ts'
import { showEvidence, showSessions } from '../../../src/cli/commands/records.ts'
import { showStatus } from '../../../src/cli/commands/status.ts'
import { createJsonFace, createLineFace } from '../../../src/cli/live/face.ts'
import type { CliParts } from '../../../src/cli/parts.ts'
import { printLines } from '../../../src/cli/print.ts'
import { reportFailure } from '../../../src/cli/report-failure.ts'
import { EMPTY_VIEW, reduceState, reduceView } from '../../../src/cli/view/model.ts'
import { renderView } from '../../../src/cli/view/render.ts'
import { FAILURE_KINDS, Failure } from '../../../src/domain/failure.ts'
import type { PrNumber } from '../../../src/domain/ids.ts'
import type { Attack } from './attack-report.ts'
import { DRESSED } from './corpus.ts'
import { hostileEvents, hostileForge, hostileMailbox, hostilePr, hostileRun, hostileStore } from './hostile-world.ts'

type Screen = { readonly isTTY: boolean; text(): string; readonly stream: NodeJS.WriteStream }

/** Commands as they are called; each gets its own streams. */
const COMMANDS: Readonly<Record<string, (parts: CliParts, json: { json?: true }, text: string) => unknown>> = {
  status: (parts, json) => showStatus(parts, json),
  plan: (parts, json) => showPlan(parts, json),
  progress: (parts, json) => showDocument(parts, 'progress', json),
  context: (parts, json) => showDocument(parts, 'context', json),
  history: (parts, json) => showHistory(parts, null, json),
  sessions: (parts, json) => showSessions(parts, null, json),
  evidence: (parts, json) => showEvidence(parts, null, json),
  mailbox: (parts, json) => listMailbox(parts, json),
  logs: (parts, json) => showLogs(parts, { tail: 100, follow: false, ...json }),
  pr: (parts, json) => showPr(parts, json),
  'pr 1': (parts, json) => showPr(parts, { pr: 1 as PrNumber, ...json }),
  comments: (parts, json) => showComments(parts, { all: true, ...json }),
  'ci-status': (parts, json) => showCiStatus(parts, { limit: 5, ...json }),
  'ci-status --run-id 1': (parts, json) => showCiStatus(parts, { runId: 1, limit: 5, ...json }),
  'ci-logs': (parts, json) => showCiLogs(parts, { lines: 100, ...json }),
  doctor: (parts, json) => doctor(parts, json),
  clean: (parts, _json, text) =>
    printLines(
      parts,
      cleanWords({ kind: 'cleaned', runId: '1', branches: [text] } as unknown as Parameters<typeof cleanWords>[0]),
    ),
  'events of a run': (parts, json, text) => {
    const face = json.json === true ? createJsonFace(parts) : createLineFace(parts, 'verbose')
    face.onState(hostileRun(text))
    for (const event of hostileEvents(text)) face.onEvent(event)
    face.note(text)
    face.close()
  },
  'the live view': (parts, _json, text) => {
    const state = reduceState({ ...EMPTY_VIEW }, hostileRun(text))
    const model = hostileEvents(text).reduce(reduceView, state)
    for (const line of renderView(model, { width: 80, height: 30, now: 0, hint: 'Ctrl+C' }))
      parts.stdout.write(`${line}\n`)
  },
  failures: (parts, _json, text) => {
    const facts = new Proxy({}, { get: () => text, has: () => true })
    for (const kind of FAILURE_KINDS) {
      const cause = new Error(text)
      reportFailure(new Failure(kind, text, { facts, cause }), {
        ...parts,
        environment: { ...parts.environment, CLAUDETM_DEBUG: '1' },
      })
    }
  },
}

export async function attackTerminals(): Promise<readonly Attack[]> {
  const directory = await mkdtemp(join(tmpdir(), 'claudetm-terminal-'))
  const attacks: Attack[] = []
  try {
    for (const { id, aims, text: whole } of DRESSED) {
      const text = whole.length > 10_000 ? whole.slice(0, 5_000) + whole.slice(-5_000) : whole
      await writeFile(join(directory, 'log.txt'), `${text}\n`)
      for (const [name, command] of Object.entries(COMMANDS)) {
        for (const json of [{}, { json: true as const }]) {
          const screens = json.json ? SCREENS.slice(0, 1) : SCREENS
          const violation = await show({ directory, text, screens }, (parts) => command(parts, json, text))
          attacks.push({ rule: aims, name: `${id} in ${name}${json.json ? ' --json' : ''}`, violation })
        }
      }
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
  return attacks
}

/** Piped, in a terminal, and in a terminal with colours. */
const SCREENS = [
  [false, '0'],
  [true, '0'],
  [true, '1'],
] as const

type Shown = {
  readonly directory: string
  readonly text: string
  readonly screens: readonly (typeof SCREENS)[number][]
}

async function show(
  { directory, text, screens }: Shown,
  command: (parts: CliParts) => unknown,
): Promise<string | null> {
  for (const [isTTY, colours] of screens) {
    const screen = createScreen(isTTY)
    try {
      await command(createParts(directory, text, screen, colours))
    } catch (error) {
      if (!(error instanceof Failure)) return `it threw ${String(error)}`
    }
    const violation = findEffect(colours === '1' ? screen.text().replace(OURS, '') : screen.text())
    if (violation !== null) return violation
    if (screen.text() === '') return 'nothing was printed, so nothing was tried'
  }
  return null
}

/** The colours that the command line uses, and the frames of its tables. */
const OURS = /\u001b\[(1|2|22|3[1-6]|39)m/g

function findEffect(output: string): string | null {
  const found =
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e0fff}]/u.exec(
      output,
    )
  if (found === null) return null
  return `${JSON.stringify(output.slice(Math.max(0, found.index - 20), found.index + 20))} reaches the terminal`
}

function createScreen(isTTY: boolean): Screen {
  let written = ''
  const write = (chunk: string) => {
    written += chunk
    return true
  }
  return {
    isTTY,
    text: () => written,
    stream: { isTTY, columns: 100, rows: 30, write } as unknown as NodeJS.WriteStream,
  }
}

function createParts(directory: string, text: string, { stream }: Screen, colours: '0' | '1'): CliParts {
  const store = hostileStore(text, join(directory, 'log.txt'))
  const parts = {
    stdout: stream,
    stderr: stream,
    environment: { FORCE_COLOR: colours, TERM: 'xterm' },
    cwd: '/',
    version: '0',
    outputClosed: new AbortController().signal,
    stateDirectory: directory,
    now: () => 0,
    openStore: async () => store,
    openMailbox: async () => hostileMailbox(text),
    openArchived: () => store,
    openForge: async () => ({ forge: hostileForge(text), headBranch: hostilePr(text).headBranch }),
    doctor: async () => [
      { name: text, outcome: 'problem', detail: text, cure: text },
      { name: 'git', outcome: 'warning', detail: text, cure: text },
    ],
  }
  return parts as unknown as CliParts
}
