/** Secrets, by where they are; what they are is never written down. */
import type { Changes } from './changes.ts'
import type { Sighting } from './sighting.ts'

const KEY_FILES = /(?:^|\/)id_(?:rsa|dsa|ecdsa|ed25519)$|\.(?:p12|pfx|jks|keystore|kdbx|ppk)$/

export function findSecrets({ files, secrets }: Changes): readonly Sighting[] {
  const found = secrets.map(({ path, line, commit, kind, digest }): Sighting => {
    const where = line === null && commit !== null ? `, in commit ${commit.slice(0, 12)} of the branch` : ''
    return {
      path,
      line,
      what: `a secret: ${kind}${where}`,
      key: `${digest}\n${line === null ? 'past' : 'now'}`,
      excerpt: '',
    }
  })
  const keys = files
    .filter(({ path, after }) => after === 'file' && KEY_FILES.test(path))
    .map(
      ({ path }): Sighting => ({
        path,
        line: null,
        what: 'a secret: a file for private keys',
        key: 'file',
        excerpt: '',
      }),
    )
  return [...found, ...keys]
}
