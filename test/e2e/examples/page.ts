/** The commands of docs/examples.md, as a reader would type them, and what the page says that they print. */

export type PageCommand = {
  /** One or more lines of shell. */
  readonly shell: string
  readonly exitCode: number
  /** Lines that have to be printed in this order; `…` stands for anything. */
  readonly prints: readonly string[]
}

export type PageExample = { readonly title: string; readonly commands: readonly PageCommand[] }

const FENCE = /^```console\n(.*?)^```$/gms

export function readExamples(page: string): readonly PageExample[] {
  return page
    .split(/^## (?=\d+\. )/m)
    .slice(1)
    .map((section) => ({
      title: section.slice(0, section.indexOf('\n')),
      commands: [...section.matchAll(FENCE)].flatMap(([, block = '']) => readCommands(block)),
    }))
}

/** `$ ` begins a command, `> ` continues it, everything else is what it prints. */
function readCommands(block: string): readonly PageCommand[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const [first = '', ...rest] = text.trimEnd().split('\n')
      const more = rest.filter((line) => line.startsWith('> ')).map((line) => line.slice(2))
      const shell = [first, ...more].join('\n')
      return {
        shell,
        exitCode: Number(/# exit code (\d+)$/m.exec(shell)?.[1] ?? 0),
        prints: rest.filter((line) => !line.startsWith('> ') && !/^…?$/.test(line.trim())),
      }
    })
}

/** The first line that was to come and did not; null = all came. */
export function findMissing(prints: readonly string[], output: string): string | null {
  const lines = output.split('\n')
  let from = 0
  for (const wanted of prints) {
    const pattern = new RegExp(`^${wanted.trimEnd().split('…').map(escapeRegExp).join('.*')}\\s*$`)
    const at = lines.findIndex((line, index) => index >= from && pattern.test(line))
    if (at < 0) return wanted
    from = at + 1
  }
  return null
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
