/** Where nobody ever says anything. */
import type { Mailbox } from '../../src/store/mailbox.ts'

export const NO_MAILBOX: Mailbox = {
  put: () => Promise.reject(new Error('nobody says anything here')),
  letters: async () => [],
  remove: async () => {},
}
