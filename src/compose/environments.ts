/** Who gets to see what of our environment. */
import { createHash } from 'node:crypto'
import type { Environment } from '../config/paths.ts'

/** The whole environment, for git of our own: it needs the person's way to their remote. */
export function gitEnvironment(environment: Environment): Record<string, string> {
  const kept = Object.entries(environment).filter(
    ([name, value]) => value !== undefined && !FOREIGN_REPOSITORY.test(name),
  )
  return Object.fromEntries(kept) as Record<string, string>
}

/** Set when a git hook or alias started us: they would point every call at another repository. */
const FOREIGN_REPOSITORY =
  /^GIT_(DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE|PREFIX)$/

/** Carried by everything started for the run of a repository: the next owner finds what a killed one left behind. */
export function ownerMark(stateDirectory: string): { readonly name: string; readonly value: string } {
  return { name: 'CLAUDETM_OWNER', value: createHash('sha256').update(stateDirectory).digest('hex').slice(0, 16) }
}
