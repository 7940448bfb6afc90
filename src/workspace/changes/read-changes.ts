/**
 * The look of the diff guard: two git processes (a third where there are binary files), each bounded. They run in the
 * repository's git directory as if it had no working tree: there no `.gitattributes` that a session wrote can say that a
 * file is binary and hide its change, and plumbing does not listen to the user's settings.
 */
import type { Failure } from '../../domain/failure.ts'
import type { CommitSha } from '../../domain/ids.ts'
import type { Changes, FileChange } from '../../domain/integrity/changes.ts'
import type { CommandResult } from '../../lib/command.ts'
import { type Git, toGitFailure } from '../git.ts'
import { type PatchSection, readPatch } from './patch.ts'
import { type RawRecord, readRaw } from './raw-records.ts'
import { changedLines, historyLines } from './secret-lines.ts'
import { hideSecrets, scanForSecrets } from './secret-scan.ts'

const WITHOUT_TREE = ['-c', 'core.bare=true', '-c', 'core.attributesFile=/dev/null']
/** Files beyond it are not compared; of all that is compared, so much is read. */
const BIG_FILE = ['-c', 'core.bigFileThreshold=4m']
const MAX_DIFF_BYTES = 12 * 1024 * 1024
const MAX_HISTORY_BYTES = 24 * 1024 * 1024
const PLAIN = ['--no-ext-diff', '--no-textconv', '--no-color', '-U0']
const MEBIBYTE = 1024 * 1024

export type ChangesRequest = { readonly since: CommitSha; readonly commit: CommitSha }

export async function readChanges(git: Git, request: ChangesRequest): Promise<Changes> {
  const [change, history] = await Promise.all([readDiff(git, request), readHistory(git, request)])
  const files = await withSizes(git, change.files)
  const scan = await scanForSecrets([...changedLines(files), ...historyLines(history.text, request.commit)])
  const shown = hideSecrets(
    files.map(({ file }) => file),
    scan.secrets,
  )
  return { files: shown, secrets: scan.sightings, unread: [...change.unread, ...history.unread] }
}

export async function readFiles(git: Git, commit: CommitSha): Promise<readonly string[]> {
  const text = await git.run(['ls-tree', '-r', '--name-only', '-z', '--full-tree', commit])
  return text.split('\0').filter((path) => path !== '')
}

type Read = { readonly file: FileChange; readonly blob: string }

async function readDiff(git: Git, { since, commit }: ChangesRequest) {
  const args = [...WITHOUT_TREE, ...BIG_FILE, 'diff-tree', '-r', '-M', '--raw', '-z', '-p', '--full-index', ...PLAIN]
  const command = [...args, '--merge-base', since, commit]
  const result = await git.try(command, { stopAfterBytes: MAX_DIFF_BYTES })
  if (!result.tooLong && result.exitCode !== 0) throw toFailure('diff-tree', result)
  const { records, isComplete, patch } = readRaw(result.stdout)
  const sections = readPatch(patch)
  // The last section may have lost its end.
  const whole = result.tooLong ? sections.slice(0, -1) : sections
  return {
    files: join(records, whole),
    unread: isComplete ? [] : [`more than ${records.length} files were changed`],
  }
}

/** Both are in the same order. */
function join(records: readonly RawRecord[], sections: readonly PatchSection[]): readonly Read[] {
  let next = 0
  return records.map((record) => {
    const own = sections.slice(next, next + record.sections)
    next += record.sections
    return { file: toFile(record, own), blob: record.blob }
  })
}

function toFile({ path, from, before, after, sections }: RawRecord, own: readonly PatchSection[]): FileChange {
  const isRead = own.length === sections
  const hunks = own.flatMap((section) => section.hunks)
  const content = isRead ? (own.some((section) => section.isBinary) ? 'binary' : 'text') : 'unread'
  const isNew = before === 'absent' && content === 'text'
  const sizeBytes = isNew ? hunks.flatMap(({ added }) => added).reduce((sum, line) => sum + line.length + 1, 0) : null
  return { path, from, before, after, content, sizeBytes, hunks }
}

/** What is not text has its size looked up; what is too big to be compared was not read. */
async function withSizes(git: Git, files: readonly Read[]): Promise<readonly Read[]> {
  const asked = files.filter(({ file }) => file.content === 'binary' && file.after === 'file')
  if (asked.length === 0) return files
  const input = `${asked.map(({ blob }) => blob).join('\n')}\n`
  const lines = (await git.run(['cat-file', '--batch-check=%(objectsize)'], { input })).split('\n')
  const sizes = new Map(asked.map((read, index) => [read, Number(lines[index])]))
  return files.map((read) => {
    const sizeBytes = sizes.get(read)
    if (sizeBytes === undefined || Number.isNaN(sizeBytes)) return read
    const content = sizeBytes > 4 * MEBIBYTE ? 'unread' : read.file.content
    return { ...read, file: { ...read.file, sizeBytes, content } }
  })
}

/** Every commit that a push would send, with its message: what one adds and a later one removes is sent all the same. */
async function readHistory(git: Git, { since, commit }: ChangesRequest) {
  const names = ['--src-prefix=a/', '--dst-prefix=b/', '--no-renames']
  const words = ['--no-show-signature', '--no-notes', '--encoding=UTF-8', `--format=${commit} begins %H%n%B%n${commit}`]
  const plain = [...WITHOUT_TREE, ...BIG_FILE, '-c', 'core.quotePath=false', 'log', '-p', '--diff-merges=off']
  const args = [...plain, ...PLAIN, ...names, ...words, `${since}..${commit}`, '--']
  const result = await git.try(args, { stopAfterBytes: MAX_HISTORY_BYTES })
  if (!result.tooLong && result.exitCode !== 0) throw toFailure('log', result)
  const unread = result.tooLong ? ['the commits are too large to be searched for secrets'] : []
  return { text: result.stdout, unread }
}

/** What it printed is the change itself, and may hold anything: only what git says about it is passed on. */
function toFailure(command: string, result: CommandResult): Failure {
  return toGitFailure([command], { ...result, output: result.stderr })
}
