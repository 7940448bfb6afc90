/** Requests as a person makes them: by curl where there is one, else by fetch. */
import { runCommand } from '../../../src/lib/command.ts'

export type Request = {
  readonly method?: string
  readonly password?: string | null
  readonly body?: object
}

export type Answer = { readonly status: number; readonly type: string; readonly body: string }

export type Curl = {
  readonly name: 'curl' | 'fetch'
  request(url: string, request?: Request): Promise<Answer>
}

const WHERE = { cwd: '/', env: { PATH: process.env.PATH ?? '' }, timeoutMs: 30_000 }

export async function createCurl(): Promise<Curl> {
  const { exitCode } = await runCommand('curl', ['--version'], WHERE)
  return exitCode === 0 ? { name: 'curl', request: byCurl } : { name: 'fetch', request: byFetch }
}

async function byCurl(url: string, request: Request = {}): Promise<Answer> {
  const { method = 'GET', body } = request
  const headers = Object.entries(headersOf(request)).flatMap(([name, value]) => ['--header', `${name}: ${value}`])
  const data = body === undefined ? [] : ['--data', JSON.stringify(body)]
  const format = ['--write-out', '\n%{content_type}\n%{http_code}']
  const args = ['--silent', '--show-error', '--request', method, ...headers, ...data, ...format, url]
  const { exitCode, stdout, output } = await runCommand('curl', args, WHERE)
  if (exitCode !== 0) throw new Error(`curl ${url} failed: ${output}`)
  const lines = stdout.split('\n')
  const [type = '', status] = lines.splice(-2)
  return { status: Number(status), type, body: lines.join('\n') }
}

async function byFetch(url: string, request: Request = {}): Promise<Answer> {
  const { method = 'GET', body } = request
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const response = await fetch(url, { method, headers: headersOf(request), ...sent })
  return { status: response.status, type: response.headers.get('content-type') ?? '', body: await response.text() }
}

function headersOf({ password = null, body }: Request): Record<string, string> {
  return {
    ...(password !== null && { Authorization: `Bearer ${password}` }),
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
  }
}
