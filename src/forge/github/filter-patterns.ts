/** GitHub's filter patterns for branches and paths: `*` within a name, `**` across slashes, `?`, `+`, `[]`, `!` takes back. */

export type Filters = Readonly<Record<string, readonly string[]>>

/** `-ignore`: something must be left that no pattern covers. Patterns that are not understood match. */
export function matchesFilters(filters: Filters, kind: 'branches' | 'paths', names: readonly string[]): boolean {
  const wanted = filters[kind]
  const ignored = filters[`${kind}-ignore`]
  if (wanted !== undefined) return names.some((name) => isWanted(wanted, name) !== false)
  if (ignored !== undefined) return names.some((name) => isWanted(ignored, name) !== true)
  return true
}

/** The last pattern that matches decides; null = a pattern that might matter is not understood. */
function isWanted(patterns: readonly string[], name: string): boolean | null {
  let wanted: boolean | null = false
  for (const pattern of patterns) {
    const isTakenBack = pattern.startsWith('!')
    const expression = toExpression(isTakenBack ? pattern.slice(1) : pattern)
    if (expression === null) wanted = null
    else if (expression.test(name)) wanted = !isTakenBack
  }
  return wanted
}

function toExpression(pattern: string): RegExp | null {
  const source = pattern.replace(/\*\*\/|\*\*|\*|[.^${}()|\\]/g, (part) => PARTS[part] ?? `\\${part}`)
  try {
    return new RegExp(`^${source}$`)
  } catch {
    return null
  }
}

/** `?` and `+` repeat what stands before them and `[]` is a class, as in regular expressions. */
const PARTS: Readonly<Record<string, string>> = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*' }
