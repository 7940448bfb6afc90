/** Somebody who hears of everything that happens in a repository, by a webhook as anybody would, one thing at a time. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { GithubEmulator } from '../github/emulator.ts'
import type { GithubEvent } from '../github/events.ts'
import type { RepositoryHandle } from '../github/handle/repository.ts'

export type Onlooker = {
  /** What went wrong while somebody acted; nothing else would show it. */
  readonly failures: readonly unknown[]
  close(): Promise<void>
}

/** `act` sees every event once, in their order, and the next one only when it is done. */
export async function createOnlooker(
  github: GithubEmulator,
  repository: RepositoryHandle,
  act: (event: GithubEvent) => Promise<void>,
): Promise<Onlooker> {
  const failures: unknown[] = []
  let seen = github.events.length
  let turn = Promise.resolve()

  async function catchUp(): Promise<void> {
    while (seen < github.events.length) {
      const event = github.events[seen]
      seen += 1
      if (event !== undefined) await act(event).catch((error: unknown) => failures.push(error))
    }
  }

  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(204).end()
    turn = turn.then(catchUp)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  repository.addWebhook({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` })
  return {
    failures,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await turn
    },
  }
}
