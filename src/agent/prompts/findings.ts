/** A finding of the diff guard in a prompt: only its class is ours, its words and lines come out of what was written. */
import { CLASSES } from '../../domain/integrity/classes.ts'
import type { IntegrityFinding } from '../../domain/integrity/finding.ts'
import { describeFinding } from '../../domain/integrity/open-findings.ts'
import { quote } from './quoting.ts'

export function quoteFinding(finding: IntegrityFinding): string {
  const words = `${describeFinding(finding)}${finding.excerpt === '' ? '' : `\n${finding.excerpt}`}`
  return `${CLASSES[finding.class].words}:\n${quote('diff', words, 4_000)}`
}
