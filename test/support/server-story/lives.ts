/** One server in many lives: whoever speaks to it asks here where it is, and waits while it is dead. */
import { type BuiltServer, type BuiltServerRequest, startBuiltServer } from './built-server.ts'

export type Lives = {
  /** The server's address, as soon as it lives. Throws when it did not come back. */
  url(): Promise<string>
  start(): Promise<BuiltServer>
  end(signal: NodeJS.Signals): Promise<void>
}

export function createLives(request: BuiltServerRequest): Lives {
  let life = openLife()
  let server: BuiltServer | null = null
  return {
    url: () => life.promise,
    async start() {
      try {
        server = await startBuiltServer(request)
      } catch (error) {
        life.reject(error)
        throw error
      }
      life.resolve(server.url)
      return server
    },
    async end(signal) {
      life = openLife() // before it dies, so that nobody who notices is sent to the dead one
      await server?.kill(signal)
      server = null
    },
  }
}

function openLife(): PromiseWithResolvers<string> {
  const life = Promise.withResolvers<string>()
  life.promise.catch(() => {}) // whether anybody waits is theirs to know
  return life
}
