/** The list of changed files as `git diff-tree --raw -z` prints it. Pure. */
import type { FileKind } from '../../domain/integrity/changes.ts'

export type RawRecord = {
  readonly path: string
  readonly from: string | null
  readonly before: FileKind
  readonly after: FileKind
  /** Object name afterwards; zeros when it is deleted. */
  readonly blob: string
  /** How many sections of the patch belong to it: a changed kind is shown as deleted and added. */
  readonly sections: 1 | 2
}

export type RawList = { readonly records: readonly RawRecord[]; readonly isComplete: boolean; readonly patch: string }

/** `:100644 100755 <before> <after> M\0path\0`, with a second path for renames and copies; then an empty field, the patch. */
export function readRaw(text: string): RawList {
  const records: RawRecord[] = []
  let at = 0
  const field = (): string | null => {
    const end = text.indexOf('\0', at)
    if (end < 0) return null
    const value = text.slice(at, end)
    at = end + 1
    return value
  }
  while (text[at] === ':') {
    const header = field()
    const [first, second] = [field(), header !== null && /[RC]\d*$/.test(header) ? field() : undefined]
    if (header === null || first === null || second === null) return { records, isComplete: false, patch: '' }
    records.push(toRecord(header, first, second))
  }
  const isComplete = text[at] === '\0' || text === ''
  return { records, isComplete, patch: isComplete ? text.slice(at + 1) : '' }
}

function toRecord(header: string, first: string, second: string | undefined): RawRecord {
  const [before = '', after = '', , blob = '', status = ''] = header.slice(1).split(' ')
  return {
    path: second ?? first,
    from: second !== undefined && status.startsWith('R') ? first : null,
    before: toKind(before),
    after: toKind(after),
    blob,
    sections: status.startsWith('T') ? 2 : 1,
  }
}

function toKind(mode: string): FileKind {
  if (mode === '000000') return 'absent'
  if (mode === '120000') return 'symlink'
  return mode === '160000' ? 'submodule' : 'file'
}
