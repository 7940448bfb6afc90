/** All findings in a change, each named so that it is recognised again; bounded, because they are kept and shown. Pure. */
import { fold } from '../../lib/fold.ts'
import { toPlainText } from '../../lib/plain-text.ts'
import type { Changes } from './changes.ts'
import { CLASSES } from './classes.ts'
import { INTEGRITY_CLASSES, type IntegrityClass, type IntegrityFinding, type IntegrityPolicy } from './finding.ts'
import type { Sighting } from './sighting.ts'

/** Of one class; the rest is summed up in one finding, which stands for all of them. */
const MAX_PER_CLASS = 12
const MAX_EXCERPT_CHARS = 1_500
const MAX_WHAT_CHARS = 300

export function judgeChanges(changes: Changes, policy: IntegrityPolicy): readonly IntegrityFinding[] {
  return INTEGRITY_CLASSES.filter((name) => policy[name] !== 'allow').flatMap((name) => findOf(name, changes))
}

function findOf(name: IntegrityClass, changes: Changes): readonly IntegrityFinding[] {
  const sightings = CLASSES[name].find(changes)
  const shown = sightings.slice(0, MAX_PER_CLASS).map((sighting) => toFinding(name, sighting))
  const rest = sightings.slice(MAX_PER_CLASS)
  return unique(rest.length === 0 ? shown : [...shown, toFinding(name, sumUp(rest))])
}

function sumUp(rest: readonly Sighting[]): Sighting {
  const lines = rest.map(({ path, line, what }) => `${path}${line === null ? '' : `:${line}`} ${what}`)
  return {
    path: rest[0]?.path ?? '',
    line: null,
    what: `${rest.length} more like these`,
    key: rest.map(({ path, key }) => `${path}\n${key}`).join('\n'),
    excerpt: lines.join('\n'),
  }
}

function toFinding(name: IntegrityClass, { path, line, what, key, excerpt }: Sighting): IntegrityFinding {
  return {
    id: fold(`${name}\n${path}\n${key}`).slice(4, 12),
    class: name,
    path: toPlainText(path, { singleLine: true, maxLength: 300 }),
    line,
    what: toPlainText(what, { singleLine: true, maxLength: MAX_WHAT_CHARS }),
    excerpt: toPlainText(excerpt, { maxLength: MAX_EXCERPT_CHARS }),
  }
}

function unique(findings: readonly IntegrityFinding[]): readonly IntegrityFinding[] {
  return [...new Map(findings.map((finding) => [finding.id, finding])).values()]
}
