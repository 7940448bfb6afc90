/** The desk of repositories: paths are confined, addresses are judged, before anything touches them. */
import { Failure } from '../../domain/failure.ts'
import type { RepositoryDesk } from '../../operations/catalog/repository-desk.ts'
import type { Roots } from './roots.ts'

export type RepositoryDeskParts = {
  readonly roots: Roots
  /** Top level of the checkout; throws `not_a_repository`. */
  readonly findTopLevel: (path: string) => Promise<string>
}

export function createRepositoryDesk({ roots, findTopLevel }: RepositoryDeskParts): RepositoryDesk {
  return {
    confine: roots.confine,
    async resolve(where) {
      // Below a root may lie a link, or a directory of a checkout that is not: its top level counts.
      return roots.confine(await findTopLevel(await roots.confine(where)))
    },
    async clone() {
      throw new Failure('url_refused', 'cloning is not built yet')
    },
    async setUp() {
      throw new Failure('usage', 'setting up is not built yet')
    },
  }
}
