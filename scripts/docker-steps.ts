/**
 * Runs what docker/Dockerfile says, step by step, in clean directories instead of images: `npm run docker:steps`. For
 * machines without a container engine: it shows that every command works and that what comes out serves. Needs Debian and
 * root for apt-get, else that step is left out and said so.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

type Step = { readonly word: string; readonly rest: string }
type Stage = {
  readonly root: string
  workdir: string
  readonly env: Record<string, string>
  last: Record<string, string>
}

const REPOSITORY = join(import.meta.dirname, '..')
/** Absolute paths of the image that lie in the stage's directory here. */
const OWN_PATHS = /(?<![\w.])\/(?=(?:app|projects|profile|usr\/local\/bin)(?:\W|$))/g

const base = mkdtempSync(join(tmpdir(), 'claudetm-docker-'))
const stages = new Map<string, Stage>()

try {
  const stage = await build(parse(readFileSync(join(REPOSITORY, 'docker/Dockerfile'), 'utf8')))
  await serve(stage)
} finally {
  rmSync(base, { recursive: true, force: true })
}

function parse(text: string): readonly Step[] {
  const joined = text.replace(/^\s*#.*\n/gm, '').replace(/\\\n/g, ' ')
  return joined.split('\n').flatMap((line) => {
    const found = /^([A-Z]+)\s+(.*)$/.exec(line.trim())
    return found === null ? [] : [{ word: found[1] ?? '', rest: found[2] ?? '' }]
  })
}

async function build(steps: readonly Step[]): Promise<Stage> {
  let stage: Stage | null = null
  for (const step of steps) {
    console.log(`\n>>> ${step.word} ${step.rest}`)
    if (step.word === 'FROM') stage = enter(step.rest)
    else if (stage === null) throw new Error(`${step.word} before FROM`)
    else await perform(stage, step)
  }
  if (stage === null) throw new Error('no stage')
  return stage
}

function enter(rest: string): Stage {
  const name = / AS (\S+)/.exec(rest)?.[1] ?? `stage-${stages.size}`
  const stage: Stage = { root: join(base, name), workdir: '/', env: {}, last: {} }
  mkdirSync(join(stage.root, 'usr/local/bin'), { recursive: true })
  stages.set(name, stage)
  return stage
}

async function perform(stage: Stage, { word, rest }: Step): Promise<void> {
  switch (word) {
    case 'WORKDIR':
      stage.workdir = rest
      mkdirSync(join(stage.root, rest), { recursive: true })
      return
    case 'COPY':
      return copy(stage, rest)
    case 'RUN':
      return run(stage, rest)
    case 'ENV':
      for (const [, name = '', value = ''] of rest.matchAll(/(\w+)=(\S+)/g)) stage.env[name] = value
      return
    default:
      stage.last[word] = rest // USER, VOLUME, EXPOSE, HEALTHCHECK, ENTRYPOINT, CMD: looked at when it serves
  }
}

function copy(stage: Stage, rest: string): void {
  const from = /^--from=(\S+)\s+/.exec(rest)
  const paths = rest.replace(/^--\S+\s+/, '').split(/\s+/)
  const target = paths.pop() ?? '.'
  const source = from === null ? REPOSITORY : (stages.get(from[1] ?? '')?.root ?? '')
  for (const path of paths) {
    if (path === '.') copyContext(join(stage.root, stage.workdir))
    else copyOne(join(source, path), join(stage.root, stage.workdir, target), target.endsWith('/'))
  }
}

function copyOne(source: string, target: string, isInto: boolean): void {
  const to = isInto ? join(target, source.slice(source.lastIndexOf('/') + 1)) : target
  mkdirSync(dirname(to), { recursive: true })
  cpSync(source, to, { recursive: true, verbatimSymlinks: true })
}

/** What .dockerignore lets through: it refuses everything and then names what is wanted. */
function copyContext(target: string): void {
  const wanted = readFileSync(join(REPOSITORY, '.dockerignore'), 'utf8').matchAll(/^!(\S+)$/gm)
  for (const [, path = ''] of wanted) cpSync(join(REPOSITORY, path), join(target, path), { recursive: true })
}

async function run(stage: Stage, command: string): Promise<void> {
  if (command.includes('apt-get') && process.getuid?.() !== 0) return console.log('(left out: not root)')
  const here = command
    .replace(/--owner=\S+ --group=\S+ /g, '')
    .replace(/&& rm -rf \/var\/lib\/apt\/lists\/\*/, '')
    .replace(OWN_PATHS, `${stage.root}/`)
  const exitCode = await shell(here, join(stage.root, stage.workdir), {})
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${command}`)
}

async function shell(command: string, cwd: string, env: Readonly<Record<string, string>>): Promise<number | null> {
  const child = spawn('/bin/sh', ['-c', command], { cwd, stdio: 'inherit', env: { ...plainEnvironment(), ...env } })
  const [exitCode] = await once(child, 'exit')
  return exitCode as number | null
}

/** As in a new container, but for where commands are found; npm's own variables would change what npm does. */
function plainEnvironment(): Record<string, string> {
  const { PATH = '', SSL_CERT_FILE, NODE_EXTRA_CA_CERTS } = process.env
  const certificates = { ...(SSL_CERT_FILE && { SSL_CERT_FILE }), ...(NODE_EXTRA_CA_CERTS && { NODE_EXTRA_CA_CERTS }) }
  return { PATH, HOME: join(base, 'home'), DEBIAN_FRONTEND: 'noninteractive', ...certificates }
}

/** Starts what the image starts, asks its own health check, and sees that it does not open up without a password. */
async function serve(stage: Stage): Promise<void> {
  const env = Object.fromEntries(
    Object.entries(stage.env).map(([name, value]) => [name, value.replace(OWN_PATHS, `${stage.root}/`)]),
  )
  const command = [...list(stage.last.ENTRYPOINT), ...list(stage.last.CMD)]
  const path = `${join(stage.root, 'usr/local/bin')}:${process.env.PATH ?? ''}`
  const at = { ...env, PATH: path, CLAUDETM_REST_PORT: String(await freePort()) }
  const cwd = join(stage.root, stage.workdir)
  console.log('\n>>> without a password')
  const refused = await shell(command.join(' '), cwd, at)
  if (refused === 0 || refused === null) throw new Error('it served without a password')
  console.log('\n>>> with a password')
  const server = spawn(command[0] ?? '', command.slice(1), {
    cwd,
    env: { ...at, CLAUDETM_PASSWORD: 'a-password-for-this-try' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(server.stdout, 'data')) as [Buffer]
  console.log(String(line).trim())
  const [, ...check] = list(stage.last.HEALTHCHECK?.replace(/^.*?CMD /, '') ?? '')
  const health = spawn(process.execPath, check, { env: at, stdio: 'inherit' })
  const [healthy] = await once(health, 'exit')
  server.kill('SIGTERM')
  const [exitCode] = await once(server, 'exit')
  console.log(`health check: ${healthy}; after SIGTERM: ${exitCode}`)
  if (healthy !== 0 || exitCode !== 0) process.exitCode = 1
}

function list(json: string | undefined): readonly string[] {
  return json === undefined || json === '' ? [] : (JSON.parse(json) as string[])
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
