/** `claudetm-server` as it is built and shipped, in a process that can be killed and followed by another. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export const SERVER = join(import.meta.dirname, '../../../bin/claudetm-server.js')

export type BuiltServer = {
  readonly url: string
  /** From the start of the process until it said that it listens. */
  readonly startedInMs: number
  /** Resolves when the process is gone. */
  kill(signal: NodeJS.Signals): Promise<void>
}

export type BuiltServerRequest = {
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** Throws what it said when it ends instead of listening. */
export async function startBuiltServer({ args, cwd, env }: BuiltServerRequest): Promise<BuiltServer> {
  const beganAt = performance.now()
  const child = spawn(process.execPath, [SERVER, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const gone = once(child, 'close')
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk
      const listening = /listens on (\S+)\n/.exec(said)?.[1]
      if (listening !== undefined) resolve(listening)
    })
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk
    })
    void gone.then(() => reject(new Error(`the server ended: ${said}`)))
  })
  return {
    url,
    startedInMs: performance.now() - beganAt,
    async kill(signal) {
      child.kill(signal)
      await gone
    },
  }
}
