/** Judges a shell command line by every command it would run, also behind wrappers such as `env`, `xargs` or `bash -c`. */
import { type GitRules, judgeGit } from './git-rules.ts'
import { parseShellCommands, SHELLS, type SimpleCommand, toProgram } from './shell-commands.ts'

/** Why the command line is denied, or null. */
export function judgeCommandLine(text: string, rules: GitRules, depth = 0): string | null {
  if (depth > MAX_DEPTH) return 'commands nested this deep cannot be checked; write them plainly'
  return firstReason(parseShellCommands(text), (command) => judgeCommand(command, rules, depth))
}

const MAX_DEPTH = 8

const FORGE = 'pull requests, issues and releases are claudetm’s business; commit and finish, it takes it from there'
const FORGE_PROGRAMS: ReadonlySet<string> = new Set(['gh', 'glab', 'hub', 'tea'])

function judgeCommand(command: SimpleCommand, rules: GitRules, depth: number): string | null {
  const program = toProgram(command)
  const args = command.slice(1)
  if (program === 'git') return judgeGit(args, rules)
  if (program.startsWith('git-')) return judgeGit([program.slice(4), ...args], rules)
  if (FORGE_PROGRAMS.has(program)) return FORGE
  if (program === 'eval') return judgeCommandLine(args.join(' '), rules, depth + 1)
  if (SHELLS.has(program)) return judgeShell(args, rules, depth)
  if (program === 'find') return firstReason(toFindCommands(args), (inner) => judgeCommand(inner, rules, depth + 1))
  const wrapped = unwrap(program, args)
  return wrapped.length === 0 || depth > MAX_DEPTH ? null : judgeCommand(wrapped, rules, depth + 1)
}

/** `bash -lc 'text'`: the text is the first word after the options. */
function judgeShell(args: readonly string[], rules: GitRules, depth: number): string | null {
  const flag = args.findIndex((arg) => /^-[a-zA-Z]*c[a-zA-Z]*$/.test(arg))
  if (flag === -1) return null
  const text = args.slice(flag + 1).find((arg) => !arg.startsWith('-'))
  return text === undefined ? null : judgeCommandLine(text, rules, depth + 1)
}

/** Programs that run the rest of their command line, and the options of theirs that take a value of their own. */
const WRAPPERS: Readonly<Record<string, readonly string[]>> = {
  env: ['-u', '--unset', '-C', '--chdir'],
  command: [],
  builtin: [],
  exec: ['-a'],
  nohup: [],
  setsid: [],
  nice: ['-n', '--adjustment'],
  ionice: ['-c', '-n'],
  stdbuf: ['-i', '-o', '-e'],
  timeout: ['-k', '--kill-after', '-s', '--signal'],
  time: ['-f', '--format', '-o', '--output'],
  sudo: ['-u', '--user', '-g', '--group'],
  doas: ['-u'],
  xargs: [
    '-I',
    '-i',
    '-n',
    '-P',
    '-L',
    '-l',
    '-d',
    '-s',
    '-a',
    '-E',
    '--max-args',
    '--max-procs',
    '--replace',
    '--delimiter',
  ],
  watch: ['-n', '--interval'],
  busybox: [],
  parallel: ['-j', '--jobs'],
}

function unwrap(program: string, args: readonly string[]): SimpleCommand {
  const valueOptions = WRAPPERS[program]
  if (valueOptions === undefined) return []
  let index = 0
  while (index < args.length) {
    const arg = args[index] ?? ''
    if (valueOptions.includes(arg)) index += 2
    else if (
      arg.startsWith('-') ||
      /^[A-Za-z_]\w*=/.test(arg) ||
      (program === 'timeout' && /^[\d.]+[smhd]?$/.test(arg))
    )
      index += 1
    else break
  }
  return args.slice(index)
}

function toFindCommands(args: readonly string[]): SimpleCommand[] {
  return args.flatMap((arg, index) => (/^-(exec|execdir|ok|okdir)$/.test(arg) ? [args.slice(index + 1)] : []))
}

function firstReason<T>(items: readonly T[], judge: (item: T) => string | null): string | null {
  for (const item of items) {
    const reason = judge(item)
    if (reason !== null) return reason
  }
  return null
}
