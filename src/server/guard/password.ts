/**
 * The one password. A slow hash is asked once for each password that is right: after that a keyed digest in memory tells
 * in constant time, so that a request costs microseconds and the hash protects what lies on the disk.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Environment } from '../../config/paths.ts'
import { Failure } from '../../domain/failure.ts'
import { verifyArgon2id } from './argon2id.ts'

export type Password = {
  /** Without asking the slow hash: true only for one that was right before. */
  isKnown(candidate: string): boolean
  verify(candidate: string): Promise<boolean>
}

const BCRYPT = /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/
const ARGON2ID = /^\$argon2id\$/

/** null = none is configured. Throws `config_invalid` for a hash that cannot be used. */
export function readPassword(environment: Environment): Password | null {
  const { CLAUDETM_PASSWORD_HASH: hash, CLAUDETM_PASSWORD: plain } = environment
  if (hash) return createPassword(toVerifier(hash, 'CLAUDETM_PASSWORD_HASH'))
  if (!plain) return null
  // A hash in the wrong variable is taken as what it is, as the original does.
  if (BCRYPT.test(plain) || ARGON2ID.test(plain)) return createPassword(toVerifier(plain, 'CLAUDETM_PASSWORD'))
  return createPassword(toPlainVerifier(plain))
}

type Verifier = (candidate: string) => Promise<boolean>

function toVerifier(hash: string, variable: string): Verifier {
  if (BCRYPT.test(hash)) return (candidate) => verifyBcrypt(candidate, hash)
  if (ARGON2ID.test(hash)) return verifyArgon2id(hash, variable)
  throw new Failure('config_invalid', `${variable} is neither a bcrypt nor an argon2id hash`, { facts: { variable } })
}

/** Looks at the first 72 bytes only, as everywhere. */
async function verifyBcrypt(candidate: string, hash: string): Promise<boolean> {
  const { compare } = await import('bcryptjs')
  return compare(candidate, hash)
}

function toPlainVerifier(password: string): Verifier {
  const digest = toDigest(randomBytes(32))
  const wanted = digest(password)
  return async (candidate) => timingSafeEqual(digest(candidate), wanted)
}

function createPassword(verifier: Verifier): Password {
  const digest = toDigest(randomBytes(32))
  let known: Buffer | null = null
  const isKnown = (candidate: string) => known !== null && timingSafeEqual(digest(candidate), known)
  return {
    isKnown,
    async verify(candidate) {
      if (isKnown(candidate)) return true
      const isRight = await verifier(candidate)
      if (isRight) known = digest(candidate)
      return isRight
    },
  }
}

function toDigest(key: Buffer): (text: string) => Buffer {
  return (text) => createHmac('sha256', key).update(text, 'utf8').digest()
}
