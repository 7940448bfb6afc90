/**
 * Runs every safety bench: `npm run reliability` writes docs/reliability.md from what they counted, and fails when a rule
 * was broken. `--check` writes nothing and ends with the first bench that finds something; `--benches` names those to run.
 */
import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createSandbox } from '../src/workspace/confinement/create-sandbox.ts'
import { BENCHES, benchesOfTheirOwn } from '../test/safety/benches.ts'
import { type CampaignResult, exploreCampaigns } from '../test/safety/exploration/transitions.ts'
import { type BenchResult, SAFETY_RULES, type SafetyRule } from '../test/safety/safety-rules.ts'

const PAGE = join(import.meta.dirname, '../docs/reliability.md')
const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, benches: { type: 'string', multiple: true } },
})

async function main(): Promise<void> {
  const results: BenchResult[] = []
  const others = values.check ? [] : benchesOfTheirOwn(await isConfinable())
  for (const { name, run } of [...BENCHES, ...others]) {
    if (values.check && values.benches?.includes(name) === false) continue
    const found = await run()
    results.push(...found)
    for (const { bench, rule, violations } of found) for (const text of violations) report(`${bench}: ${rule}: ${text}`)
    if (values.check && process.exitCode === 1) return
  }
  if (values.check && values.benches?.includes('transitions') === false) return
  const campaigns = await exploreCampaigns()
  for (const { name, restless } of campaigns) for (const text of restless) report(`liveness: ${name}: ${text}`)
  if (values.check) return
  const page = await readFile(PAGE, 'utf8')
  await writeFile(PAGE, replaceGenerated(page, [rulesTable(results), '', ...livenessTable(campaigns)].join('\n')))
  execFileSync('npx', ['biome', 'format', '--write', PAGE], { stdio: 'inherit' })
}

/** The attacks from inside need a sandbox to be inside of. */
async function isConfinable(): Promise<boolean> {
  const { PATH = '', HOME = '/' } = process.env
  const sandbox = await createSandbox({ mode: 'auto', home: HOME, environmentPath: PATH, platform: process.platform })
  return sandbox.kind !== 'none'
}

function report(line: string): void {
  process.exitCode = 1
  console.log(line.slice(0, 1_000))
}

/** What people wrote around it stays. */
function replaceGenerated(page: string, generated: string): string {
  const [begin, end] = ['<!-- generated -->', '<!-- end of generated -->']
  const [before, after] = [page.indexOf(begin), page.indexOf(end)]
  if (before < 0 || after < 0) throw new Error(`${PAGE} has no place for the tables`)
  return `${page.slice(0, before + begin.length)}\n\n${generated}\n\n${page.slice(after)}`
}

function rulesTable(results: readonly BenchResult[]): string {
  const rules = Object.entries(SAFETY_RULES) as [SafetyRule, string][]
  const rows = rules.flatMap(([rule, says]) => {
    const ofRule = results.filter((result) => result.rule === rule)
    const name = `\`${rule}\`: ${says}`
    if (ofRule.length === 0) return [[name, '(not yet in this table)', '', '']]
    return ofRule.map(({ bench, unit, tried, violations }, index) => [
      index === 0 ? name : '',
      bench,
      `${tried.toLocaleString('en')} ${unit}`,
      violations.length === 0 ? 'none' : `**${violations.length} kinds**`,
    ])
  })
  return table(['rule', 'bench', 'tried', 'violations'], rows)
}

function livenessTable(campaigns: readonly CampaignResult[]): readonly string[] {
  const rows = campaigns.map(({ name, states, transitions, bound, lifted, restless }) => [
    name,
    states.toLocaleString('en'),
    transitions.toLocaleString('en'),
    String(bound),
    lifted === 0 ? 'each' : String(lifted),
    restless.length === 0 ? 'none' : `**${restless.length}**`,
  ])
  return [
    'Nothing runs for ever: with nobody else moving, and agents and a forge that do their worst, the longest way from any',
    'state that can be reached to a rest (done, a pause that was asked for, a wait for a person, a block with its cure).',
    '',
    table(['campaign', 'states', 'transitions', 'longest way', 'blocks lifted', 'that never rest'], rows),
  ]
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

await main()
