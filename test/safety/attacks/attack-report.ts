/** What a family of attacks found: counted by the rule that would have been broken. */
import type { BenchResult, SafetyRule } from '../safety-rules.ts'

export type Attack = { readonly rule: SafetyRule; readonly name: string; readonly violation: string | null }

export function toBenchResults(bench: string, attacks: readonly Attack[], unit = 'attacks'): readonly BenchResult[] {
  const rules = [...new Set(attacks.map((attack) => attack.rule))]
  return rules.map((rule) => {
    const tried = attacks.filter((attack) => attack.rule === rule)
    const violations = tried.flatMap(({ name, violation }) => (violation === null ? [] : [`${name}: ${violation}`]))
    return { bench, rule, unit, tried: tried.length, violations }
  })
}

export function violationsOf(attacks: readonly Attack[]): readonly string[] {
  return attacks.flatMap(({ name, violation }) => (violation === null ? [] : [`${name}: ${violation}`]))
}
