/**
 * How a person at the terminal ends a run: Ctrl+C and signals stop it, a second one ends it at once, Escape pauses it.
 * Handlers only set flags of the run's control.
 */
import type { RunControl } from '../../operations/run-request.ts'
import { listenForKeys } from './keys.ts'

export type Interrupts = {
  /** The run can be controlled from now on; what was asked before is passed on. */
  attach(control: RunControl): void
  /** Back to how the process was. Safe to call twice. */
  close(): void
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export function listenForInterrupts(request: {
  /** null = no keys: not a terminal, or not ours. */
  keyboard: NodeJS.ReadStream | null
  onEnding: (ending: 'stop' | 'pause') => void
  /** Ends the process: what a second interrupt does while there is no run yet. */
  exitNow: () => void
}): Interrupts {
  let control: RunControl | null = null
  let asked: 'stop' | 'pause' | null = null

  const stop = () => (asked === 'stop' ? force() : ask('stop'))
  const pause = () => {
    if (asked === null) ask('pause')
  }
  for (const signal of STOP_SIGNALS) process.on(signal, stop)
  const keys = request.keyboard === null ? null : listenForKeys(request.keyboard, { interrupt: stop, escape: pause })

  return {
    attach(attached) {
      control = attached
      if (asked !== null) pass(attached, asked)
    },
    close() {
      for (const signal of STOP_SIGNALS) process.removeListener(signal, stop)
      keys?.close()
    },
  }

  function ask(ending: 'stop' | 'pause'): void {
    asked = ending
    request.onEnding(ending)
    if (control !== null) pass(control, ending)
  }

  function force(): void {
    if (control === null) request.exitNow()
    else control.forceStop()
  }
}

function pass(control: RunControl, ending: 'stop' | 'pause'): void {
  if (ending === 'stop') control.requestStop()
  else control.requestPause()
}
