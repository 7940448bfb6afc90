/**
 * What the scripted model of the demonstration says. Everything it does is real: files, commits, test runs. Its first
 * attempt keeps test data in a directory that git ignores: green where it was written, red in CI's clean checkout.
 */
import type { Conversation, Scenario, Script, Usage } from './scripted-model/script.ts'

export const DEMO_GOAL = 'Add factorial() with tests, and a command line for it'

const plan = {
  criteria: [
    { text: 'The tests pass', command: 'npm test' },
    { text: 'The command prints 120 for 5', command: 'test "$(node src/cli.js 5)" = 120' },
    { text: 'The README tells how to use both' },
  ],
  groups: [
    {
      title: 'Add factorial()',
      why: 'The library has no combinatorics yet; factorial is what everything else builds on.',
      touches: ['src/factorial.js', 'test/**', 'README.md'],
      tasks: [
        {
          title: 'Add factorial() with tests against known values',
          details:
            'src/factorial.js, test/factorial.test.js; refuse negative and fractional numbers with a RangeError.',
          complexity: 'coding',
        },
        { title: 'List factorial() in the README', complexity: 'quick' },
      ],
    },
    {
      title: 'Add a command line for factorial()',
      why: 'People want the number without writing a program.',
      dependsOn: [0],
      touches: ['src/cli.js', 'test/**', 'README.md'],
      tasks: [
        {
          title: 'Add src/cli.js that prints the factorial of its argument',
          details: 'Anything but one whole number: a message on stderr and exit code 1.',
          complexity: 'coding',
        },
      ],
    },
  ],
}

const factorial = `export function factorial(n) {
  if (!Number.isInteger(n) || n < 0) throw new RangeError('factorial needs a whole number that is not negative')
  return n < 2 ? 1 : n * factorial(n - 1)
}
`

const factorialTest = `import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { factorial } from '../src/factorial.js'

const known = JSON.parse(readFileSync(new URL('../fixtures/factorials.json', import.meta.url), 'utf8'))

test('factorial agrees with known values', () => {
  for (const [n, value] of known) assert.equal(factorial(n), value)
})

test('factorial refuses what has no factorial', () => {
  assert.throws(() => factorial(-1), RangeError)
  assert.throws(() => factorial(1.5), RangeError)
})
`

const KNOWN = '[[0, 1], [1, 1], [5, 120], [10, 3628800]]'

const cli = `import { factorial } from './factorial.js'

const [text] = process.argv.slice(2)
if (text === undefined || !/^\\d+$/.test(text)) {
  console.error('usage: node src/cli.js <whole number>')
  process.exitCode = 1
} else {
  console.log(factorial(Number(text)))
}
`

const cliTest = `import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../src/cli.js', import.meta.url))
const run = (...args) => spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' })

test('prints the factorial', () => assert.equal(run('5').stdout, '120\\n'))
test('refuses anything else', () => assert.equal(run('five').status, 1))
`

const USAGE: Usage = {
  input_tokens: 900,
  output_tokens: 420,
  cache_read_input_tokens: 14_000,
  cache_creation_input_tokens: 1_800,
}

function report(summary: string, learnings: readonly string[] = []): unknown {
  return { outcome: 'done', summary, learnings }
}

function writes(path: string, text: string): string {
  return `mkdir -p "$(dirname '${path}')" && cat > '${path}' <<'END'\n${text}END`
}

const writeFactorial: Script = [
  { say: 'Looking at what is there.', bash: 'git log --oneline && ls src test && cat package.json', usage: USAGE },
  {
    bash: [
      writes('src/factorial.js', factorial),
      writes('fixtures/factorials.json', `${KNOWN}\n`),
      writes('test/factorial.test.js', factorialTest),
    ].join('\n'),
    usage: USAGE,
  },
  { bash: 'npm test', usage: USAGE },
  {
    bash: 'git add --all && git commit --quiet -m "feat: add factorial with tests against known values" && git status --short',
    usage: USAGE,
  },
  {
    answer: report('factorial() for whole numbers, tested against known values; npm test passes.', [
      'Tests run with node --test; npm test takes about a second.',
    ]),
    usage: USAGE,
  },
]

const writeReadme: Script = [
  {
    bash: "printf -- '- `factorial(n)`\\n' >> README.md && git commit --quiet -am 'docs: list factorial' && git status --short",
    usage: USAGE,
  },
  { answer: report('factorial() is listed in the README.'), usage: USAGE },
]

const fixCi: Script = [
  {
    say: 'The log says that fixtures/factorials.json is missing: git ignores that directory, so CI never had it.',
    bash: 'git check-ignore -v fixtures/factorials.json',
    usage: USAGE,
  },
  {
    bash: [
      writes('test/known-factorials.json', `${KNOWN}\n`),
      'sed -i.bak "s#../fixtures/factorials.json#./known-factorials.json#" test/factorial.test.js && rm test/factorial.test.js.bak && rm -r fixtures && npm test',
    ].join('\n'),
    usage: USAGE,
  },
  {
    bash: 'git add --all && git commit --quiet -m "fix: keep the known values where git sees them" && git status --short',
    usage: USAGE,
  },
  {
    answer: report('The known values moved next to the test; the ignored directory is gone.', [
      'fixtures/ is ignored by git: test data belongs into test/.',
    ]),
    usage: USAGE,
  },
]

const writeCli: Script = [
  {
    bash: [
      writes('src/cli.js', cli),
      writes('test/cli.test.js', cliTest),
      "printf '\\n    node src/cli.js 5    # prints 120\\n' >> README.md",
      'npm test',
    ].join('\n'),
    usage: USAGE,
  },
  {
    bash: 'git add --all && git commit --quiet -m "feat: add a command line for factorial" && git status --short',
    usage: USAGE,
  },
  { answer: report('node src/cli.js N prints N!; anything else is refused. npm test passes.'), usage: USAGE },
]

const judge: Script = [
  { read: 'README.md', usage: USAGE },
  {
    answer: {
      verdicts: [
        { criterion: 2, verdict: 'confirmed', evidence: 'README.md lists factorial(n) and shows node src/cli.js 5.' },
      ],
    },
    usage: USAGE,
  },
]

const SCRIPTS: readonly { readonly matches: (conversation: Conversation) => boolean; readonly script: Script }[] = [
  {
    matches: ({ kind }) => kind === 'plan',
    script: [
      { say: 'Reading the project.', tool: { name: 'Glob', input: { pattern: '**/*.js' } }, usage: USAGE },
      { answer: plan, usage: USAGE },
    ],
  },
  { matches: ({ kind }) => kind === 'verify', script: judge },
  { matches: ({ prompt }) => prompt.includes('## CI is red'), script: fixCi },
  { matches: (conversation) => taskOf(conversation).includes('List factorial() in the README'), script: writeReadme },
  { matches: (conversation) => taskOf(conversation).includes('src/cli.js that prints'), script: writeCli },
]

/** The prompt also names the other tasks of the pull request. */
function taskOf({ prompt }: Conversation): string {
  return prompt.split('## Your task now')[1] ?? ''
}

export const demoScenario: Scenario = (conversation) =>
  SCRIPTS.find(({ matches }) => matches(conversation))?.script ?? writeFactorial
