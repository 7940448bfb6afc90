/** Where checks are configured, and what loosens them there. Tables. */

export type CheckConfig = {
  readonly family: string
  readonly files: RegExp
  /** Holds much else besides: its being deleted says nothing about checks. */
  readonly isShared: boolean
}

const own = (family: string, files: RegExp): CheckConfig => ({ family, files, isShared: false })
const shared = (family: string, files: RegExp): CheckConfig => ({ family, files, isShared: true })

export const CHECK_CONFIGS: readonly CheckConfig[] = [
  own(
    'a JavaScript linter',
    /(?:^|\/)(?:\.eslintrc[^/]*|eslint\.config\.\w+|biome\.jsonc?|\.oxlintrc\.json|tslint\.json|\.eslintignore|\.xo-config[^/]*|\.stylelintrc[^/]*)$/,
  ),
  own('TypeScript', /(?:^|\/)(?:tsconfig|jsconfig)[^/]*\.json$/),
  own(
    'the test runner',
    /(?:^|\/)(?:(?:jest|vitest|vite|playwright|cypress|karma|ava|wdio)\.config[^/]*|\.mocharc[^/]*|pytest\.ini|conftest\.py|phpunit\.xml[^/]*|\.rspec)$/,
  ),
  own(
    'coverage',
    /(?:^|\/)(?:\.nycrc[^/]*|\.c8rc[^/]*|\.?codecov\.ya?ml|\.coveragerc|\.simplecov|jacoco[^/]*\.(?:xml|gradle)|\.coveralls\.ya?ml)$/,
  ),
  own(
    'a Python checker',
    /(?:^|\/)(?:\.?mypy\.ini|\.?ruff\.toml|\.flake8|\.pylintrc|pylintrc|pyrightconfig\.json|\.bandit)$/,
  ),
  own('a Go linter', /(?:^|\/)\.golangci\.(?:ya?ml|toml|json)$/),
  own('a Rust linter', /(?:^|\/)\.?(?:clippy|deny)\.toml$/),
  own('a Ruby linter', /(?:^|\/)\.rubocop[^/]*\.yml$/),
  own('a PHP checker', /(?:^|\/)(?:phpstan|psalm|phpcs)[^/]*\.(?:neon|xml|dist)$/),
  own('a JVM checker', /(?:^|\/)(?:detekt|checkstyle|pmd|spotbugs)[^/]*\.(?:ya?ml|xml)$/),
  own(
    'a quality gate',
    /(?:^|\/)(?:sonar-project\.properties|\.pre-commit-config\.ya?ml|lefthook\.ya?ml|knip\.json|\.dependency-cruiser\.\w+|\.semgrepignore|\.editorconfig-checker\.json)$/,
  ),
  shared(
    'the project',
    /(?:^|\/)(?:package\.json|pyproject\.toml|setup\.cfg|tox\.ini|noxfile\.py|Cargo\.toml|Makefile|makefile|justfile|Taskfile\.ya?ml|composer\.json|Rakefile|build\.gradle(?:\.kts)?|pom\.xml|deno\.jsonc?)$/,
  ),
  shared('a hook', /(?:^|\/)\.(?:husky|githooks)\/[^/]+$/),
  shared('a script', /(?:^|\/)(?:scripts?|bin|ci|tools)\/[^/]+\.(?:sh|bash)$/),
]

export type Loosening = { readonly where: 'ci' | 'config' | 'both'; readonly pattern: RegExp; readonly what: string }

export const LOOSENINGS: readonly Loosening[] = [
  { where: 'ci', pattern: /\bcontinue-on-error:\s*(?:true|\$)/, what: 'a failing step counts as passed' },
  {
    where: 'ci',
    pattern: /\ballow_failure:\s*(?:true|$)|\bcontinueOnError:\s*true|\ballow_failures:|\bsoft_fail:\s*true/,
    what: 'a failing job counts as passed',
  },
  {
    where: 'ci',
    pattern: /^\s*if:\s*(?:\$\{\{\s*)?(?:false|0)\b|^\s*when:\s*(?:never|manual)\b/,
    what: 'a job or step does not run any more',
  },
  {
    where: 'ci',
    pattern: /\bpaths-ignore:|\bbranches-ignore:|\bfail_ci_if_error:\s*false/,
    what: 'CI leaves something out',
  },
  {
    where: 'both',
    pattern: /\|\|\s*(?:true|:|exit\s+0|echo\b)|;\s*(?:true|exit\s+0)\s*["']?,?\s*$|\bset\s+\+e\b/,
    what: 'a failure is swallowed',
  },
  {
    where: 'both',
    pattern: /--no-verify\b|\bHUSKY(?:_SKIP_HOOKS)?\s*[=:]\s*["']?[01]|\bSKIP=\w|--skip-hooks/,
    what: 'hooks are skipped',
  },
  {
    where: 'both',
    pattern:
      /--pass-?with-?no-?tests|\bpassWithNoTests\b["']?\s*:\s*true|--exit-zero|--allow-empty|--no-fail|--ignore-errors|-DskipTests|-Dmaven\.test\.skip|\b-x\s+test\b|--no-strict/i,
    what: 'a check passes without proving anything',
  },
  {
    where: 'both',
    pattern:
      /--(?:ignore|deselect|exclude|testPathIgnorePatterns|skip)(?:-\w+)*[= ]["']?[\w./*-]*test|\b-k\s+["']?not\b/i,
    what: 'tests are left out',
  },
  {
    where: 'config',
    pattern: /^\s*["']?[@\w/-]+["']?\s*:\s*\[?\s*(?:["']off["']|off\b|0\s*[,\]}]?\s*$)/,
    what: 'a rule is switched off',
  },
  {
    where: 'config',
    pattern:
      /["'](?:enabled|recommended|all)["']?\s*:\s*false|^\s*Enabled:\s*false|^\s*(?:enabled|checkAllWarnings)\s*[=:]\s*false/,
    what: 'a check is switched off',
  },
  {
    where: 'config',
    pattern:
      /["']?(?:strict\w*|no[A-Z]\w+|exactOptionalPropertyTypes|alwaysStrict|use[A-Z]\w+InCatchVariables|isolatedModules|checkJs)["']?\s*:\s*false/,
    what: 'the compiler checks less',
  },
  {
    where: 'config',
    pattern:
      /["']?(?:skipLibCheck|skipDefaultLibCheck|allowUnreachableCode|allowUnusedLabels|suppressImplicitAnyIndexErrors|noEmitOnError\s*["']?\s*:\s*false)["']?\s*:\s*true/,
    what: 'the compiler checks less',
  },
  {
    where: 'config',
    pattern:
      /^\s*(?:strict|warn_\w+|disallow_\w+|check_untyped_defs|no_implicit_optional|strict_\w+)\s*=\s*(?:false|no|0)\b/i,
    what: 'types are checked less',
  },
  {
    where: 'config',
    pattern:
      /^\s*(?:ignore_errors|ignore_missing_imports|allow_untyped_\w+|exit[-_]zero|ignore_failures|ignoreFailures|failOnViolation\s*=\s*false|abortOnError\s*=\s*false|isIgnoreFailures)\s*=\s*(?:true|yes|1)\b/i,
    what: 'a check ignores what it finds',
  },
  {
    where: 'config',
    pattern:
      /["']?(?:testPathIgnorePatterns|coveragePathIgnorePatterns|modulePathIgnorePatterns|exclude|excludes|ignorePatterns|ignores|ignore|omit|extend-ignore|extend-exclude|per-file-ignores|lint\.ignore|disable|exclude-rules|exclude-dirs|skipFiles|extend_ignore|ignore-paths|testIgnore)["']?\s*[:=]/,
    what: 'something more may be left out',
  },
  {
    where: 'config',
    pattern:
      /^\s*["'](?:pre)?(?:test|lint|check|typecheck|type-check|coverage)(?::[\w:-]+)?["']\s*:\s*["'](?:echo\b|true\b|exit 0|:)[^"']*["']/,
    what: 'a check of the project does nothing',
  },
  { where: 'config', pattern: /^\s*\w+\s*=\s*["']allow["']|\blevel\s*=\s*["']allow["']/, what: 'a lint is allowed' },
]

export type ThresholdRow = { readonly pattern: RegExp; readonly better: 'higher' | 'lower' }

/** Name in the first group, number in the second. */
export const THRESHOLDS: readonly ThresholdRow[] = [
  {
    better: 'higher',
    pattern:
      /\b(branches|functions|lines|statements|fail[-_]under|cov-fail-under|minimum|min_?coverage|threshold|break|low|high|target|minimum_coverage|coverageThreshold|perFile)\b["']?\s*[:= ]\s*["']?-?(\d+(?:\.\d+)?)\s*%?/i,
  },
  {
    better: 'lower',
    pattern:
      /\b(max-warnings|maxWarnings|max-errors|tolerance|maxIssues|error-threshold|max-violations|retries|flaky-retries)\b["']?\s*[:= ]\s*["']?(\d+)/i,
  },
]
