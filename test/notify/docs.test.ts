import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { post } from '../../src/notify/delivery/post.ts'
import { requestHeaders } from '../../src/notify/delivery/signatures.ts'
import { testMessage } from '../../src/notify/event/message.ts'
import { WEBHOOK_EVENTS } from '../../src/notify/event/notification.ts'

const DOCS = readFileSync(join(import.meta.dirname, '../../docs/webhooks.md'), 'utf8')

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** The receiver of a language, as a stranger copies it. */
function codeOf(language: string): string {
  const code = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\n\`\`\``).exec(DOCS)?.[1]
  if (code === undefined) throw new Error(`no ${language} in docs/webhooks.md`)
  return code
}

async function start(
  file: string,
  command: readonly string[],
  language: string,
): Promise<{ url: string; output: () => string }> {
  const directory = await mkdtemp(join(tmpdir(), 'claudetm-receiver-'))
  await writeFile(join(directory, file), codeOf(language))
  const [program = '', ...args] = command
  const env = { ...process.env, PORT: '0', SECRET: 'geheim' }
  const child = spawn(program, [...args, file], {
    cwd: directory,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  closers.push(async () => {
    await end(child)
    await rm(directory, { recursive: true, force: true })
  })
  let output = ''
  const port = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`${program} ended: ${output}`)))
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk
      const ready = /ready (\d+)/.exec(output)?.[1]
      if (ready !== undefined) resolve(ready)
    })
  })
  return { url: `http://127.0.0.1:${port}/`, output: () => output }
}

/** `go run` starts another process: the whole group has to go. */
function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    process.kill(-(child.pid ?? 0), 'SIGKILL')
  })
}

/** The first time, Go compiles its own library. */
const PATIENCE = { timeout: 300_000 }

const has = (program: string, ...args: string[]) => spawnSync(program, args).status === 0

describe.each([
  { language: 'js', file: 'receiver.cjs', command: [process.execPath], isHere: true },
  { language: 'python', file: 'receiver.py', command: ['python3'], isHere: has('python3', '--version') },
  { language: 'go', file: 'receiver.go', command: ['go', 'run'], isHere: has('go', 'version') },
])('the receiver in $language', ({ language, file, command, isHere }) => {
  it.skipIf(!isHere)(`accepts what we send, and nothing forged or old (needs ${command[0]})`, PATIENCE, async () => {
    const { url, output } = await start(file, command, language)
    const message = testMessage(Date.now())
    const deliver = async (change: { secret?: string | null; ageMs?: number; body?: string } = {}) => {
      const { secret = 'geheim', ageMs = 0, body = message.body } = change
      const headers = requestHeaders({ secret, headers: {} }, message, { now: Date.now() - ageMs, userAgent: 'test' })
      const request = { url, headers, body, timeoutMs: 10_000, verifyTls: true }
      const parts = { allowPrivate: true, allowHttp: false, now: Date.now }
      return (await post(request, parts, new AbortController().signal)).statusCode
    }
    expect({
      ours: await deliver(),
      wrongSecret: await deliver({ secret: 'guessed' }),
      tampered: await deliver({ body: message.body.replace('true', 'false') }),
      old: await deliver({ ageMs: 301_000 }),
      unsigned: await deliver({ secret: null }),
    }).toEqual({ ours: 204, wrongSecret: 401, tampered: 401, old: 401, unsigned: 401 })
    expect(output()).toContain(`webhook.test ${message.id}`)
  })
})

it('the documentation names every event', () => {
  for (const event of WEBHOOK_EVENTS) expect(DOCS).toContain(`| \`${event}\``)
})
