/** The way to GitHub of one repository: which remote is there, whose rights are used, and what git is given for an https remote. */
import type { CliBase } from '../cli/parts.ts'
import { Failure } from '../domain/failure.ts'
import { type GithubAddress, isGithubHost, parseGithubRemote } from '../forge/github/address.ts'
import type { GithubClient } from '../forge/github/client.ts'
import type { Credentials } from '../forge/github/credentials.ts'
import type { Git } from '../workspace/git.ts'
import { findRemote, type Remote } from '../workspace/repository.ts'

export type GithubAccess = {
  isGithub(remote: Remote): boolean
  /** Throws `forge_unavailable` when the remote is not a repository on GitHub. */
  remote(): Promise<{ readonly name: string; readonly address: GithubAddress }>
  /** Throws `forge_auth` when there is no credential. */
  client(
    onRenamed: (url: string) => void,
  ): Promise<{ readonly client: GithubClient; readonly credentials: Credentials }>
  /** Variables for git when it speaks to a remote; none where they would not help. */
  gitVariables(): Promise<Readonly<Record<string, string>>>
}

/** `git`: in the repository, without what this gives to git. */
export function createGithubAccess(base: Pick<CliBase, 'environment' | 'version'>, git: Git): GithubAccess {
  const { environment, version } = base
  let credentials: Promise<Credentials> | null = null

  function addressOf(remote: Remote | null): GithubAddress | null {
    const address = remote === null ? null : parseGithubRemote(remote.url, environment)
    return address !== null && isGithubHost(address.host, environment) ? address : null
  }

  async function remote(): Promise<{ name: string; address: GithubAddress }> {
    const found = await findRemote(git)
    const address = addressOf(found)
    if (found !== null && address !== null) return { name: found.name, address }
    throw new Failure('forge_unavailable', 'this repository has no remote on GitHub')
  }

  /** Loaded when it is needed: a run without GitHub does not pay for it. */
  function credentialsFor(address: GithubAddress): Promise<Credentials> {
    credentials ??= import('../forge/github/credentials.ts').then(({ findCredentials }) =>
      findCredentials({ address, environment, cwd: git.cwd }),
    )
    return credentials
  }

  return {
    isGithub: (candidate) => addressOf(candidate) !== null,
    remote,
    async client(onRenamed) {
      const { address } = await remote()
      const [{ createGithubClient }, found] = await Promise.all([
        import('../forge/github/client.ts'),
        credentialsFor(address),
      ])
      const client = createGithubClient({ address, credentials: found, version, now: Date.now, onRenamed })
      return { client, credentials: found }
    },
    async gitVariables() {
      const found = await findRemote(git)
      const address = addressOf(found)
      if (found === null || address === null || !/^https?:/i.test(found.url)) return {}
      const known = await credentialsFor(address).catch(() => null) // then git has its own ways, or says why not
      if (known === null) return {}
      return toGitVariables(environment, new URL(address.webUrl).origin, await known.token())
    },
  }
}

/** For a remote that no repository has yet: the rights that the environment gives at this address; none = git's own ways. */
export async function remoteVariables(
  environment: CliBase['environment'],
  url: string,
): Promise<Readonly<Record<string, string>>> {
  const address = parseGithubRemote(url, environment)
  if (address === null || !isGithubHost(address.host, environment) || !/^https:/i.test(url)) return {}
  const { findCredentials } = await import('../forge/github/credentials.ts')
  const known = await findCredentials({ address, environment, cwd: '/' }).catch(() => null)
  return known === null ? {} : toGitVariables(environment, new URL(address.webUrl).origin, await known.token())
}

/** A helper that git asks after those of the person; the password is in the environment of that one process only. */
function toGitVariables(environment: CliBase['environment'], origin: string, password: string): Record<string, string> {
  const count = Number(environment.GIT_CONFIG_COUNT ?? 0) || 0
  const answer = 'echo username=x-access-token; echo "password=$CLAUDETM_GIT_PASSWORD"'
  return {
    GIT_CONFIG_COUNT: String(count + 1),
    [`GIT_CONFIG_KEY_${count}`]: `credential.${origin}.helper`,
    [`GIT_CONFIG_VALUE_${count}`]: `!f() { test "$1" != get || { ${answer}; }; }; f`,
    CLAUDETM_GIT_PASSWORD: password,
  }
}
