/** Secrets in changed lines, by secretlint's recommended rules. */
import { createHash } from 'node:crypto'
import type { FileChange, SecretSighting } from '../../domain/integrity/changes.ts'
import type { SearchedLine } from './secret-lines.ts'

const KINDS: Readonly<Record<string, string>> = {
  aws: 'AWS credentials',
  gcp: 'Google Cloud credentials',
  azure: 'Azure credentials',
  privatekey: 'a private key',
  npm: 'an npm token',
  slack: 'a Slack token',
  basicauth: 'a password in an address',
  'database-connection-string': 'the password of a database',
  openai: 'an OpenAI key',
  anthropic: 'an Anthropic key',
  github: 'a GitHub token',
  gitlab: 'a GitLab token',
  sendgrid: 'a SendGrid key',
  shopify: 'a Shopify key',
  linear: 'a Linear key',
  '1password': 'a 1Password token',
}

export type Scan = {
  /** What was added, as a place and a kind. */
  readonly sightings: readonly SecretSighting[]
  /** Everything that must not be shown; goes no further than the look. */
  readonly secrets: readonly string[]
}

/** secretlint takes a tenth of a second to load: only a look that finds changed lines does. */
export async function scanForSecrets(lines: readonly SearchedLine[]): Promise<Scan> {
  const searched = withoutRepeats(lines)
  if (searched.length === 0) return { sightings: [], secrets: [] }
  const sightings: SecretSighting[] = []
  const secrets = new Set<string>()
  for (const { secret, line: number, ruleId } of await lint(searched.map(({ text }) => text).join('\n'))) {
    const place = searched[number - 1]
    if (place === undefined || isPlaceholder(secret)) continue
    secrets.add(secret)
    if (!place.isAdded) continue
    const { path, line, commit } = place
    sightings.push({ path, line, commit, kind: kindOf(ruleId), digest: digestOf(secret) })
  }
  return { sightings, secrets: [...secrets] }
}

/**
 * All of it in one call: its profiler, which cannot be switched off, keeps an entry for every rule of every call and looks
 * through all of them each time (measured: 650 files one by one took 3 s, and 30 s the next time).
 */
async function lint(content: string): Promise<readonly { secret: string; line: number; ruleId: string }[]> {
  const [{ lintSource }, { rules }] = await Promise.all([
    import('@secretlint/core'),
    import('@secretlint/secretlint-rule-preset-recommend'),
  ])
  // A comment in what is searched must not be able to switch the search off.
  const strict = rules.filter(({ meta }) => !meta.id.endsWith('filter-comments'))
  const config = { rules: strict.map((rule) => ({ id: rule.meta.id, rule })) }
  const source = { filePath: '/change', content, ext: '', contentType: 'text' as const }
  const { messages } = await lintSource({ source, options: { config } })
  return messages.map(({ ruleId, range, loc }) => ({
    secret: content.slice(range[0], range[1]),
    line: loc.start.line,
    ruleId,
  }))
}

/** File by file, in order; what several commits add is searched once, at its place in the result where it has one. */
function withoutRepeats(lines: readonly SearchedLine[]): readonly SearchedLine[] {
  const files = new Map<string, Map<string, SearchedLine>>()
  for (const line of lines) {
    if (line.text.trim() === '') continue
    const name = `${line.path}\0${line.isAdded}`
    const known = files.get(name) ?? new Map<string, SearchedLine>()
    if (!known.has(line.text)) known.set(line.text, line)
    files.set(name, known)
  }
  return [...files.values()].flatMap((known) => [...known.values(), BETWEEN_FILES])
}

const BETWEEN_FILES: SearchedLine = { path: '', text: '', isAdded: false, line: null, commit: null }

function kindOf(ruleId: string): string {
  const name = ruleId.split('secretlint-rule-').at(-1) ?? ruleId
  return KINDS[name] ?? `a secret of ${name}`
}

const WEAK =
  /^(?:pass(?:word|wd)?|pwd|postgres(?:ql)?|mysql|mongo|redis|root|admin|test\w*|secret|example|change-?me|user(?:name)?|guest|dev|local|foo|bar|x+|\*+|\.+|[$%<{[].*)$/i
const NEAR =
  /^(?:localhost|127\.|0\.0\.0\.0|\[?::1|host\.docker\.internal)|(?:^|\.)(?:example|test|invalid|local|localhost)(?:\.(?:com|org|net))?$/i

/** An address for one's own machine or a manual: `postgres://postgres:postgres@localhost/app`. */
function isPlaceholder(secret: string): boolean {
  const [, user = '', password = '', host = ''] = /:\/\/([^:@/\s]*):([^@/\s]*)@([^:/?\s]*)/.exec(secret) ?? []
  if (password === '') return false
  return password === user || WEAK.test(password) || NEAR.test(host) || (host !== '' && !host.includes('.'))
}

/** Tells secrets apart; far too short to be turned back. */
function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 8)
}

/** Lines of a key are worth hiding one by one; what is shorter is no secret by itself. */
const SHORTEST_PART = 8

/** The same change without them: excerpts of it are kept, shown, and read by sessions. */
export function hideSecrets(files: readonly FileChange[], secrets: readonly string[]): readonly FileChange[] {
  const parts = secrets.flatMap((secret) => secret.split('\n')).filter((part) => part.length >= SHORTEST_PART)
  if (parts.length === 0) return files
  const hide = (line: string) => parts.reduce((text, part) => text.replaceAll(part, '[secret]'), line)
  return files.map((file) => ({
    ...file,
    hunks: file.hunks.map((hunk) => ({ ...hunk, removed: hunk.removed.map(hide), added: hunk.added.map(hide) })),
  }))
}
