/**
 * Splits a shell command line into the simple commands it would run, well enough to judge them: quotes, operators,
 * substitutions, here-documents. Not a shell: nothing is expanded, and what is computed at run time is not seen.
 */

/** Words of one simple command, quotes removed, assignments and redirections left out. */
export type SimpleCommand = readonly string[]

export function parseShellCommands(text: string, depth = 0): SimpleCommand[] {
  if (depth > MAX_DEPTH) throw new Error('substitutions are nested too deep')
  const reader = createReader(text, depth)
  while (!reader.done()) readNext(reader)
  reader.endCommand()
  return reader.commands
}

/** Deeper than anybody writes; each level reads the rest of the text again. */
const MAX_DEPTH = 30

type HereDocument = { readonly delimiter: string; readonly stripTabs: boolean }

type Reader = {
  readonly commands: SimpleCommand[]
  done(): boolean
  rest(): string
  take(count: number): string
  inWord(): boolean
  /** Adds to the word being read; an empty string makes an empty word. */
  add(text: string): void
  /** Commands inside a substitution. */
  nest(text: string): void
  endWord(): void
  endCommand(): void
  expectHereDocument(document: HereDocument): void
  /** Called at the end of a line: what follows is their text, not commands. */
  skipHereDocuments(): void
}

function createReader(text: string, depth: number): Reader {
  const commands: SimpleCommand[] = []
  let position = 0
  let words: string[] = []
  let word: string | null = null
  let awaited: HereDocument[] = []
  const reader: Reader = {
    commands,
    done: () => position >= text.length,
    rest: () => text.slice(position),
    take(count) {
      const taken = text.slice(position, position + count)
      position += count
      return taken
    },
    inWord: () => word !== null,
    add(piece) {
      word = (word ?? '') + piece
    },
    nest(inner) {
      for (const command of parseShellCommands(inner, depth + 1)) commands.push(command)
    },
    endWord() {
      if (word !== null) words.push(word)
      word = null
    },
    endCommand() {
      reader.endWord()
      const command = dropPrefix(words)
      if (command.length > 0) commands.push(command)
      words = []
    },
    expectHereDocument(document) {
      awaited.push(document)
    },
    skipHereDocuments() {
      for (const document of awaited) {
        const { body, length } = toHereDocument(text.slice(position), document)
        position += length
        if (SHELLS.has(toProgram(commands.at(-1)))) reader.nest(body)
      }
      awaited = []
    },
  }
  return reader
}

function toHereDocument(text: string, { delimiter, stripTabs }: HereDocument): { body: string; length: number } {
  const lines = text.split('\n')
  const end = lines.findIndex((line) => (stripTabs ? line.replace(/^\t+/, '') : line) === delimiter)
  if (end === -1) return { body: text, length: text.length }
  return { body: lines.slice(0, end).join('\n'), length: lines.slice(0, end + 1).join('\n').length + 1 }
}

/** Programs that run what they read. */
export const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'zsh', 'ksh', 'ash', 'fish'])

/** `/usr/bin/git` is git. */
export function toProgram(command: SimpleCommand | undefined): string {
  return command?.[0]?.split('/').at(-1) ?? ''
}

/** Words of the shell itself that a command may stand behind. */
const KEYWORDS: ReadonlySet<string> = new Set([
  'if',
  'then',
  'else',
  'elif',
  'while',
  'until',
  'do',
  '!',
  '{',
  '}',
  'time',
])

function dropPrefix(words: readonly string[]): SimpleCommand {
  const start = words.findIndex((word) => !KEYWORDS.has(word) && !/^[A-Za-z_]\w*\+?=/.test(word))
  return start === -1 ? [] : words.slice(start)
}

function readNext(reader: Reader): void {
  const rest = reader.rest()
  const found = RULES.find(([pattern]) => pattern.test(rest))
  const match = found?.[0].exec(rest)
  if (found === undefined || match === null || match === undefined) reader.add(reader.take(1))
  else found[1](reader, match)
}

type Rule = readonly [pattern: RegExp, read: (reader: Reader, match: RegExpExecArray) => void]

/** Tried in order at the present position; anything else belongs to the word. */
const RULES: readonly Rule[] = [
  [/^[\w./:=@%+,~^-]+(?![<>])/, (reader, match) => reader.add(reader.take(match[0].length))],
  [/^\\\n/, (reader, match) => void reader.take(match[0].length)],
  [/^\\([\s\S])/, (reader, match) => reader.add(reader.take(match[0].length).slice(1))],
  [/^\$'((?:\\[\s\S]|[^'\\])*)'/, (reader, match) => addMatch(reader, match, decodeEscapes(match[1] ?? ''))],
  [/^'([^']*)'/, (reader, match) => addMatch(reader, match, match[1] ?? '')],
  [/^\$?"/, readDoubleQuotes],
  [/^(?:\$|<|>)\(/, (reader) => readSubstitution(reader, 2)],
  [/^`((?:\\[\s\S]|[^`\\])*)`/, readBackticks],
  [/^<<(-?)\s*(['"]?)([^\s'";&|<>()]+)\2/, readHereDocument],
  [/^(?:&>>?|\d*(?:>>|>\||[<>]&|<<<|<>|>|<))[ \t]*/, readRedirection],
  [/^#[^\n]*/, readHash],
  [/^\n/, readLineEnd],
  [/^(?:&&|\|\||\|&|;;&?|[;&|()])/, readOperator],
  [/^[ \t\r]+/, (reader, match) => endWordAt(reader, match)],
]

/** `$'\\x67it'` is git. */
function decodeEscapes(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|([\s\S]))/g,
    (_, hex, short, long, octal, other) => {
      if (other !== undefined) return LETTERS[other] ?? other
      const code = octal === undefined ? Number.parseInt(hex ?? short ?? long, 16) : Number.parseInt(octal, 8)
      return code > 0x10ffff ? '' : String.fromCodePoint(code)
    },
  )
}

const LETTERS: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\u0007', e: '\u001b' }

function addMatch(reader: Reader, match: RegExpExecArray, text: string): void {
  reader.take(match[0].length)
  reader.add(text)
}

function endWordAt(reader: Reader, match: RegExpExecArray): void {
  reader.take(match[0].length)
  reader.endWord()
}

function readDoubleQuotes(reader: Reader, match: RegExpExecArray): void {
  reader.take(match[0].length)
  reader.add('')
  while (!reader.done() && !reader.rest().startsWith('"')) {
    const rest = reader.rest()
    const ticks = /^`((?:\\[\s\S]|[^`\\])*)`/.exec(rest)
    if (rest.startsWith('$(')) readSubstitution(reader, 2)
    else if (ticks !== null) readBackticks(reader, ticks)
    else if (rest.startsWith('\\')) reader.add(reader.take(2).slice(1))
    else reader.add(reader.take(1))
  }
  reader.take(1)
}

function readSubstitution(reader: Reader, opening: number): void {
  reader.take(opening)
  const inner = toBalanced(reader.rest())
  reader.take(inner.length + 1)
  reader.nest(inner)
  reader.add('$()')
}

function readBackticks(reader: Reader, match: RegExpExecArray): void {
  reader.take(match[0].length)
  reader.nest((match[1] ?? '').replace(/\\([`\\$])/g, '$1'))
  reader.add('$()')
}

/** Up to the parenthesis that closes it, seen from inside; quotes hide parentheses, here-documents hide both. */
function toBalanced(text: string): string {
  let depth = 0
  let index = 0
  while (index < text.length) {
    const rest = text.slice(index)
    const skipped =
      /^(?:\\[\s\S]|'[^']*'|"(?:\\[\s\S]|\$\([^()"]*\)|\$(?!\()|[^"\\$])*")/.exec(rest)?.[0] ?? hereDocumentIn(rest)
    if (skipped !== null) {
      index += skipped.length
      continue
    }
    if (text[index] === '(') depth += 1
    if (text[index] === ')') {
      if (depth === 0) break
      depth -= 1
    }
    index += 1
  }
  return text.slice(0, index)
}

function hereDocumentIn(text: string): string | null {
  return /^<<-?\s*(['"]?)([^\s'";&|<>()]+)\1[^\n]*\n(?:[\s\S]*?\n)??[\t]*\2(?=\n|$)/.exec(text)?.[0] ?? null
}

function readHereDocument(reader: Reader, match: RegExpExecArray): void {
  reader.take(match[0].length)
  reader.endWord()
  reader.expectHereDocument({ delimiter: match[3] ?? '', stripTabs: match[1] === '-' })
}

/** The target is read as a word of its own and dropped. */
function readRedirection(reader: Reader, match: RegExpExecArray): void {
  reader.take(match[0].length)
  reader.endWord()
  const target = /^(?:'[^']*'|"(?:\\[\s\S]|[^"\\])*"|\\[\s\S]|[^\s'";&|<>()`$\\])+/.exec(reader.rest())
  if (target !== null) reader.take(target[0].length)
}

function readLineEnd(reader: Reader): void {
  reader.take(1)
  reader.endCommand()
  reader.skipHereDocuments()
}

function readOperator(reader: Reader, match: RegExpExecArray): void {
  reader.take(match[0].length)
  reader.endCommand()
}

/** A comment only where a word could begin. */
function readHash(reader: Reader, match: RegExpExecArray): void {
  if (reader.inWord()) reader.add(reader.take(1))
  else reader.take(match[0].length)
}
