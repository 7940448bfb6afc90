/**
 * Keys of the terminal while a run works. Node's own decoder tells a lone Escape from the sequences of arrow and
 * function keys, also when those arrive in pieces. In raw mode the terminal makes no signals, so Ctrl+C and Ctrl+Z are
 * ours to honour.
 */
import { readFileSync } from 'node:fs'
import { emitKeypressEvents } from 'node:readline'

type Key = { readonly name?: string; readonly ctrl?: boolean; readonly meta?: boolean; readonly sequence?: string }

export function listenForKeys(
  keyboard: NodeJS.ReadStream,
  act: { interrupt: () => void; escape: () => void },
): { close(): void } {
  emitKeypressEvents(keyboard)
  const onKey = (_text: string | undefined, key: Key) => {
    if (key.ctrl === true && key.name === 'c') act.interrupt()
    else if (key.ctrl === true && key.name === 'z') suspend()
    else if (key.name === 'escape' && key.sequence === '\u001b') act.escape()
  }
  const raw = () => keyboard.setRawMode(true)
  const cooked = () => keyboard.setRawMode(false)
  keyboard.on('keypress', onKey)
  keyboard.on('error', () => {}) // the terminal went away: SIGHUP says so too
  process.on('SIGCONT', raw)
  process.once('exit', cooked)
  raw()
  keyboard.resume()

  function suspend(): void {
    cooked()
    process.kill(process.pid, 'SIGTSTP')
  }

  return {
    close() {
      keyboard.removeListener('keypress', onKey)
      process.removeListener('SIGCONT', raw)
      process.removeListener('exit', cooked)
      cooked()
      keyboard.pause()
      keyboard.unref()
    },
  }
}

/**
 * A job in the background that touches the terminal's mode is stopped by the system. Where it cannot be seen (no /proc),
 * the terminal is taken to be ours.
 */
export function isInForeground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8')
    // After the name in parentheses: state, ppid, pgrp, session, tty, tpgid.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[2] === fields[5]
  } catch {
    return true
  }
}
