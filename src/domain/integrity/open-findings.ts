/** What of a look still holds up the work, in words. By itself, because `status` asks it and should load little. Pure. */
import type { Guard, IntegrityFinding, IntegrityPolicy } from './finding.ts'

/** Not let through; without a policy, whatever its class. */
export function openFindings(guard: Guard, policy: IntegrityPolicy | null = null): readonly IntegrityFinding[] {
  const closed = new Set(guard.letThrough.map((entry) => entry.id))
  const findings = guard.look?.findings ?? []
  return findings.filter((finding) => !closed.has(finding.id) && policy?.[finding.class] !== 'allow')
}

export function describeFinding({ path, line, what }: Pick<IntegrityFinding, 'path' | 'line' | 'what'>): string {
  const place = path === '' ? '' : `${path}${line === null ? '' : `:${line}`}: `
  return `${place}${what}`
}
