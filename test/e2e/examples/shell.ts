/** One example in one shell: variables, directories and background jobs stay from command to command. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runCommand } from '../../../src/lib/command.ts'
import type { Place } from '../../support/place.ts'
import type { PageCommand } from './page.ts'

export type Ran = { readonly exitCode: number; readonly output: string }

const BIN = join(import.meta.dirname, '../../../bin')
const TIMEOUT_MS = 90_000

/** What each command came to; `undefined` from the one on that hung. */
export async function runInShell(
  commands: readonly PageCommand[],
  { repository, env }: Pick<Place, 'repository' | 'env'>,
): Promise<readonly (Ran | undefined)[]> {
  const bin = join(repository.directory, 'bin')
  const script = join(repository.directory, 'example.sh')
  await mkdir(bin)
  for (const name of ['claudetm', 'claudetm-server']) {
    const words = ['exec', process.execPath, join(BIN, `${name}.js`), '"$@"']
    await writeFile(join(bin, name), `#!/bin/sh\n${words.join(' ')}\n`, { mode: 0o700 })
  }
  await writeFile(script, toScript(commands))
  const { stdout } = await runCommand('bash', [script], {
    cwd: repository.path,
    env: { ...env, PATH: `${bin}:${dirname(process.execPath)}:${env.PATH}` },
    timeoutMs: TIMEOUT_MS,
  })
  return commands.map((_, index) => {
    const [, output, exitCode] =
      new RegExp(`\u0001${index} begins\n(.*?)\u0001${index} ends (\\d+)\n`, 's').exec(stdout) ?? []
    return output === undefined ? undefined : { output, exitCode: Number(exitCode) }
  })
}

function toScript(commands: readonly PageCommand[]): string {
  const parts = commands.map(
    ({ shell }, index) => `printf '\\001${index} begins\\n'\n${shell}\nprintf '\\001${index} ends %d\\n' $?`,
  )
  return ['exec 2>&1', "trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT", ...parts].join('\n')
}
