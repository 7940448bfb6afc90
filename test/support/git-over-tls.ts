/** Repositories behind https on this machine: the real `git http-backend`, a certificate that nobody knows, and bad days. */
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gitEnvironment } from './github/git/git.ts'
import { streamCgi } from './github/server/git-http.ts'

export type GitOverTls = {
  /** `https://localhost:<port>` */
  readonly url: string
  /** For whoever should trust it. */
  readonly certificate: string
  /** Paths that were asked for. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

/** What happens to a request before git sees it. */
export type GitAnswer = 'git' | 'hang' | 'password' | { readonly redirect: string }

/** With one repository, `team/shop.git`, that has one file in it. */
export async function serveGitOverTls(answer: (path: string) => GitAnswer = () => 'git'): Promise<GitOverTls> {
  const directory = await mkdtemp(join(tmpdir(), 'claudetm-git-tls-'))
  const { key, certificate } = makeCertificate(directory)
  await makeRepository(directory)
  const requests: string[] = []
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, response) => {
    const path = request.url ?? ''
    requests.push(path)
    const what = answer(path)
    if (what === 'hang') return
    if (what === 'git') return runBackend(join(directory, 'served'), request, response)
    if (what === 'password') return response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
    response.writeHead(302, { location: `${what.redirect}${path}` }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    certificate,
    requests,
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function makeCertificate(directory: string): { key: string; certificate: string } {
  const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1']
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  execFileSync('openssl', [...kind, ...name, '-keyout', key, '-out', certificate], { stdio: 'ignore' })
  return { key, certificate }
}

async function makeRepository(directory: string): Promise<void> {
  const [source, bare] = [join(directory, 'source'), join(directory, 'served/team/shop.git')]
  await mkdir(join(directory, 'served/team'), { recursive: true })
  await mkdir(source)
  const author = { name: 'Test', email: 'test@example.com', at: new Date() }
  const git = (...args: string[]) => execFileSync('git', args, { cwd: source, env: gitEnvironment({ author }) })
  git('init', '--quiet', '--initial-branch', 'main')
  git('commit', '--quiet', '--allow-empty', '--message', 'initial commit')
  git('branch', 'other')
  git('clone', '--quiet', '--bare', source, bare)
}

function runBackend(directory: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'https://localhost')
  const child = spawn('git', ['http-backend'], {
    env: {
      ...gitEnvironment(),
      GIT_PROJECT_ROOT: directory,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: pathname,
      REQUEST_METHOD: request.method ?? 'GET',
      QUERY_STRING: searchParams.toString(),
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_ADDR: '127.0.0.1',
    },
  })
  child.stderr.resume()
  child.stdin.on('error', () => {}) // it may have answered without reading everything
  request.pipe(child.stdin)
  void streamCgi(child, response)
}
