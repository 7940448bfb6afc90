/**
 * The command line of bubblewrap (bwrap): a read-only root, mounts laid over it, own processes, no way to more rights.
 * Knows the tool, not what deserves protection.
 */
import { dirname } from 'node:path'

export type Mount =
  /** An empty, writable directory in memory that hides what is there. */
  | { readonly kind: 'private'; readonly path: string }
  | { readonly kind: 'readable'; readonly path: string; readonly source: string }
  | { readonly kind: 'writable'; readonly path: string; readonly source: string }
  /** A file that reads as empty. */
  | { readonly kind: 'masked'; readonly path: string }

export type BubblewrapRequest = {
  /** Laid parents first, whatever the order here. No two for one path. */
  readonly mounts: readonly Mount[]
  readonly cwd: string
  readonly isRoot: boolean
  readonly setEnvironment: Readonly<Record<string, string>>
  readonly unsetEnvironment: readonly string[]
}

/** Arguments up to and including `--`; the confined command follows. */
export function toBubblewrapArguments(request: BubblewrapRequest): string[] {
  return [
    ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'],
    ...PROTECTED_PROC.flatMap((path) => ['--ro-bind-try', path, path]),
    ...sortMounts(request.mounts).flatMap(toMountArguments),
    ...['--unshare-pid', '--unshare-ipc', '--die-with-parent', '--new-session', '--cap-drop', 'ALL'],
    ...(request.isRoot ? ROOT_CAPABILITIES.flatMap((capability) => ['--cap-add', capability]) : []),
    ...Object.entries(request.setEnvironment).flatMap(([name, value]) => ['--setenv', name, value]),
    ...request.unsetEnvironment.flatMap((name) => ['--unsetenv', name]),
    ...['--chdir', request.cwd, '--'],
  ]
}

/** Shallow before deep, so that what lies below a hidden directory comes back on top of it. */
export function sortMounts(mounts: readonly Mount[]): Mount[] {
  return [...mounts].sort((a, b) => depth(a.path) - depth(b.path))
}

/** The mount that decides what is seen at `path`; null = the read-only root itself. */
export function findCoveringMount(mounts: readonly Mount[], path: string): Mount | null {
  const byPath = new Map(mounts.map((mount) => [mount.path, mount]))
  for (let at = path; ; at = dirname(at)) {
    const mount = byPath.get(at)
    if (mount !== undefined) return mount
    if (at === dirname(at)) return null
  }
}

/**
 * Root without capabilities still owns the files below /proc/sys (seen with 0.8.0: /proc/sys/kernel/core_pattern, which
 * names a program the kernel runs outside, could be written). The list is that of container engines.
 */
const PROTECTED_PROC = ['/proc/sys', '/proc/sysrq-trigger', '/proc/fs', '/proc/acpi', '/proc/scsi']

/**
 * bwrap leaves root all capabilities, and with them the mounts above are undone by one `mount -o remount,rw /`. These
 * are what ordinary build tools use as root; none of them reaches outside the mounts.
 */
const ROOT_CAPABILITIES = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_NET_BIND_SERVICE',
]

function toMountArguments(mount: Mount): string[] {
  switch (mount.kind) {
    case 'private':
      return ['--tmpfs', mount.path]
    case 'readable':
      return ['--ro-bind', mount.source, mount.path]
    case 'writable':
      return ['--bind', mount.source, mount.path]
    case 'masked':
      return ['--ro-bind', '/dev/null', mount.path]
  }
}

function depth(path: string): number {
  return path === '/' ? 0 : path.split('/').length
}
