/** Secrets in added lines, by secretlint's recommended rules. What is found leaves here as a place and a kind alone. */
import { createHash } from 'node:crypto'
import type { SecretSighting } from '../../domain/integrity/changes.ts'
import type { AddedLine } from './secret-lines.ts'

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

/** secretlint takes a tenth of a second to load: only a look that finds added lines does. */
export async function scanForSecrets(lines: readonly AddedLine[]): Promise<readonly SecretSighting[]> {
  const texts = [...toTexts(lines)]
  if (texts.length === 0) return []
  const [{ lintSource }, { rules }] = await Promise.all([
    import('@secretlint/core'),
    import('@secretlint/secretlint-rule-preset-recommend'),
  ])
  // A comment in the file must not be able to switch the search off.
  const strict = rules.filter(({ meta }) => !meta.id.endsWith('filter-comments'))
  const config = { rules: strict.map((rule) => ({ id: rule.meta.id, rule })) }
  const found: SecretSighting[] = []
  for (const [path, own] of texts) {
    const content = own.map(({ text }) => text).join('\n')
    const source = { filePath: `/${path}`, content, ext: '', contentType: 'text' as const }
    const { messages } = await lintSource({ source, options: { config } })
    for (const { ruleId, range, loc } of messages) {
      const secret = content.slice(range[0], range[1])
      const place = own[loc.start.line - 1]
      if (place === undefined || isPlaceholder(secret)) continue
      found.push({ path, line: place.line, commit: place.commit, kind: kindOf(ruleId), digest: digestOf(secret) })
    }
  }
  return found
}

/** By file, in order; what several commits add is searched once, at its place in the result where it has one. */
function toTexts(lines: readonly AddedLine[]): ReadonlyMap<string, readonly AddedLine[]> {
  const texts = new Map<string, Map<string, AddedLine>>()
  for (const line of lines) {
    if (line.text.trim() === '') continue
    const known = texts.get(line.path) ?? new Map<string, AddedLine>()
    if (!known.has(line.text)) known.set(line.text, line)
    texts.set(line.path, known)
  }
  return new Map([...texts].map(([path, known]) => [path, [...known.values()]]))
}

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
