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
    const parts = parsePattern(isTakenBack ? pattern.slice(1) : pattern)
    if (parts === null) wanted = null
    else if (matches(parts, name)) wanted = !isTakenBack
  }
  return wanted
}

type Part =
  /** `**` and a slash: any number of directories, also none. */
  'directories' | { readonly accepts: (character: string) => boolean; readonly min: 0 | 1; readonly isMany: boolean }

const TOKENS = /\*\*\/|\*\*|\*|\[(?!\])[^\]]*\]|[?+]|[\s\S]/gu

/** null = not understood. */
function parsePattern(pattern: string): readonly Part[] | null {
  const parts: Part[] = []
  for (const [token] of pattern.matchAll(TOKENS)) {
    if (token === '?' || token === '+') {
      const last = parts.pop()
      if (last === undefined || last === 'directories' || last.min === 0 || last.isMany) return null
      parts.push({ ...last, min: token === '?' ? 0 : 1, isMany: token === '+' })
    } else {
      const part = toPart(token)
      if (part === null) return null
      parts.push(part)
    }
  }
  return parts
}

function toPart(token: string): Part | null {
  if (token === '**/') return 'directories'
  if (token === '**') return { accepts: () => true, min: 0, isMany: true }
  if (token === '*') return { accepts: (character) => character !== '/', min: 0, isMany: true }
  if (token === '[' || token === ']' || token === '\\') return null
  if (token.length > 2 && token.startsWith('[')) return toClass(token.slice(1, -1))
  return { accepts: (character) => character === token, min: 1, isMany: false }
}

/** Letters, digits and ranges of them, as GitHub allows. */
function toClass(content: string): Part | null {
  if (!/^(?:\w-\w|[\w./])+$/.test(content)) return null
  const ranges = [...content.matchAll(/(\w)-(\w)|[\s\S]/g)].map(([one, from = one, to = one]) => [from, to] as const)
  return {
    accepts: (character) => ranges.some(([from, to]) => from <= character && character <= to),
    min: 1,
    isMany: false,
  }
}

/**
 * Where in the name the parts up to here can end, part by part: the time is their number times its length. The patterns
 * are whatever somebody wrote into a workflow file, and regular expressions made of them took time without end.
 */
function matches(parts: readonly Part[], name: string): boolean {
  const characters = [...name]
  const start = [true, ...characters.map(() => false)]
  return parts.reduce((ends, part) => advance(part, characters, ends), start).at(-1) === true
}

function advance(part: Part, characters: readonly string[], before: readonly boolean[]): boolean[] {
  if (part === 'directories') {
    let isReached = false
    return before.map((ends, index) => {
      const passes = isReached && characters[index - 1] === '/'
      isReached ||= ends
      return ends || passes
    })
  }
  const { accepts, min, isMany } = part
  let isTaking = false
  return before.map((ends, index) => {
    const character = characters[index - 1]
    isTaking = character !== undefined && accepts(character) && (before[index - 1] === true || (isMany && isTaking))
    return isTaking || (min === 0 && ends)
  })
}
