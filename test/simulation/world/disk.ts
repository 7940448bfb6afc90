/**
 * A disk in memory, as far as the store uses one. What was not synchronised is lost when the power fails: contents since
 * the last `sync` of the file, names since the last `sync` of the directory.
 */
import { dirname } from 'node:path'

type File = { readonly id: number; content: string; durable: string }

export type Disk = {
  exists(path: string): boolean
  /** Throws ENOENT. */
  read(path: string): string
  write(path: string, text: string): void
  /** Another one for a new file of an old name. Throws ENOENT. */
  idOf(path: string): number
  list(directory: string): string[]
  mkdir(path: string): string | undefined
  rename(from: string, to: string): void
  link(from: string, to: string): void
  remove(path: string): void
  open(path: string, flags: string): number
  close(fd: number): void
  append(fd: number, text: string): void
  contentOf(fd: number): string
  truncate(fd: number, text: string): void
  sync(fd: number): void
  syncDirectory(path: string): void
  powerCut(): void
}

/** Beyond what the operating system gives out. */
export const FIRST_FD = 1_000_000

export function createDisk(): Disk {
  let names = new Map<string, File>()
  let directories = new Set<string>(['/'])
  let durable: { names: Map<string, File>; directories: Set<string> } = {
    names: new Map(),
    directories: new Set(['/']),
  }
  const opened = new Map<number, File>()
  let descriptors = FIRST_FD
  let files = 0

  function fail(code: string, path: string): never {
    throw Object.assign(new Error(`${code}: ${path}`), { code })
  }

  function get(path: string): File {
    return names.get(path) ?? fail(directories.has(path) ? 'EISDIR' : 'ENOENT', path)
  }

  function getOpen(fd: number): File {
    return opened.get(fd) ?? fail('EBADF', String(fd))
  }

  function create(path: string): File {
    if (!directories.has(dirname(path))) return fail('ENOENT', path)
    files += 1
    const file = { id: files, content: '', durable: '' }
    names.set(path, file)
    return file
  }

  const isIn = (directory: string) => (path: string) => dirname(path) === directory

  return {
    exists: (path) => names.has(path) || directories.has(path),
    read: (path) => get(path).content,
    idOf: (path) => get(path).id,
    write(path, text) {
      const file = names.get(path) ?? create(path)
      file.content = text
    },
    list(directory) {
      if (!directories.has(directory)) return fail('ENOENT', directory)
      const start = directory.length + 1
      return [...names.keys(), ...directories]
        .filter(isIn(directory))
        .map((path) => path.slice(start))
        .filter(Boolean)
    },
    mkdir(path) {
      const missing: string[] = []
      for (let at = path; !directories.has(at); at = dirname(at)) missing.push(at)
      for (const each of missing) directories.add(each)
      return missing.at(-1)
    },
    rename(from, to) {
      const file = get(from)
      names.delete(from)
      names.set(to, file)
    },
    link(from, to) {
      if (names.has(to)) fail('EEXIST', to)
      names.set(to, get(from))
    },
    remove(path) {
      for (const name of [...names.keys()]) if (name === path || name.startsWith(`${path}/`)) names.delete(name)
      for (const each of [...directories]) if (each === path || each.startsWith(`${path}/`)) directories.delete(each)
    },
    open(path, flags) {
      if (flags === 'wx' && names.has(path)) fail('EEXIST', path)
      const file = names.get(path) ?? (flags === 'r' ? get(path) : create(path))
      descriptors += 1
      opened.set(descriptors, file)
      return descriptors
    },
    close: (fd) => void opened.delete(fd),
    append(fd, text) {
      getOpen(fd).content += text
    },
    contentOf: (fd) => getOpen(fd).content,
    truncate(fd, text) {
      getOpen(fd).content = text
    },
    sync(fd) {
      const file = getOpen(fd)
      file.durable = file.content
    },
    syncDirectory(path) {
      const within = isIn(path)
      for (const name of [...durable.names.keys()].filter(within)) if (!names.has(name)) durable.names.delete(name)
      for (const [name, file] of names) if (within(name)) durable.names.set(name, file)
      for (const each of [...durable.directories].filter(within))
        if (!directories.has(each)) durable.directories.delete(each)
      for (const each of directories) if (within(each)) durable.directories.add(each)
    },
    powerCut() {
      names = new Map(durable.names)
      directories = new Set(durable.directories)
      for (const file of names.values()) file.content = file.durable
      durable = { names: new Map(names), directories: new Set(directories) }
      opened.clear()
    },
  }
}
