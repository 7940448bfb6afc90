/** What a hook is signed with. */

/** As Standard Webhooks writes a key: the rest of it is base64. Any other secret is the key itself. */
export const STANDARD_PREFIX = 'whsec_'

export function secretProblem(secret: string): string | null {
  if (secret === '') return 'must not be empty'
  if (!secret.startsWith(STANDARD_PREFIX)) return null
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(secret.slice(STANDARD_PREFIX.length))
  return isBase64 ? null : `must go on in base64 after ${STANDARD_PREFIX}`
}
