/** CI, lint, type-check and coverage configuration that lets more pass than before. */
import type { Changes, FileChange } from './changes.ts'
import { CHECK_CONFIGS, type CheckConfig, LOOSENINGS, THRESHOLDS } from './check-configs.ts'
import { isCiFile } from './ci-changed.ts'
import { type ChangedLine, matching, netLines } from './net-lines.ts'
import { isGone, type Sighting, sightFile } from './sighting.ts'

export function findLoosenedChecks({ files }: Changes): readonly Sighting[] {
  const configs = files.filter((file) => isCiFile(file.path) || configOf(file.path) !== null)
  return [
    ...configs.flatMap((file) => loosenedLines(file, files)),
    ...configs.flatMap(movedThresholds),
    ...lostCiSteps(files),
    ...lostConfigs(files),
  ]
}

function configOf(path: string): CheckConfig | null {
  return CHECK_CONFIGS.find((config) => config.files.test(path)) ?? null
}

function loosenedLines(file: FileChange, files: readonly FileChange[]): readonly Sighting[] {
  const isCi = isCiFile(file.path)
  if (!isCi && isFirst(file, files)) return []
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
function isFirst(file: FileChange, files: readonly FileChange[]): boolean {
  const family = configOf(file.path)?.family
  return file.before === 'absent' && !files.some((other) => isGone(other) && configOf(other.path)?.family === family)
}

function sightLine({ file, hunk, number, key }: ChangedLine, what: string): Sighting {
  return { ...sightFile({ ...file, hunks: [hunk] }, what.slice(0, 240)), line: number, key }
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
function lostConfigs(files: readonly FileChange[]): readonly Sighting[] {
  return files.flatMap((file) => {
    const config = isGone(file) ? configOf(file.path) : null
    if (config === null || config.isShared) return []
    const successor = files.some((other) => !isGone(other) && configOf(other.path)?.family === config.family)
    return successor ? [] : [sightFile(file, `the configuration of ${config.family} is deleted`)]
  })
}
