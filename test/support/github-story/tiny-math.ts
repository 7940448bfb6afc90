/** The small real project of the story: a library with tests, and a workflow whose commands are what its CI runs. */

export const REPOSITORY = { owner: 'octo', name: 'tiny-math' } as const

const WORKFLOW = `name: ci
on:
  pull_request:
  push:
    branches: [main]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - run: npm test
  lint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - run: for file in src/*.js; do node --check "$file" || exit 1; done
`

export const TINY_MATH: Readonly<Record<string, string>> = {
  'package.json': `${JSON.stringify({ name: 'tiny-math', version: '1.0.0', private: true, type: 'module', scripts: { test: 'node --test' } }, null, 2)}\n`,
  'README.md': '# tiny-math\n\nA few functions about numbers.\n\n- `isEven(n)`\n',
  '.gitignore': 'node_modules/\nfixtures/\n',
  '.github/workflows/ci.yml': WORKFLOW,
  'src/is-even.js': 'export function isEven(n) {\n  return n % 2 === 0\n}\n',
  'test/is-even.test.js':
    "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { isEven } from '../src/is-even.js'\n\ntest('isEven', () => {\n  assert.equal(isEven(2), true)\n  assert.equal(isEven(3), false)\n})\n",
}
