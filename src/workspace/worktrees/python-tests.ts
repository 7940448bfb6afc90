/** Finds the test files of a Python project: a walk with bounds, since trees may be of any size and depth. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export type PythonTests = {
  readonly found: boolean
  /** Functions outside of classes, fixtures: what only pytest runs. */
  readonly needPytest: boolean
}

const MAX_DEPTH = 6
const MAX_DIRECTORIES = 1_000
const READ_FILES = 10

const IS_TEST = /^(test_.*|.*_test|tests)\.py$/
const SKIPPED = /^(\..*|node_modules|venv|env|vendor|build|dist|target|site-packages|__pycache__)$/
const PYTEST_STYLE = /^(import pytest|from pytest|(async )?def test_)/m

export async function findPythonTests(root: string): Promise<PythonTests> {
  const files: string[] = []
  let level = [root]
  for (let depth = 0, visited = 0; depth < MAX_DEPTH && level.length > 0 && files.length < READ_FILES; depth += 1) {
    const next: string[] = []
    for (const directory of level.slice(0, MAX_DIRECTORIES - visited)) {
      for (const entry of await readdir(directory, { withFileTypes: true }).catch(() => [])) {
        const path = join(directory, entry.name)
        if (entry.isFile() && IS_TEST.test(entry.name)) files.push(path)
        if (entry.isDirectory() && !SKIPPED.test(entry.name)) next.push(path)
      }
    }
    visited += level.length
    level = next.sort()
  }
  const texts = await Promise.all(
    files
      .sort()
      .slice(0, READ_FILES)
      .map((file) => readFile(file, 'utf8').catch(() => '')),
  )
  return { found: files.length > 0, needPytest: texts.some((text) => PYTEST_STYLE.test(text)) }
}
