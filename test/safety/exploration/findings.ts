/** What a bench found wrong: each kind once, with how often and an example, so that a broken rule does not print a book. */

const SHOWN = 30

export type Findings = {
  add(text: string, example?: () => unknown): void
  list(): readonly string[]
}

export function createFindings(): Findings {
  const found = new Map<string, { count: number; example: string }>()
  return {
    add(text, example) {
      const known = found.get(text)
      if (known !== undefined) known.count += 1
      else found.set(text, { count: 1, example: example === undefined ? '' : `, e.g. ${JSON.stringify(example())}` })
    },
    list: () => [...found].slice(0, SHOWN).map(([text, { count, example }]) => `${text} (${count} times${example})`),
  }
}
