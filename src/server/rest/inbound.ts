/** Webhooks of GitHub: proved by their signature, not by the password; they only wake runs that wait. */
import type { ServerApp } from './app.ts'
import { refuseOthers, tell } from './app.ts'

export const INBOUND_PATH = '/github/webhooks'

/** `forge/github/webhook-intake.ts` is one. */
export type Intake = {
  handle(delivery: {
    readonly headers: Readonly<Record<string, string | undefined>>
    readonly body: Buffer
  }): Promise<{ readonly status: number; readonly words: string }>
}

/** null = no secret is configured, so nothing could be verified. */
export function addInbound(app: ServerApp, intake: Intake | null): void {
  app.post(INBOUND_PATH, async (c) => {
    if (intake === null) {
      return tell(c, {
        status: 503,
        code: 'webhooks_not_configured',
        message: 'without a secret no webhook can be verified',
        suggestion: 'Set CLAUDETM_GITHUB_WEBHOOK_SECRET to the secret of the webhook at GitHub',
      })
    }
    const body = Buffer.from(await c.req.arrayBuffer())
    const { status, words } = await intake.handle({ headers: c.req.header(), body })
    if (status < 300) return c.newResponse(`${words}\n`, { status: 202 })
    return tell(c, { status, code: 'webhook_refused', message: words })
  })
  refuseOthers(app, INBOUND_PATH, ['POST'])
}
