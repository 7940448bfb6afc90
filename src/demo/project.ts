/** The small real project of the demonstration: a repository with a bare origin, in a directory of its own. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Git } from '../workspace/git.ts'

const FILES: Readonly<Record<string, string>> = {
  'package.json': `${JSON.stringify({ name: 'tiny-math', version: '1.0.0', private: true, type: 'module', scripts: { test: 'node --test' } }, null, 2)}\n`,
  'README.md': '# tiny-math\n\nA few functions about numbers.\n\n- `isEven(n)`\n',
  '.gitignore': 'node_modules/\nfixtures/\n',
  'src/is-even.js': 'export function isEven(n) {\n  return n % 2 === 0\n}\n',
  'test/is-even.test.js':
    "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { isEven } from '../src/is-even.js'\n\ntest('isEven', () => {\n  assert.equal(isEven(2), true)\n  assert.equal(isEven(3), false)\n})\n",
}

export type DemoProject = { readonly path: string; readonly origin: string }

/** `git` runs anywhere; `directory` is empty. */
export async function createProject(git: Git, directory: string): Promise<DemoProject> {
  const origin = join(directory, 'origin.git')
  const path = join(directory, 'project')
  await git.run(['init', '--quiet', '--bare', '--initial-branch=main', origin])
  await git.run(['init', '--quiet', '--initial-branch=main', path])
  for (const [file, text] of Object.entries(FILES)) {
    await mkdir(join(path, file, '..'), { recursive: true })
    await writeFile(join(path, file), text)
  }
  const here = git.at(path)
  await here.run(['config', 'user.name', 'Demo Developer'])
  await here.run(['config', 'user.email', 'developer@example.com'])
  await here.run(['add', '--all'])
  await here.run(['commit', '--quiet', '--message', 'Begin with isEven'])
  await here.run(['remote', 'add', 'origin', origin])
  await here.run(['push', '--quiet', '--set-upstream', 'origin', 'main'])
  return { path, origin }
}
