/** Git over HTTP: the real `git http-backend` as a CGI program, behind GitHub's rules of who may read and push. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gitEnvironment } from '../git/git.ts'
import type { Repository, Viewer, World } from '../model.ts'
import { hasRole, tokenAllows } from '../service/access.ts'
import { syncBranches } from '../service/branches.ts'
import { hookEnvironment } from '../service/push-rules.ts'
import { findRepository, fullNameOf } from '../service/repositories.ts'
import type { Address } from './addresses.ts'
import { identify } from './authentication.ts'

export type GitRequest = {
  readonly world: World
  readonly address: Address
  readonly message: IncomingMessage
  readonly response: ServerResponse
  /** The push or fetch happens, its answer is lost. */
  readonly dropAnswer: boolean
  /** Where the bare repositories are. */
  readonly directory: string
}

/** Resolves with the status once the answer is out, or null when it was dropped. */
export async function answerGit(request: GitRequest): Promise<number | null> {
  const { world, address, message, response } = request
  const identity = identify(world, message.headers)
  const viewer = identity.kind === 'viewer' ? identity.viewer : null
  if (identity.kind === 'refused') return challenge(response)
  const [, owner = '', name = '', ...rest] = address.path.split('/')
  const found = findRepository(world, decodeURIComponent(owner), decodeURIComponent(name).replace(/\.git$/, ''), viewer)
  if (found === null) return viewer === null ? challenge(response) : refuse(response, 404, 'Repository not found.')
  const service = rest.join('/')
  const pushing = service === 'git-receive-pack' || address.query.get('service') === 'git-receive-pack'
  const { repository } = found
  if (pushing && viewer === null) return challenge(response)
  if (viewer !== null && !mayUse(world, repository, viewer, pushing)) {
    return refuse(response, 403, 'Write access to repository not granted.')
  }
  if (found.renamed) return redirect(request, repository, service)
  return runBackend(request, { repository, viewer, service, pushing })
}

function mayUse(world: World, repository: Repository, viewer: Viewer, pushing: boolean): boolean {
  const level = pushing ? 'write' : 'read'
  if (pushing && repository.archived) return false
  if (!tokenAllows(viewer.token, repository, { permission: 'contents', level })) return false
  return !pushing || hasRole(world, repository, viewer.login, 'write')
}

type Service = {
  readonly repository: Repository
  readonly viewer: Viewer | null
  readonly service: string
  readonly pushing: boolean
}

async function runBackend(request: GitRequest, service: Service): Promise<number | null> {
  const { message, response, world, dropAnswer } = request
  const child = spawn('git', ['http-backend'], { env: cgiEnvironment(request, service) })
  child.stderr.resume()
  child.stdin.on('error', () => {}) // it may have answered without reading everything
  message.pipe(child.stdin)
  const done = new Promise<void>((resolve) => child.on('close', () => resolve()))
  // A push is answered when the emulator knows of it too: who reads the API afterwards sees the new head.
  if (service.service !== 'git-receive-pack' && !dropAnswer) return streamCgi(child, response)
  const output = await collect(child)
  await done
  if (service.viewer !== null && service.pushing) await syncBranches(world, service.repository, service.viewer.login)
  if (dropAnswer) {
    message.socket.destroy()
    return null
  }
  return writeCgi(response, output)
}

function cgiEnvironment(request: GitRequest, { repository, viewer, service }: Service): Record<string, string> {
  const { message, address, directory, world } = request
  const header = (name: string) => String(message.headers[name] ?? '')
  return {
    ...gitEnvironment(),
    ...(viewer === null ? {} : hookEnvironment(world, repository, viewer)),
    GIT_PROJECT_ROOT: directory,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `${repository.gitDirectory.slice(directory.length)}/${service}`,
    REQUEST_METHOD: message.method ?? 'GET',
    QUERY_STRING: address.query.toString(),
    CONTENT_TYPE: header('content-type'),
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    GIT_PROTOCOL: header('git-protocol'),
    REMOTE_USER: viewer?.login ?? '',
    REMOTE_ADDR: '127.0.0.1',
    ...(message.headers['content-length'] === undefined ? {} : { CONTENT_LENGTH: header('content-length') }),
  }
}

/** Headers first, then whatever comes as it comes. */
export function streamCgi(child: ChildProcessWithoutNullStreams, response: ServerResponse): Promise<number | null> {
  return new Promise((resolve) => {
    let head: Buffer | null = Buffer.alloc(0)
    let status = 500
    child.stdout.on('data', (chunk: Buffer) => {
      if (head === null) {
        if (!response.write(chunk)) child.stdout.pause()
        return
      }
      head = Buffer.concat([head, chunk])
      const parsed = parseCgi(head)
      if (parsed === null) return
      head = null
      status = parsed.status
      response.writeHead(status, parsed.headers)
      response.write(parsed.rest)
    })
    response.on('drain', () => child.stdout.resume())
    response.on('close', () => {
      child.kill() // the client went away, or all was sent
      resolve(response.writableFinished ? status : null)
    })
    child.on('close', () => {
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
}

async function collect(child: ChildProcessWithoutNullStreams): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function writeCgi(response: ServerResponse, output: Buffer): number {
  const parsed = parseCgi(output)
  if (parsed === null) return refuse(response, 500, 'git http-backend did not answer')
  response.writeHead(parsed.status, parsed.headers).end(parsed.rest)
  return parsed.status
}

/** Null while the end of the headers is not there yet. */
function parseCgi(output: Buffer): { status: number; headers: Record<string, string>; rest: Buffer } | null {
  const end = output.indexOf('\r\n\r\n')
  if (end === -1) return null
  const headers: Record<string, string> = {}
  let status = 200
  for (const line of output.subarray(0, end).toString('latin1').split('\r\n')) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase()
    const value = line.slice(line.indexOf(':') + 1).trim()
    if (name === 'status') status = Number.parseInt(value, 10)
    else headers[name] = value
  }
  return { status, headers, rest: output.subarray(end + 4) }
}

function redirect({ world, address, response }: GitRequest, repository: Repository, service: string): number {
  const query = address.query.size === 0 ? '' : `?${address.query}`
  const location = `${world.urls.html}/${fullNameOf(repository)}.git/${service}${query}`
  response.writeHead(301, { location }).end()
  return 301
}

function challenge(response: ServerResponse): number {
  const text = 'Invalid username or token. Password authentication is not supported for Git operations.'
  response.writeHead(401, { 'www-authenticate': 'Basic realm="GitHub"', 'content-type': 'text/plain' }).end(text)
  return 401
}

function refuse(response: ServerResponse, status: number, text: string): number {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text)
  return status
}
