/** `claudetm config init`, `show`, `path` */
import { toPlainText } from '../../lib/plain-text.ts'
import type { CliParts } from '../parts.ts'
import { printJson, printLines, printTable } from '../print.ts'

export async function initConfig(parts: CliParts, options: { force: boolean }): Promise<number> {
  const { path } = await parts.initConfig(options)
  printLines(parts, [`Wrote ${path}. Every key in it is unset: what is in force is in: claudetm config show`])
  return 0
}

export async function showConfig(parts: CliParts, options: { showSecrets: boolean; json?: true }): Promise<number> {
  const view = await parts.showConfig(options)
  if (options.json === true) {
    printJson(parts, view)
    return 0
  }
  const rows = [...leaves(view.config, '')].map(([path, value]) => [path, view.sources[path] ?? 'default', value])
  await printTable(parts, { head: ['Key', 'From', 'Value'], rows })
  printLines(
    parts,
    view.warnings.map((warning) => `Warning: ${toPlainText(warning, { singleLine: true })}`),
  )
  return 0
}

export async function showConfigPaths(parts: CliParts, options: { json?: true }): Promise<number> {
  const paths = await parts.configPaths()
  if (options.json === true) printJson(parts, paths)
  else await printTable(parts, { head: ['For', 'There', 'Path'], rows: paths.map(toPathRow) })
  return 0
}

function toPathRow({ kind, exists, path }: { kind: string; exists: boolean; path: string }): readonly string[] {
  return [kind, exists ? 'yes' : 'no', path]
}

/** One line for each setting; a list is one setting. */
function* leaves(value: unknown, path: string): Generator<readonly [string, string]> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    yield [path, typeof value === 'string' ? value : JSON.stringify(value)]
    return
  }
  for (const [key, inner] of Object.entries(value)) yield* leaves(inner, path === '' ? key : `${path}.${key}`)
}
