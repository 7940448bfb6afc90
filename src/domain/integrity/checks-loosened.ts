/** CI, lint, type-check and coverage configuration that lets more pass than before. */
import type { Changes, FileChange } from './changes.ts'
import { CHECK_CONFIGS, type CheckConfig, LOOSENINGS, THRESHOLDS } from './check-configs.ts'
import { isCiFile } from './ci-changed.ts'
import { type ChangedLine, matching, netLines } from './net-lines.ts'
import { isGone, type Sighting, sightFile, sightLine } from './sighting.ts'

export function findLoosenedChecks({ files }: Changes): readonly Sighting[] {
  const configs = files.filter((file) => isCiFile(file.path) || configOf(file.path) !== null)
  const gone = familiesOf(configs.filter(isGone))
  return [
    ...configs.flatMap((file) => loosenedLines(file, gone)),
    ...configs.flatMap(movedThresholds),
    ...lostCiSteps(configs),
    ...lostConfigs(configs),
  ]
}

function configOf(path: string): CheckConfig | null {
  return CHECK_CONFIGS.find((config) => config.files.test(path)) ?? null
}

type Families = ReadonlySet<string | undefined>

function familiesOf(files: readonly FileChange[]): Families {
  return new Set(files.map((file) => configOf(file.path)?.family))
}

function loosenedLines(file: FileChange, gone: Families): readonly Sighting[] {
  const isCi = isCiFile(file.path)
  if (!isCi && isFirst(file, gone)) return []
  const rows = LOOSENINGS.filter(({ where }) => (isCi ? where === 'ci' : where === 'config') || where === 'both')
  return rows.flatMap(({ pattern, what }) => {
    const { added } = netLines(
      [file],
      matching(() => pattern),
    )
    return added.map((line) => sightLine(line, `${what}: ${line.key}`))
  })
}

/** Where nothing was checked before, whatever a new configuration says is more. */
function isFirst(file: FileChange, gone: Families): boolean {
  return file.before === 'absent' && !gone.has(configOf(file.path)?.family)
}

type Threshold = { readonly key: string; readonly value: number; readonly line: ChangedLine }

/** Floors that sank, ceilings that rose, and either one gone. */
function movedThresholds(file: FileChange): readonly Sighting[] {
  return THRESHOLDS.flatMap(({ pattern, better }) => {
    const { removed, added } = netLines(
      [file],
      matching(() => pattern),
    )
    const now = new Map(added.flatMap((line) => toThreshold(line, pattern)).map((found) => [found.key, found]))
    return removed
      .flatMap((line) => toThreshold(line, pattern))
      .flatMap(({ key, value, line }) => {
        const after = now.get(key)
        if (after === undefined) return isGone(file) ? [] : [sightLine(line, `the limit ${key} (${value}) is gone`)]
        const isLooser = better === 'higher' ? after.value < value : after.value > value
        return isLooser ? [sightLine(after.line, `the limit ${key} went from ${value} to ${after.value}`)] : []
      })
  })
}

function toThreshold(line: ChangedLine, pattern: RegExp): Threshold[] {
  const [, key, value] = pattern.exec(line.text) ?? []
  return key === undefined || value === undefined ? [] : [{ key, value: Number(value), line }]
}

const CHECK_WORDS =
  /\b(?:tests?|lint|check|type-?check|tsc|coverage|vitest|jest|mocha|pytest|tox|nox|ruff|mypy|pyright|flake8|eslint|biome|clippy|vet|golangci-lint|rubocop|rspec|phpunit|phpstan|gradle|mvn|audit|codeql|semgrep|trivy)\b/i
const CI_STEP = /^\s*(?:-\s+)?(?:run|script|uses|command|cmd|sh|-)\s*:?\s/

/** A step that checks something runs nowhere in CI any more. */
function lostCiSteps(files: readonly FileChange[]): readonly Sighting[] {
  const { removed, added } = netLines(
    files.filter((file) => isCiFile(file.path)),
    (lines, index) => {
      const text = lines[index] ?? ''
      return CI_STEP.test(text) && CHECK_WORDS.test(text) ? text.replace(/^[\s-]+/, '').trim() : null
    },
  )
  const replaced = new Set(added.map((line) => line.hunk))
  return removed
    .filter((line) => !replaced.has(line.hunk))
    .map((line) => ({ ...sightLine(line, `a step of CI is gone: ${line.key}`), line: line.hunk.newStart }))
}

/** Without a successor of the same family. */
function lostConfigs(configs: readonly FileChange[]): readonly Sighting[] {
  const left = familiesOf(configs.filter((file) => !isGone(file)))
  return configs.filter(isGone).flatMap((file) => {
    const config = configOf(file.path)
    if (config === null || config.isShared || left.has(config.family)) return []
    return [sightFile(file, `the configuration of ${config.family} is deleted`)]
  })
}
