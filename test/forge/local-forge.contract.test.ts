import { describeForge, type ForgeFixture, type ScriptedCi } from '../contracts/forge.contract.ts'
import { createLocalForgeFixture } from '../support/local-forge.ts'

const CHECKS: Readonly<Record<ScriptedCi, string | null>> = {
  green: JSON.stringify({ test: 'test -f README.md' }),
  red: JSON.stringify({ test: 'echo "a long way to say that it failed"; exit 1' }),
  none: null,
}

async function createFixture(remote: 'bare' | null): Promise<ForgeFixture> {
  const local = await createLocalForgeFixture(remote)
  return {
    ...local,
    commit: ({ parent, files = {}, ci = 'none' }) =>
      local.commit({ parent, files: { ...files, 'checks.json': CHECKS[ci] } }),
  }
}

describeForge('local, with a remote', () => createFixture('bare'))
describeForge('local, without a remote', () => createFixture(null))
