/** The small shop of docs/examples.md, and a model that knows what each goal on that page needs. */
import type { Conversation, Scenario, Script, Step } from '../../../src/demo/scripted-model/script.ts'

export const SHOP = {
  'package.json': `${JSON.stringify({ name: 'shop', private: true, type: 'module', scripts: { test: 'node --test' } }, null, 2)}\n`,
  'README.md': '# Shop\n\nA cart and what it costs.\n',
  'src/cart.js': `export function total(items) {
  return items.map((item) => item.price).reduce((sum, price) => sum + price)
}

export function discount(sum, percent) {
  return sum - (sum * percent) / 100
}
`,
  'test/cart.test.js': `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { discount } from '../src/cart.js'

test('a discount is taken off', () => assert.equal(discount(200, 25), 150))
`,
} as const

type Work = {
  readonly title: string
  readonly complexity?: 'coding' | 'quick'
  /** Shell; each call of the task takes the next one. */
  readonly does: readonly string[]
}

type Group = { readonly title: string; readonly after?: number; readonly tasks: readonly Work[] }

type Goal = {
  readonly criteria?: readonly { readonly text: string; readonly command?: string }[]
  readonly groups: readonly Group[]
  /** What is planned when the plan is to be changed: because of a message, or of a criterion that does not hold. */
  readonly later?: readonly Work[]
  /** What a second look says about what the diff guard found. */
  readonly guard?: 'confirmed' | 'refuted'
}

const test = (name: string, body: string) =>
  `cat > test/${name}.test.js <<'END'\nimport assert from 'node:assert/strict'\nimport { test } from 'node:test'\n${body}\nEND`
const file = (path: string, text: string) => `mkdir -p "$(dirname ${path})" && cat > ${path} <<'END'\n${text}\nEND`
const commit = (message: string, ...parts: string[]) =>
  [...parts, `git add --all && git commit --quiet -m '${message}'`].join('\n')

const TOTAL_TEST = test(
  'total',
  `import { total } from '../src/cart.js'
test('prices are added up', () => assert.equal(total([{ price: 2 }, { price: 3 }]), 5))
test('an empty cart costs nothing', () => assert.equal(total([]), 0))`,
)

const GOALS: Readonly<Record<string, Goal>> = {
  'Add a command that greets a customer by name': {
    criteria: [{ text: 'The command greets', command: 'test "$(node src/greet.js Ada)" = "Hello, Ada!"' }],
    groups: [
      {
        title: 'Greet customers',
        tasks: [
          {
            title: 'Add src/greet.js with a test',
            does: [
              commit(
                'feat: greet customers by name',
                file('src/greet.js', "console.log('Hello, ' + (process.argv[2] ?? 'stranger') + '!')"),
                test(
                  'greet',
                  `import { execFileSync } from 'node:child_process'
test('greets by name', () => assert.match(String(execFileSync('node', ['src/greet.js', 'Ada'])), /Ada/))`,
                ),
              ),
            ],
          },
        ],
      },
    ],
  },
  'Add vouchers: codes that take a percentage off': {
    criteria: [{ text: 'The tests pass', command: 'npm test' }],
    groups: [
      {
        title: 'Add voucher codes',
        tasks: [
          {
            title: 'Add src/vouchers.js with the codes and what they are worth',
            does: [
              commit(
                'feat: voucher codes',
                file('src/vouchers.js', 'export const VOUCHERS = { WELCOME: 10, SUMMER: 25 }'),
              ),
            ],
          },
        ],
      },
      {
        title: 'Take vouchers off the total',
        after: 0,
        tasks: [
          {
            title: 'Add redeem(sum, code) to the cart, with tests',
            does: [
              commit(
                'feat: redeem vouchers',
                `cat >> src/cart.js <<'END'

export function redeem(sum, code) {
  return discount(sum, VOUCHERS[code] ?? 0)
}
END
sed -i "1i import { VOUCHERS } from './vouchers.js'\\n" src/cart.js`,
                test(
                  'redeem',
                  `import { redeem } from '../src/cart.js'
test('a voucher is taken off, an unknown one is not', () => {
  assert.equal(redeem(100, 'SUMMER'), 75)
  assert.equal(redeem(100, 'NONSENSE'), 100)
})`,
                ),
              ),
            ],
          },
        ],
      },
    ],
  },
  'The total of an empty cart fails: it has to be 0': {
    groups: [
      {
        title: 'Let an empty cart cost nothing',
        tasks: [
          {
            title: 'Write a test that shows the fault, then mend total()',
            does: [
              commit(
                'fix: an empty cart costs nothing',
                TOTAL_TEST,
                "sed -i 's/(sum, price) => sum + price)/(sum, price) => sum + price, 0)/' src/cart.js",
              ),
            ],
          },
        ],
      },
    ],
  },
  'Give discounts a module of their own': {
    guard: 'refuted',
    criteria: [{ text: 'The tests pass', command: 'npm test' }],
    groups: [
      {
        title: 'Give discounts a module of their own',
        tasks: [
          {
            title: 'Move discount() to src/discounts.js',
            does: [
              commit(
                'refactor: discounts in a module of their own',
                `{ sed -n '/^export function discount/,/^}/p' src/cart.js; } > src/discounts.js
sed -i '/^export function discount/,/^}/d' src/cart.js
git rm --quiet test/cart.test.js`,
              ),
              commit(
                'test: the test of discounts moves along',
                `mkdir -p test
git show HEAD~1:test/cart.test.js | sed 's/cart.js/discounts.js/' > test/cart.test.js`,
              ),
            ],
          },
        ],
      },
    ],
  },
  'Test everything that the cart exports': {
    groups: [
      {
        title: 'Test the cart',
        tasks: [
          {
            title: 'Test discount() at its bounds',
            does: [
              commit(
                'test: discounts at their bounds',
                test(
                  'discount',
                  `import { discount } from '../src/cart.js'
test('nothing off, everything off', () => assert.deepEqual([discount(50, 0), discount(50, 100)], [50, 0]))`,
                ),
              ),
            ],
          },
        ],
      },
    ],
    later: [
      {
        title: 'Test total()',
        does: [
          commit(
            'test: what is in the cart is added up',
            test(
              'total',
              `import { total } from '../src/cart.js'
test('prices are added up', () => assert.equal(total([{ price: 2 }, { price: 3 }]), 5))`,
            ),
          ),
        ],
      },
    ],
  },
  'Document the cart in the README': {
    groups: [
      {
        title: 'Document the cart',
        tasks: [
          {
            title: 'Describe total() and discount() in the README',
            complexity: 'quick',
            does: [
              commit(
                'docs: the cart',
                "printf '\\n## Cart\\n\\n- `total(items)`\\n- `discount(sum, percent)`\\n' >> README.md",
              ),
            ],
          },
        ],
      },
    ],
    later: [
      {
        title: 'Add an example of a discount to the README',
        complexity: 'quick',
        does: [
          commit('docs: an example of a discount', "printf '\\nHalf price: `discount(80, 50) // 40`\\n' >> README.md"),
        ],
      },
    ],
  },
  'Round totals to cents': {
    groups: [
      {
        title: 'Round totals to cents',
        tasks: [
          {
            title: 'Add cents(sum) to the cart, with a test',
            does: [
              commit(
                'feat: cents',
                "printf '\\nexport function cents(sum) {\\n  return Math.round(sum * 100) / 100\\n}\\n' >> src/cart.js",
                test(
                  'cents',
                  "import { cents } from '../src/cart.js'\ntest('rounds', () => assert.equal(cents(1.005), 1))",
                ),
              ),
            ],
          },
        ],
      },
    ],
  },
  'Add a changelog': {
    groups: [
      {
        title: 'Begin a changelog',
        tasks: [
          {
            title: 'Add CHANGELOG.md',
            complexity: 'quick',
            does: [commit('docs: a changelog', file('CHANGELOG.md', '# Changelog'))],
          },
        ],
      },
    ],
  },
  'Add a currency': {
    groups: [
      {
        title: 'Know currencies',
        tasks: [
          {
            title: 'Add src/currency.js',
            complexity: 'quick',
            does: [commit('feat: currencies', file('src/currency.js', "export const CURRENCY = 'EUR'"))],
          },
        ],
      },
    ],
  },
}

/** Every conversation knows its goal; what was asked of a task before decides what is done now. */
export function modelFor(): Scenario {
  const turns = new Map<string, string[]>()
  return (conversation: Conversation): Script => {
    const { kind, prompt } = conversation
    const said = conversation.prompts.join('\n')
    const goal = Object.entries(GOALS).find(([text]) => said.includes(text))?.[1]
    if (goal === undefined) return [{ say: 'nobody has told me about this goal' }]
    if (kind === 'plan') return [planFor(goal, turnOf(conversation, 'plan', turns) > 0)]
    if (kind === 'verify') return [verdictsFor(prompt.includes('test/cart.test.js') ? goal.guard : 'confirmed')]
    const work = findWork(goal, conversation)
    if (work === undefined) return [report('done')]
    const turn = Math.min(turnOf(conversation, work.title, turns), work.does.length - 1)
    return [{ bash: work.does[turn] ?? 'true' }, report(work.title)]
  }
}

/** The one that was named last. */
function findWork({ groups, later = [] }: Goal, { prompts }: Conversation): Work | undefined {
  const works = [...groups.flatMap(({ tasks }) => tasks), ...later]
  for (const prompt of [...prompts].reverse()) {
    const found = works.find(({ title }) => prompt.includes(title))
    if (found !== undefined) return found
  }
  return undefined
}

/** How many sessions were asked for this before. */
function turnOf({ id, prompts }: Conversation, about: string, turns: Map<string, string[]>): number {
  const sessions = turns.get(about) ?? []
  const session = `${id} ${prompts.length}`
  if (!sessions.includes(session)) sessions.push(session)
  turns.set(about, sessions)
  return sessions.indexOf(session)
}

function planFor({ criteria = [], groups, later = [] }: Goal, isChange: boolean): Step {
  const planned = groups.map(({ title, after, tasks }) => ({
    title,
    ...(after !== undefined && { dependsOn: [after] }),
    tasks: [...tasks, ...(isChange ? later : [])].map(({ title: task, complexity = 'coding' }) => ({
      title: task,
      complexity,
    })),
  }))
  return { answer: { criteria, groups: planned } }
}

function report(summary: string): Step {
  return { answer: { outcome: 'done', summary, learnings: [] } }
}

function verdictsFor(verdict: 'confirmed' | 'refuted' = 'refuted'): Step {
  return { answer: { verdicts: [0, 1, 2].map((criterion) => ({ criterion, verdict, evidence: 'src/cart.js' })) } }
}
