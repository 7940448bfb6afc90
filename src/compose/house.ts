/** What everything about one repository is made of: git, configuration, store, and the way to its forge. */
import { hostname } from 'node:os'
import type { CliBase } from '../cli/parts.ts'
import { stateDirectory } from '../config/paths.ts'
import type { ResolvedConfig } from '../config/resolve.ts'
import type { Mailbox } from '../store/mailbox.ts'
import { createMailbox } from '../store/state-dir/mailbox-directory.ts'
import { createStateDirStore } from '../store/state-dir/state-dir-store.ts'
import type { Store } from '../store/store.ts'
import { createGit, type Git } from '../workspace/git.ts'
import { findTopLevel } from '../workspace/repository.ts'
import { clock } from './clock.ts'
import { readConfig } from './configuration.ts'
import { gitEnvironment, ownerMark } from './environments.ts'
import { createGithubAccess, type GithubAccess } from './github.ts'

/** What of the command line, or of the server, a house is made with. */
export type HouseBase = Pick<CliBase, 'environment' | 'cwd' | 'version'>

export type House = {
  readonly base: HouseBase
  readonly repository: string
  readonly git: Git
  readonly github: GithubAccess
  readonly resolved: ResolvedConfig
  readonly store: Store
  readonly mailbox: Mailbox
  readonly mark: { readonly name: string; readonly value: string }
}

export async function openHouse(base: HouseBase): Promise<House> {
  const environment = gitEnvironment(base.environment)
  const here = createGit(base.cwd, environment)
  const repository = await findTopLevel(here)
  const github = createGithubAccess(base, here.at(repository))
  const state = stateDirectory(repository)
  return {
    base,
    repository,
    git: createGit(repository, environment, github.gitVariables),
    github,
    resolved: readConfig(base.environment, repository),
    store: createStateDirStore({ directory: state, now: clock.now, host: hostname(), pid: process.pid }),
    mailbox: createMailbox({ directory: state, now: clock.now }),
    mark: ownerMark(state),
  }
}
