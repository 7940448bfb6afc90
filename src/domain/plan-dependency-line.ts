/** `PR 1, PR 3 <!-- 1=g1 3=g3 -->`: what the numbers mean. */
import type { GroupId } from './ids.ts'
import type { ParsedDependency } from './plan-parsed.ts'

type Heading = { readonly id: GroupId | null; readonly number: number | null }

export function parseDependencies(text: string, headings: readonly Heading[]): readonly ParsedDependency[] {
  const meaning = new Map(
    [...text.matchAll(/(\d+)=(g\d+)/g)].map((match) => [Number(match[1]), match[2] as GroupId] as const),
  )
  const shown = text.replace(/<!--.*?-->/g, '').replace(/\(.*?\)/g, ' ')
  const named = [...shown.matchAll(/(?<!\w)(?:(g\d+)|(\d+))(?!\w)/gi)]
  if (named.length === 0) return unreadable(shown.trim())
  return named.map(([word, id, number]) =>
    id === undefined ? byNumber(Number(number), meaning, headings) : byId(word.toLowerCase() as GroupId, headings),
  )
}

function byId(id: GroupId, headings: readonly Heading[]): ParsedDependency {
  return { label: id, index: indexOf(headings, (heading) => heading.id === id), id }
}

/** What the number meant when the file was written comes first: headings may have been moved and renumbered since. */
function byNumber(
  number: number,
  meaning: ReadonlyMap<number, GroupId>,
  headings: readonly Heading[],
): ParsedDependency {
  const label = `PR ${number}`
  const id = meaning.get(number) ?? null
  const known = id === null ? null : indexOf(headings, (heading) => heading.id === id)
  if (known !== null) return { label, index: known, id }
  const index = indexOf(headings, (heading) => heading.number === number)
  return { label, index: index ?? null, id: index === null ? id : (headings[index]?.id ?? null) }
}

function unreadable(text: string): readonly ParsedDependency[] {
  const isNothing = /^(|-|–|—|none|nothing|no one|n\/a)\.?$/i.test(text)
  return isNothing ? [] : [{ label: `"${text}"`, index: null, id: null }]
}

function indexOf(headings: readonly Heading[], matches: (heading: Heading) => boolean): number | null {
  const index = headings.findIndex(matches)
  return index === -1 ? null : index
}
