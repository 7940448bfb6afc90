/** The desk of repositories: paths are confined and addresses are judged before anything touches them. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../domain/failure.ts'
import { inField } from '../../operations/catalog/field.ts'
import type { RepositoryDesk } from '../../operations/catalog/repository-desk.ts'
import { cloneInto, type GitFor } from './clone.ts'
import { type CloneAddress, isAddress, isSameRepository, parseCloneAddress } from './clone-address.ts'
import { requirePublic } from './public-address.ts'
import type { Roots } from './roots.ts'
import { type SetUpParts, setUp } from './set-up.ts'

export type RepositoryDeskParts = {
  readonly roots: Roots
  readonly allowPrivateClones: boolean
  readonly cloneTimeoutMs: number
  /** Aborted when the process ends. */
  readonly closing: AbortSignal
  /** Cloning brings code of others onto the machine: only with a password, as in the original. */
  readonly mayClone: boolean
  /** Top level of the checkout; throws `not_a_repository`. */
  readonly findTopLevel: (path: string) => Promise<string>
  readonly gitFor: GitFor
  readonly setUp: SetUpParts
}

export function createRepositoryDesk(parts: RepositoryDeskParts): RepositoryDesk {
  const { roots, findTopLevel } = parts
  /** Two requests for the same clone wait for one. */
  const underWay = new Map<string, Promise<void>>()

  async function clone(address: CloneAddress, target: string, branch: string | null): Promise<void> {
    const addresses = parts.allowPrivateClones ? null : await requirePublic(address.host)
    const { cloneTimeoutMs: timeoutMs, closing: signal } = parts
    await cloneInto(parts.gitFor, { address, target, branch, addresses, timeoutMs, signal })
  }

  /** Where it was cloned before, it is not cloned again. */
  async function ensureClone(url: string): Promise<string> {
    if (!parts.mayClone) {
      throw new Failure(
        'url_refused',
        'cloning needs a server with a password: name a checkout that is on this machine',
      )
    }
    const address = parseCloneAddress(url)
    const target = join(await roots.first(), address.owner, address.name)
    if (!(await exists(target))) {
      const cloning = underWay.get(target) ?? clone(address, target, null).finally(() => underWay.delete(target))
      underWay.set(target, cloning)
      await cloning
    }
    const origin = await parts.gitFor(url, []).at(target).run(['remote', 'get-url', 'origin'])
    if (isSameRepository(origin, address)) return target
    throw new Failure('repository_exists', `${target} is a checkout of ${origin}`, { facts: { path: target } })
  }

  return {
    confine: roots.confine,
    async resolve(where) {
      const path = isAddress(where) ? await ensureClone(where) : where
      // A directory below a root may belong to a checkout that is not: its top level counts.
      return roots.confine(await findTopLevel(await roots.confine(path)))
    },
    async clone({ url, directory, branch }) {
      const address = parseCloneAddress(url)
      const target =
        directory === null
          ? join(await roots.first(), address.owner, address.name)
          : await inField('target_dir', roots.confineNew(directory))
      if (await exists(target)) {
        throw new Failure('repository_exists', `${target} exists already`, { facts: { path: target } })
      }
      await clone(address, target, branch)
      return { path: target, url: address.url, branch }
    },
    setUp: ({ path, runScripts }) => setUp(parts.setUp, path, runScripts),
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
