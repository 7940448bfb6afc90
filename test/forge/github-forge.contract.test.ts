/** The forge on GitHub keeps the same promises as any other; the emulator plays GitHub. */
import type { CommitSha } from '../../src/domain/ids.ts'
import type { Forge } from '../../src/forge/forge.ts'
import { describeForge, type ForgeFixture, type ScriptedCi } from '../contracts/forge.contract.ts'
import { createCommitWriter } from '../support/commit-writer.ts'
import type { Ci } from '../support/github/ci-script.ts'
import { createGithubPlace } from '../support/github-place.ts'

const WORKFLOW = '.github/workflows/ci.yml'
const FILES: Readonly<Record<ScriptedCi, Readonly<Record<string, string | null>>>> = {
  green: { [WORKFLOW]: 'on: pull_request\njobs: {}\n', 'ci.txt': 'green\n' },
  red: { [WORKFLOW]: 'on: pull_request\njobs: {}\n', 'ci.txt': 'red\n' },
  none: {},
}

const ci: Ci = async ({ event, readFile }) => {
  const said = event === 'pull_request' ? (await readFile('ci.txt'))?.trim() : null
  if (said !== 'green' && said !== 'red') return []
  const steps = [{ name: 'Set up job' }, { name: 'Run', log: 'a long way to say how it ended\n' }]
  return [{ name: 'ci', jobs: [{ name: 'test', outcome: said === 'green' ? 'success' : 'failure', steps }] }]
}

async function createFixture(allowed: readonly ('squash' | 'merge' | 'rebase')[]): Promise<ForgeFixture> {
  const place = await createGithubPlace({
    files: {},
    ci,
    settings: {
      allowSquash: allowed.includes('squash'),
      allowMerge: allowed.includes('merge'),
      allowRebase: allowed.includes('rebase'),
    },
  })
  const { github, repository, git, local } = place
  await git.run(['push', '--quiet', 'origin', 'HEAD:refs/heads/main'])
  await github.settled()
  const write = createCommitWriter(local)
  const forge = place.forge()

  async function push(ref: string, commit: CommitSha): Promise<void> {
    await git.run(['push', '--quiet', '--force', 'origin', `${commit}:${ref}`])
    await github.settled()
  }

  return {
    forge: settling(forge, github.settled),
    restart: async () => settling(place.forge(), github.settled),
    async commit({ parent, files = {}, ci: says = 'none' }) {
      // GitHub itself merges what is red, unless it is told to look at it.
      if (says === 'red') repository.protect('main', { requiredChecks: ['test'] })
      return write({ parent, files: { ...files, ...FILES[says] } })
    },
    push: (headBranch, commit) => push(`refs/heads/${headBranch}`, commit),
    moveTarget: (commit) => push('refs/heads/main', commit),
    async readTarget() {
      const commits = (await repository.log('main')).map(({ message }) => message.split('\n')[0] ?? '')
      const bare = git.at(repository.gitDirectory)
      const names = (await bare.run(['ls-tree', '-r', '--name-only', 'main'])).split('\n')
      const texts = await Promise.all(names.map((path) => bare.run(['cat-file', 'blob', `main:${path}`])))
      return { commits, files: Object.fromEntries(names.map((path, index) => [path, `${texts[index]}\n`])) }
    },
    mergeMethods: allowed,
    reviewers: ['writer'],
    cleanup: place.cleanup,
  }
}

/** What GitHub does by itself afterwards is over when an act returns. */
function settling(forge: Forge, settled: () => Promise<void>): Forge {
  const acts = ['ensureOpen', 'markReady', 'merge', 'rerun', 'updateBranch', 'deleteHeadBranch'] as const
  const settle =
    (act: (...args: readonly never[]) => Promise<unknown>) =>
    async (...args: readonly never[]) => {
      const result = await act(...args)
      await settled()
      return result
    }
  return { ...forge, ...Object.fromEntries(acts.map((name) => [name, settle(forge[name] as never)])) }
}

describeForge('github', () => createFixture(['squash', 'merge', 'rebase']))
describeForge('github that only squashes', () => createFixture(['squash']))
