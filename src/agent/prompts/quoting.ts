/** Text from outside reaches an agent only quoted and attributed; it can never close its own quotation. */

const ENTITIES: Readonly<Record<string, string>> = { '<': '‹', '>': '›' }

export function quote(source: string, text: string, maxChars = 12_000): string {
  const bounded =
    text.length > maxChars
      ? `[… the first ${text.length - maxChars} characters are left out]\n${text.slice(-maxChars)}`
      : text
  const inert = bounded.replace(/<(?=\/?\s*quoted)|(?<=quoted)\s*>/gi, (mark) => ENTITIES[mark.trim()] ?? mark)
  return `<quoted source=${JSON.stringify(source)}>\n${inert.trimEnd()}\n</quoted>`
}

export function list(items: readonly string[], max = 40): string {
  const shown = items.slice(0, max).map((item) => `- ${item}`)
  return items.length > max ? [...shown, `- … and ${items.length - max} more`].join('\n') : shown.join('\n')
}

export function section(title: string, body: string | null): string | null {
  return body === null || body.trim() === '' ? null : `## ${title}\n${body.trim()}`
}

export function joinSections(sections: readonly (string | null)[]): string {
  return sections.filter((part) => part !== null).join('\n\n')
}
