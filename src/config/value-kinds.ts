/** The kinds of value a setting can have: what is allowed, in words and as a schema, for files and for variables. */
import { z } from 'zod'
import { urlProblem } from '../notify/hooks/hook-url.ts'

export type ValueKind<T> = {
  /** Completes "allowed: ...". */
  readonly allowed: string
  readonly schema: z.ZodType<T>
  /** A variable's text as the JSON value it stands for; what it cannot read it returns as it is, for the schema to refuse. */
  readonly fromText: (text: string) => unknown
}

const asText = (text: string): unknown => text
const asNumber = (text: string): unknown => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text)

/** One word: no blanks, no control characters. */
const WORD = /^[^\s\x00-\x1f\x7f]+$/

export function word(allowed: string): ValueKind<string> {
  return { allowed, schema: z.string().trim().regex(WORD), fromText: asText }
}

export function choice<const T extends string>(words: readonly T[]): ValueKind<T> {
  return { allowed: words.join(', '), schema: z.enum(words), fromText: asText }
}

export function wholeNumber(allowed: string, { min, max }: { min: number; max: number }): ValueKind<number> {
  return { allowed, schema: z.int().min(min).max(max), fromText: asNumber }
}

/** Timers of the platform end at 2^31 ms, just under 25 days. */
const MAX_SECONDS = 2_000_000

export function seconds(min = 1): ValueKind<number> {
  return wholeNumber(`a whole number of seconds from ${min} to ${MAX_SECONDS}`, { min, max: MAX_SECONDS })
}

export function attempts(): ValueKind<number> {
  return wholeNumber('a whole number from 0 to 100', { min: 0, max: 100 })
}

export const usd: ValueKind<number> = {
  allowed: 'an amount in USD above 0',
  schema: z.number().positive().max(1_000_000),
  fromText: asNumber,
}

export const flag: ValueKind<boolean> = {
  allowed: 'true, false',
  schema: z.boolean(),
  fromText: (text) => (text === 'true' ? true : text === 'false' ? false : text),
}

/** Kept without trailing slashes. */
export const webAddress: ValueKind<string> = {
  allowed: 'a web address that starts with https:// or http://',
  schema: z
    .string()
    .trim()
    .refine((text) => WORD.test(text) && /^https?:$/.test(URL.parse(text)?.protocol ?? ''))
    .transform((text) => text.replace(/\/+$/, '')),
  fromText: asText,
}

/** As it is: a trailing slash may matter to who listens there. */
export const webhookAddress: ValueKind<string> = {
  allowed: 'a web address that starts with https:// or http://, without a user name or password',
  schema: z
    .string()
    .trim()
    .refine((text) => urlProblem(text) === null),
  fromText: asText,
}

/** The rules of git-check-ref-format, as far as a person can trip over them. */
export const branchName: ValueKind<string> = {
  allowed: 'the name of a branch',
  schema: z
    .string()
    .regex(/^(?![-/.])(?!.*(?:\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)))[^\s\x00-\x20\x7f~^:?*[\\]+(?<![/.])$/),
  fromText: asText,
}

export const toolList: ValueKind<string[]> = {
  allowed: 'a list of tool names such as ["Read", "Grep"]',
  schema: z.array(z.string().regex(WORD)),
  fromText: asText,
}

export const nameList: ValueKind<string[]> = {
  allowed: 'a list of logins such as ["octocat", "coderabbitai"]',
  schema: z.array(z.string().trim().regex(WORD)),
  fromText: asText,
}

export const port: ValueKind<number> = wholeNumber('a port from 1 to 65535', { min: 1, max: 65_535 })

const commandLine = z.string().trim().min(1)

export const checkList: ValueKind<{ name: string; command: string }[]> = {
  allowed: 'a list of commands, each as text or as {"name": "...", "command": "..."}, every name once',
  schema: z
    .array(
      z.union([
        commandLine.transform((command) => ({ name: command, command })),
        z.strictObject({ name: commandLine, command: commandLine }),
      ]),
    )
    .refine((checks) => new Set(checks.map((check) => check.name)).size === checks.length),
  fromText: asText,
}

export const installCommand: ValueKind<string | false> = {
  allowed: 'a command, or false to install nothing',
  schema: z.union([commandLine, z.literal(false)]),
  fromText: asText,
}

/** In a variable: `check=part of its description;check=...`, as the original wrote them. */
export const toleratedFailures: ValueKind<{ check: string; description_includes: string }[]> = {
  allowed:
    '{"check": "...", "description_includes": "..."} in a list; in a variable: check=description;check=description',
  schema: z.array(z.strictObject({ check: commandLine, description_includes: z.string().trim() })),
  fromText: (text) =>
    text
      .split(';')
      .filter((rule) => rule.trim() !== '')
      .map((rule) => {
        const at = rule.indexOf('=')
        return at < 0 ? rule : { check: rule.slice(0, at), description_includes: rule.slice(at + 1) }
      }),
}

/** Accepted where another value cannot be honoured; the words say what to do instead. */
export function onlyTrue(instead: string): ValueKind<true> {
  return { allowed: `true. ${instead}`, schema: z.literal(true), fromText: asText }
}
