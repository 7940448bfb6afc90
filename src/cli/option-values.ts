/** Values of options: from the text on the command line to what it means, or a sentence about what is allowed. */
import { InvalidArgumentError } from 'commander'
import type { PrNumber } from '../domain/ids.ts'
import { secretProblem } from '../notify/hooks/hook-secret.ts'
import { urlProblem } from '../notify/hooks/hook-url.ts'

export function parseCount(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > 1_000_000) {
    throw new InvalidArgumentError('It must be a whole number from 1 to 1000000.')
  }
  return value
}

export function parsePriority(text: string): number {
  if (!/^[0-3]$/.test(text)) throw new InvalidArgumentError('It must be 0, 1, 2 or 3; the highest is read first.')
  return Number(text)
}

export type Limit = number | 'none'

/** A limit that can also be lifted; null would be an empty value for commander. */
export function orNone(parse: (text: string) => number): (text: string) => Limit {
  return (text) => {
    if (text === 'none') return text
    try {
      return parse(text)
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error
      throw new InvalidArgumentError(`${error.message.replace(/\.$/, '')}, or none.`)
    }
  }
}

/** An id that a server gave. */
export function parseId(text: string): number {
  const value = Number(text)
  if (!/^\d{1,15}$/.test(text) || value < 1) throw new InvalidArgumentError('It must be an id, such as 1234567.')
  return value
}

export function parsePort(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > 65_535) {
    throw new InvalidArgumentError('It must be a port from 1 to 65535.')
  }
  return value
}

/** `12`, or `#12` as people write it. */
export function parsePrNumber(text: string): PrNumber {
  const digits = /^#?([1-9]\d{0,9})$/.exec(text.trim())?.[1]
  if (digits === undefined) throw new InvalidArgumentError('It must be the number of a pull request, such as 12.')
  return Number(digits) as PrNumber
}

export function parseUsd(text: string): number {
  const value = Number(text.replace(/^\$/, ''))
  if (!/^\$?\d+(\.\d+)?$/.test(text) || value <= 0 || value > 1_000_000) {
    throw new InvalidArgumentError('It must be an amount of US dollars above 0 and up to 1000000, such as 5 or 2.50.')
  }
  return value
}

export function parseWebhookUrl(text: string): string {
  const problem = urlProblem(text.trim())
  if (problem !== null) throw new InvalidArgumentError(`It ${problem}.`)
  return text.trim()
}

export function parseSecret(text: string): string {
  const problem = secretProblem(text)
  if (problem !== null) throw new InvalidArgumentError(`It ${problem}.`)
  return text
}

export function parseText(text: string): string {
  const trimmed = text.trim()
  if (trimmed === '') throw new InvalidArgumentError('It must not be blank.')
  return trimmed
}

/** Not blank, and no longer than what is read. */
export function parseAtMost(maxChars: number): (text: string) => string {
  return (text) => {
    const trimmed = parseText(text)
    if (trimmed.length > maxChars) throw new InvalidArgumentError(`It must have at most ${maxChars} characters.`)
    return trimmed
  }
}

export function collectText(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), parseText(text)]
}
