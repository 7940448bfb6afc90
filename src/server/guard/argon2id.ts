/** Argon2id as it is written down by everybody else: `$argon2id$v=19$m=65536,t=3,p=4$<salt>$<hash>`. */
import * as crypto from 'node:crypto'
import { timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { Failure } from '../../domain/failure.ts'

type Argon2 = (algorithm: 'argon2id', parameters: Readonly<Record<string, unknown>>) => Promise<Buffer>

const ENCODED =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,128})=*\$([A-Za-z0-9+/]{22,128})=*$/

/** Runs beside the event loop. Throws `config_invalid` for a hash that cannot be read, or a Node that cannot do it. */
export function verifyArgon2id(hash: string, variable: string): (candidate: string) => Promise<boolean> {
  const [, memory, passes, parallelism, salt, digest] = ENCODED.exec(hash) ?? []
  if (salt === undefined || digest === undefined) {
    throw new Failure('config_invalid', `${variable} is not an argon2id hash of version 19`, { facts: { variable } })
  }
  const argon2 = find()
  if (argon2 === null) {
    throw new Failure('config_invalid', `${variable}: argon2id needs Node.js 24.7 or newer; a bcrypt hash works here`, {
      facts: { variable },
    })
  }
  const wanted = Buffer.from(digest, 'base64')
  const nonce = Buffer.from(salt, 'base64')
  return async (candidate) => {
    const found = await argon2('argon2id', {
      message: candidate,
      nonce,
      parallelism: Number(parallelism),
      tagLength: wanted.length,
      memory: Number(memory),
      passes: Number(passes),
    })
    return timingSafeEqual(found, wanted)
  }
}

/** Not in the oldest Node that we run on. */
function find(): Argon2 | null {
  const candidate = (crypto as unknown as { argon2?: (...args: never[]) => void }).argon2
  return candidate === undefined ? null : (promisify(candidate) as unknown as Argon2)
}
