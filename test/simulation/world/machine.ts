/**
 * The machine that a simulated process of ours runs on. The real store writes its files, but every single call to the
 * operating system ends here: on a disk in memory, carried out at once and in order, so that the same history is the same
 * history every time, the process can die between any two calls, the disk can be full and process ids mean simulated
 * processes. Code that runs outside of a simulated process calls the operating system as ever.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { type Disk, FIRST_FD } from './disk.ts'

/** What a process meets when it calls the operating system. */
export type Kernel = {
  readonly disk: Disk
  readonly isDead: () => boolean
  /** Around every call that changes the disk; throws what the operating system would, or `Death`. */
  write<T>(path: string, effect: () => T): T
  /** Start time of a simulated process; null = no such process. */
  processStart(pid: number): string | null
}

/** Thrown into code that died inside of a call that cannot be made to hang. It can do nothing any more. */
export class Death extends Error {}

/** Simulated process ids are beyond what Linux gives out. */
export const FIRST_PID = 5_000_000

const running = new AsyncLocalStorage<Kernel>()

/** Everything that `work` calls, at once or later, is called by a process on this kernel. */
export function runOn<T>(kernel: Kernel, work: () => T): T {
  return running.run(kernel, work)
}

export function never<T>(): Promise<T> {
  return new Promise(() => {})
}

// biome-ignore lint/suspicious/noExplicitAny: functions of the operating system, whatever their signature
type Call = (...args: any[]) => any

/** Answers now, as a promise; a dead process gets no answer. */
function answering(original: Call, simulated: (kernel: Kernel, ...args: string[]) => unknown): Call {
  return (...args) => {
    const kernel = running.getStore()
    if (kernel === undefined) return original(...args)
    if (kernel.isDead()) return never()
    try {
      return Promise.resolve(simulated(kernel, ...args))
    } catch (error) {
      return error instanceof Death ? never() : Promise.reject(error)
    }
  }
}

function atOnce(original: Call, simulated: (kernel: Kernel, ...args: never[]) => unknown): Call {
  return (...args) => {
    const kernel = running.getStore()
    if (kernel === undefined) return original(...args)
    if (kernel.isDead()) throw new Death()
    return simulated(kernel, ...(args as never[]))
  }
}

function openHandle(kernel: Kernel, path: string, flags: string): object {
  const { disk } = kernel
  if (disk.exists(path) && flags === 'r') {
    return { sync: async () => disk.syncDirectory(path), close: async () => {} }
  }
  const fd = kernel.write(path, () => disk.open(path, flags))
  return {
    writeFile: answering(never, (own, text) => own.write(path, () => disk.append(fd, text as string))),
    sync: answering(never, () => disk.sync(fd)),
    close: answering(never, () => disk.close(fd)),
  }
}

function readFile({ disk, processStart }: Kernel, path: string): string {
  const pid = /^\/proc\/(\d+)\/stat$/.exec(path)?.[1]
  if (pid === undefined) return path.startsWith('/proc/') ? '' : disk.read(path)
  const start = processStart(Number(pid))
  if (start === null) throw Object.assign(new Error('ENOENT: no such process'), { code: 'ENOENT' })
  return `${pid} (node) S ${'0 '.repeat(18)}${start} 0`
}

/** All that is there by now, in one piece; an iterator is what the store uses of a stream. */
async function* readStream({ disk }: Kernel, path: string, { start = 0 }: { start?: number } = {}) {
  yield Buffer.from(disk.read(path)).subarray(start)
}

const real = { ...fs }
const promises = { ...fs.promises }
const kill = process.kill.bind(process)

Object.assign(fs.promises, {
  open: answering(promises.open, openHandle as never),
  readFile: answering(promises.readFile, readFile as never),
  readdir: answering(promises.readdir, ({ disk }, path) => disk.list(path as string)),
  rename: answering(promises.rename, (kernel, from, to) =>
    kernel.write(to as string, () => kernel.disk.rename(from as string, to as string)),
  ),
  link: answering(promises.link, (kernel, from, to) =>
    kernel.write(to as string, () => kernel.disk.link(from as string, to as string)),
  ),
  rm: answering(promises.rm, (kernel, path) => {
    if (kernel.disk.exists(path as string)) kernel.write(path as string, () => kernel.disk.remove(path as string))
  }),
  mkdir: answering(promises.mkdir, (kernel, path) =>
    kernel.disk.exists(path as string)
      ? undefined
      : kernel.write(path as string, () => kernel.disk.mkdir(path as string)),
  ),
  chmod: answering(promises.chmod, () => undefined),
  stat: answering(promises.stat, ({ disk }, path) => ({
    dev: 1n,
    ino: BigInt(disk.idOf(path as string)),
    birthtimeNs: 0n,
  })),
  copyFile: answering(promises.copyFile, (kernel, from, to) =>
    kernel.write(to as string, () => kernel.disk.write(to as string, kernel.disk.read(from as string))),
  ),
})

Object.assign(fs, {
  createReadStream: atOnce(real.createReadStream as Call, readStream),
  openSync: atOnce(real.openSync, ({ disk }, path, flags) => disk.open(path, flags)),
  closeSync: (fd: number) => {
    const kernel = running.getStore()
    if (fd < FIRST_FD) real.closeSync(fd)
    else kernel?.disk.close(fd)
  },
  readdirSync: atOnce(real.readdirSync as Call, ({ disk }, path) => disk.list(path)),
  mkdirSync: atOnce(real.mkdirSync as Call, (kernel, path) =>
    kernel.disk.exists(path) ? undefined : kernel.write(path, () => kernel.disk.mkdir(path)),
  ),
  fstatSync: atOnce(real.fstatSync as Call, ({ disk }, fd) => ({ size: Buffer.byteLength(disk.contentOf(fd)) })),
  readSync: atOnce(
    real.readSync as Call,
    ({ disk }, fd, target: Buffer, offset: number, length: number, from: number) =>
      Buffer.from(disk.contentOf(fd)).copy(target, offset, from, from + length),
  ),
  ftruncateSync: atOnce(real.ftruncateSync as Call, ({ disk }, fd, size: number) => {
    const bytes = Buffer.from(disk.contentOf(fd))
    if (bytes.length !== size) disk.truncate(fd, bytes.subarray(0, size).toString())
  }),
  writeSync: atOnce(real.writeSync as Call, (kernel, fd, bytes: Buffer, offset: number) =>
    kernel.write('events', () => {
      kernel.disk.append(fd, bytes.subarray(offset).toString())
      return bytes.length - offset
    }),
  ),
  appendFileSync: atOnce(real.appendFileSync as Call, (kernel, path, text) =>
    kernel.write(path, () => kernel.disk.write(path, (kernel.disk.exists(path) ? kernel.disk.read(path) : '') + text)),
  ),
  fdatasync: (fd: number, done: (error: Error | null) => void) => {
    const kernel = running.getStore()
    if (kernel === undefined) return real.fdatasync(fd, done)
    if (kernel.isDead()) return
    kernel.disk.sync(fd)
    done(null)
  },
})

process.kill = ((pid: number, signal: number) => {
  if (pid < FIRST_PID) return kill(pid, signal)
  if (running.getStore()?.processStart(pid) == null) throw Object.assign(new Error('ESRCH'), { code: 'ESRCH' })
  return true
}) as typeof process.kill

syncBuiltinESMExports()
