/** Could this workflow start for this pull request? Wrongly yes costs a question, wrongly no merges unchecked code. */
import { describe, expect, test } from 'vitest'
import { couldStart, type PullRequestFacts } from '../../src/forge/github/workflow-triggers.ts'

const PR: PullRequestFacts = {
  headBranch: 'claudetm/run/g1',
  baseBranch: 'main',
  changedFiles: ['src/a/b.ts', 'README.md'],
}
const starts = (text: string, changes: Partial<PullRequestFacts> = {}) => couldStart(text, { ...PR, ...changes })

describe('events', () => {
  test.each([
    'on: push',
    'on: [push, workflow_dispatch]',
    'on: ["pull_request"]',
    '"on": pull_request_target',
    "'on' : push",
    'on:\n  push:\n',
    'on:\n  pull_request: {}\n  schedule:\n    - cron: "0 0 * * *"\n',
    'on:\n- push\n- schedule\n',
    'on:\n  - push # each\n',
    '# Checks\n---\nname: "a # b"\non: # all\n  pull_request:\njobs:\n  x:\n    steps:\n      - run: |\n          echo on: schedule\n',
    '\ufeffname: x\r\non:\r\n  push:\r\n',
    'on: create',
    'on: [an_event_of_tomorrow]',
    'on:\n  pull_request:\n    types: [opened, closed]\n',
    'on:\n  pull_request:\n    types: [labeled]\n',
  ])('%j starts for it', (text) => {
    expect(starts(text)).toBe(true)
  })

  test.each([
    'on: workflow_dispatch',
    'on: [schedule, release]',
    'on:\n  schedule:\n    - cron: "0 0 * * *"\n  workflow_dispatch:\n    inputs:\n      a:\n        type: string\n',
    'on:\n  workflow_call:\n    inputs: {}\n',
    'on:\n  workflow_run:\n    workflows: [CI]\n    types: [completed]\n',
    'on:\n  merge_group:\n',
    'on: { schedule: x }'.replace('{ schedule: x }', '[issues]'),
    'on:\n  push:\n    tags: ["v*"]\n',
    'on:\n  pull_request:\n    types: [closed]\n',
    'on:\n  pull_request:\n    types:\n    - closed\n',
  ])('%j does not', (text) => {
    expect(starts(text)).toBe(false)
  })

  // L57: not understood is not "none".
  test.each([
    ['nothing', ''],
    ['no section', 'jobs: {}'],
    ['two of them', 'on: schedule\non: push'],
    ['an anchor', 'on: &events [schedule]'],
    ['an alias', 'on: *events'],
    ['a mapping in one line', 'on: { schedule: [] }'],
    ['several lines in brackets', 'on: [schedule,\n  release]'],
    ['a second document', 'on: schedule\n---\non: push'],
    ['a tag', 'on: !!str schedule'],
    ['a folded text', 'on: >\n  schedule'],
    ['a merged mapping below', 'on:\n  pull_request:\n    <<: *filters\n    branches: [other]\n'],
    ['an alias below', 'on:\n  push: *filters\n'],
    ['an item that is a mapping', 'on:\n  - push: x\n'],
    ['not YAML', '{{{'],
    ['a merge conflict', '<<<<<<< ours\non: schedule\n=======\non: push\n>>>>>>> theirs'],
  ])('%s: it could', (_, text) => {
    expect(starts(text)).toBe(true)
  })
})

describe('branches', () => {
  const pull = (filter: string) => `on:\n  pull_request:\n    ${filter}\n`
  const push = (filter: string) => `on:\n  push:\n    ${filter}\n`

  test.each([
    [pull('branches: [main]'), true],
    [pull('branches: main'), true],
    [pull("branches: ['release/**']"), false],
    [pull('branches:\n      - develop\n      - ma*'), true],
    [pull('branches-ignore: [main]'), false],
    [pull('branches-ignore: [other]'), true],
    [pull("branches: ['**', '!main']"), false],
    [pull("branches: ['!main', '**']"), true],
    [push('branches: [main]'), false],
    [push('branches: [main, "claudetm/**"]'), true],
    [push('branches: ["claudetm/*"]'), false],
    [push('branches: ["*"]'), false],
    [push('branches-ignore: ["claudetm/**"]'), false],
    [push('branches: [main]\n    tags: ["v*"]'), false],
    [push("branches: ['claudetm/run/g[0-9]+']"), true],
    [push("branches: ['claudetm/run/gx?1']"), true],
    [push("branches: ['claudetm/[']"), true],
  ])('%j: %s', (text, expected) => {
    expect(starts(text)).toBe(expected)
  })
})

describe('paths', () => {
  const pull = (filter: string) => `on:\n  pull_request:\n    ${filter}\n`

  test.each([
    [pull("paths: ['src/**']"), true],
    [pull("paths: ['src/*']"), false],
    [pull("paths: ['**.md']"), true],
    [pull("paths: ['docs/**', '!docs/x']"), false],
    [pull("paths: ['**/*.ts', '!src/a/**']"), false],
    [pull("paths-ignore: ['**.md']"), true],
    [pull("paths-ignore: ['**.md', 'src/**']"), false],
    [pull("branches: [other]\n    paths: ['src/**']"), false],
    ["on:\n  push:\n    paths: ['docs/**']\n", false],
    ["on:\n  push:\n    paths: ['docs/**']\n  pull_request:\n", true],
  ])('%j: %s', (text, expected) => {
    expect(starts(text)).toBe(expected)
  })

  test('when the changed files are not known, paths exclude nothing', () => {
    expect(starts(pull("paths: ['docs/**']"), { changedFiles: null })).toBe(true)
  })
})
