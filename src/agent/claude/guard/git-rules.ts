/** Which git commands an agent may run: everything that only adds to its own branch. The rest is done by the orchestrator. */

export type GitRules = { readonly mayRewriteHistory: boolean }

/** Why this git command line (without `git` itself) is denied, or null. */
export function judgeGit(args: readonly string[], rules: GitRules): string | null {
  const { subcommand, rest, settings } = splitGlobalOptions(args)
  const alias = settings.find((setting) => /^alias\./i.test(setting))
  if (alias !== undefined) return 'aliases on the command line hide what is run; call the git command itself'
  if (subcommand === null) return null
  return JUDGES[subcommand]?.(rest, rules) ?? null
}

const PUSHING = 'claudetm pushes and opens pull requests itself once the work is committed; commit and finish'
const REMOTES = 'the remotes belong to claudetm, which keeps the branch up to date itself'
const SETTINGS = 'the configuration of the repository must stay as it is; name and email are set for you'
const BRANCHES = 'stay on the branch you were given; claudetm makes branches and worktrees itself'
const HISTORY = 'do not rewrite commits; add another commit instead'
const LEFTOVERS = 'never discard work that is there; read it, then finish it or undo it with an edit of your own'

type Judge = (args: readonly string[], rules: GitRules) => string | null

const always =
  (why: string): Judge =>
  () =>
    why

const inConflictOnly =
  (why: string): Judge =>
  (_, { mayRewriteHistory }) =>
    mayRewriteHistory ? null : why

/** Denied unless the first argument (or its absence) only reads. */
const exceptReading =
  (why: string, reading: readonly string[], bare = true): Judge =>
  ([first]) =>
    (first === undefined ? bare : reading.includes(first)) ? null : why

const JUDGES: Readonly<Record<string, Judge>> = {
  push: always(PUSHING),
  'send-pack': always(PUSHING),
  'http-push': always(PUSHING),
  'request-pull': always(PUSHING),
  remote: exceptReading(REMOTES, ['-v', '--verbose', 'show', 'get-url']),
  pull: always(REMOTES),
  fetch: (args) =>
    args.some((arg) => /^(-f|--force|-u|--update-head-ok)$/.test(arg) || /^\+|:/.test(toRefspec(arg))) ? REMOTES : null,
  config: judgeConfig,
  credential: always(SETTINGS),
  switch: always(BRANCHES),
  worktree: exceptReading(BRANCHES, ['list'], false),
  branch: judgeBranch,
  checkout: judgeCheckout,
  restore: judgeRestore,
  reset: judgeReset,
  stash: exceptReading(LEFTOVERS, ['list', 'show'], false),
  clean: (args) => (args.some((arg) => /^(-[a-zA-Z]*n[a-zA-Z]*|--dry-run)$/.test(arg)) ? null : LEFTOVERS),
  'checkout-index': always(LEFTOVERS),
  'read-tree': always(LEFTOVERS),
  rebase: inConflictOnly(HISTORY),
  commit: (args, { mayRewriteHistory }) => (!mayRewriteHistory && takesOption(args, '--amend', 4) ? HISTORY : null),
  'filter-branch': always(HISTORY),
  'filter-repo': always(HISTORY),
  'update-ref': always(HISTORY),
  'symbolic-ref': (args) => (args.filter((arg) => !arg.startsWith('-')).length > 1 ? BRANCHES : null),
  replace: always(HISTORY),
  prune: always(HISTORY),
  reflog: (args) => (['expire', 'delete', 'drop'].includes(args[0] ?? '') ? HISTORY : null),
}

function judgeConfig(args: readonly string[]): string | null {
  const reads = args.some((arg) => /^(-l|--list|--get(-all|-regexp|-urlmatch|-color|-colorbool)?|list|get)$/.test(arg))
  const values = args.filter((arg) => !arg.startsWith('-'))
  const writes = args.some((arg) =>
    /^(--unset(-all)?|--add|--replace-all|--(rename|remove)-section|-e|--edit)$/.test(arg),
  )
  if (writes) return SETTINGS
  return reads || values.length === 1 ? null : SETTINGS
}

function judgeBranch(args: readonly string[]): string | null {
  const changes = args.some((arg) =>
    /^(-[a-zA-Z]*[dDmMcCfu][a-zA-Z]*|--(delete|move|copy|force|set-upstream-to.*|unset-upstream|edit-description))$/.test(
      arg,
    ),
  )
  const lists = args.some((arg) =>
    /^(-[alrv]+|--(list|all|remotes|show-current|contains|no-contains|merged|no-merged|points-at|format|sort|verbose)(=.*)?)$/.test(
      arg,
    ),
  )
  if (changes) return BRANCHES
  return lists || args.length === 0 ? null : BRANCHES
}

function judgeCheckout(args: readonly string[], { mayRewriteHistory }: GitRules): string | null {
  const picksSide = args.some((arg) => /^(--ours|--theirs|-m|--merge|--conflict(=.*)?)$/.test(arg))
  if (mayRewriteHistory && picksSide) return null
  const leaves = args.some((arg) => /^(-b|-B|--orphan|--detach|-t|--track)$/.test(arg))
  return leaves ? BRANCHES : `${LEFTOVERS}; ${BRANCHES}`
}

function judgeRestore(args: readonly string[], { mayRewriteHistory }: GitRules): string | null {
  const staged =
    args.some((arg) => /^(-S|--staged)$/.test(arg)) &&
    !args.some((arg) => /^(-[A-Za-z]*W[A-Za-z]*|--worktree)$/.test(arg))
  const picksSide = args.some((arg) => /^(--ours|--theirs|-m|--merge)$/.test(arg))
  return staged || (mayRewriteHistory && picksSide) ? null : LEFTOVERS
}

/** Unstaging is fine; moving the branch or touching files is not. */
function judgeReset(args: readonly string[]): string | null {
  if (args.some((arg) => /^--(hard|merge|keep)/.test(arg))) return LEFTOVERS
  const moves = args.some(
    (arg) => /^(--soft|--mixed)/.test(arg) || /^(HEAD|@)[~^@]|^[0-9a-f]{7,40}$|^(origin|upstream|refs)\//.test(arg),
  )
  return moves ? HISTORY : null
}

/** git accepts any unambiguous beginning of a long option. */
function takesOption(args: readonly string[], option: string, shortest: number): boolean {
  const end = args.indexOf('--')
  const options = end === -1 ? args : args.slice(0, end)
  return options.some((arg) => arg.length >= shortest && option.startsWith(arg))
}

/** A URL has colons too. */
function toRefspec(arg: string): string {
  return arg.startsWith('-') || /^\w+:\/\/|@.*:/.test(arg) ? '' : arg
}

const VALUE_OPTIONS: ReadonlySet<string> = new Set([
  '-C',
  '-c',
  '--git-dir',
  '--work-tree',
  '--namespace',
  '--exec-path',
  '--config-env',
  '--super-prefix',
  '--attr-source',
])

function splitGlobalOptions(args: readonly string[]): {
  subcommand: string | null
  rest: readonly string[]
  settings: string[]
} {
  const settings: string[] = []
  let index = 0
  while (index < args.length && args[index]?.startsWith('-')) {
    const option = args[index] ?? ''
    if (option === '-c' || option === '--config-env') settings.push(args[index + 1] ?? '')
    index += VALUE_OPTIONS.has(option) ? 2 : 1
  }
  return { subcommand: args[index] ?? null, rest: args.slice(index + 1), settings }
}
