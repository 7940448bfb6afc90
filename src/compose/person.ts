/** Who gives orders here, for the record: the name under which they commit, else the one of their account. */
import type { CliBase } from '../cli/parts.ts'
import { createGit } from '../workspace/git.ts'
import { readIdentity } from '../workspace/repository.ts'
import { gitEnvironment } from './environments.ts'

export async function readPerson({ cwd, environment }: Pick<CliBase, 'cwd' | 'environment'>): Promise<string> {
  const { name, email } = await readIdentity(createGit(cwd, gitEnvironment(environment)))
  if (name !== null) return email === null ? name : `${name} <${email}>`
  return environment.USER ?? environment.LOGNAME ?? 'somebody at this terminal'
}
