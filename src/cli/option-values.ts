/** Values of options: from the text on the command line to what it means, or a sentence about what is allowed. */
import { InvalidArgumentError } from 'commander'

export function parseCount(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > 1_000_000) {
    throw new InvalidArgumentError('It must be a whole number from 1 to 1000000.')
  }
  return value
}

export function parseUsd(text: string): number {
  const value = Number(text.replace(/^\$/, ''))
  if (!/^\$?\d+(\.\d+)?$/.test(text) || value <= 0 || value > 1_000_000) {
    throw new InvalidArgumentError('It must be an amount of US dollars above 0 and up to 1000000, such as 5 or 2.50.')
  }
  return value
}

export function parseText(text: string): string {
  const trimmed = text.trim()
  if (trimmed === '') throw new InvalidArgumentError('It must not be blank.')
  return trimmed
}

export function collectText(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), parseText(text)]
}
