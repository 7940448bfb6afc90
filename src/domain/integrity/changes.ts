/** What was changed between two commits, as it was read from git: bounded, and honest about what was not read. */
import type { CommitSha } from '../ids.ts'

export type FileKind = 'absent' | 'file' | 'symlink' | 'submodule'

/** Lines that follow one another on either side; without context. Line numbers count from 1. */
export type Hunk = {
  readonly oldStart: number
  readonly newStart: number
  readonly removed: readonly string[]
  readonly added: readonly string[]
}

export type FileChange = {
  /** From the top of the repository, with `/`. */
  readonly path: string
  /** Its path before, when it was renamed. */
  readonly from: string | null
  readonly before: FileKind
  readonly after: FileKind
  /** `unread`: beyond the bound of the look, in the file or in the change as a whole. */
  readonly content: 'text' | 'binary' | 'unread'
  /** Size afterwards, where it is not text: bytes. null = not asked. */
  readonly sizeBytes: number | null
  readonly hunks: readonly Hunk[]
}

/** Where something that looks like a secret was added. Never the secret itself. */
export type SecretSighting = {
  readonly path: string
  /** Of the file at the end; null when only an earlier commit has it. */
  readonly line: number | null
  readonly commit: CommitSha | null
  /** "GitHub token", "private key". */
  readonly kind: string
  /** Of a one-way digest: tells one secret from another in the same file. */
  readonly digest: string
}

export type Changes = {
  readonly files: readonly FileChange[]
  /** In any commit on the way, not only in the result: all of them would be pushed. */
  readonly secrets: readonly SecretSighting[]
  /** What could not be looked at, each with the reason in words. */
  readonly unread: readonly string[]
}

export const NO_CHANGES: Changes = { files: [], secrets: [], unread: [] }
