/** `claudetm webhooks …`: who is told what happens, and what was sent. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { WEBHOOK_EVENTS, type WebhookEvent } from '../../notify/event/notification.ts'
import { DELIVERY_STATUSES } from '../../notify/outbox/outbox.ts'
import type { AddFlags, DeliverFlags, DeliveriesFlags, Json, TestFlags, UpdateFlags } from '../flags.ts'
import { parseCount, parseId, parseSecret, parseText, parseWebhookUrl } from '../option-values.ts'
import type { Finish, Parts } from '../parts.ts'

const SECRET = 'sign what is sent; - reads it from the standard input'

export function addWebhookCommands(program: Command, parts: Parts, finish: Finish): void {
  const webhooks = program.command('webhooks').description('who is told what happens in the runs of this repository')
  const load = () => import('../commands/webhooks.ts')
  const command = (name: string, description: string) =>
    webhooks.command(name).description(description).option('--json', 'print as JSON')

  command('list', 'all of them, and what is wrong with them').action(async (options: Json) =>
    finish(await (await load()).list(parts(), options)),
  )
  fields(command('add <url>', 'tell an address of every run from now on'))
    .option('--disabled', 'not yet')
    .action(async (url: string, options: AddFlags) => finish(await (await load()).add(parts(), url, options)))
  fields(command('update <id>', 'change one; what is not given stays as it is'))
    .option('--url <url>', 'its address', parseWebhookUrl)
    .option('--all-events', 'tell it of everything')
    .option('--unsigned', 'without a secret from now on')
    .option('--no-headers', 'without headers of its own')
    .action(async (id: string, options: UpdateFlags) => finish(await (await load()).update(parts(), id, options)))
  command('remove <id>', 'forget it, and what it was still to be told').action(async (id: string, options: Json) =>
    finish(await (await load()).remove(parts(), id, options)),
  )
  for (const name of ['enable', 'disable'] as const) {
    const words = name === 'enable' ? 'on again; what was kept for it is sent' : 'off, until it is enabled'
    command(`${name} <id>`, words).action(async (id: string, options: Json) =>
      finish(await (await load()).enable(parts(), id, name === 'enable', options)),
    )
  }
  command('test [id]', 'send a webhook.test')
    .option('--url <url>', 'to an address that is not subscribed', parseWebhookUrl)
    .option('--secret <secret>', SECRET, parseSecret)
    .action(async (id: string | undefined, options: TestFlags) =>
      finish(await (await load()).test(parts(), id ?? null, options)),
    )
  command('deliveries [id]', 'what was sent and what became of it, newest first')
    .addOption(new Option('--status <status>', 'only these').choices([...DELIVERY_STATUSES]))
    .option('-n, --limit <number>', 'at most', parseCount, 50)
    .action(async (id: string | undefined, options: DeliveriesFlags) =>
      finish(await (await load()).deliveries(parts(), id ?? null, options)),
    )
  command('delivery', 'one of them: what is sent, and every attempt')
    .argument('<number>', 'its number in the list', parseId)
    .action(async (number: number, options: Json) => finish(await (await load()).delivery(parts(), number, options)))
  waiting(command('redeliver', 'send one again, with the same id'))
    .argument('<number>', 'its number in the list', parseId)
    .action(async (number: number, options: DeliverFlags) =>
      finish(await (await load()).redeliverOne(parts(), number, options)),
    )
  waiting(command('deliver', 'send now what did not go out yet')).action(async (options: DeliverFlags) =>
    finish(await (await load()).deliver(parts(), options)),
  )
}

function fields(command: Command): Command {
  return command
    .option('-s, --secret <secret>', SECRET, parseSecret)
    .option('--generate-secret', 'make one, and print it this once')
    .option('-e, --event <name>', 'only of this (repeatable)', collectEvent)
    .option('--name <name>', 'what to call it', parseText)
    .option('--description <text>', 'what it is for', parseText)
    .option('--timeout <seconds>', 'for one attempt, 1 to 300 (30)', parseCount)
    .option('--max-retries <number>', 'quick repetitions, 0 to 10 (3); 0 = one attempt only', parseRetries)
    .option('--header <name: value>', 'an HTTP header (repeatable)', collectHeader)
    .option('--no-verify-tls', 'accept a certificate that nobody vouches for')
}

function waiting(command: Command): Command {
  return command.option('--wait <seconds>', 'at most', parseCount, 30)
}

function collectEvent(text: string, before: readonly WebhookEvent[] | undefined): readonly WebhookEvent[] {
  const event = WEBHOOK_EVENTS.find((known) => known === text)
  if (event === undefined) throw new InvalidArgumentError(`It must be one of: ${WEBHOOK_EVENTS.join(', ')}.`)
  return [...(before ?? []), event]
}

function collectHeader(text: string, before: Record<string, string> | undefined): Record<string, string> {
  const at = text.indexOf(':')
  if (at < 1) throw new InvalidArgumentError('It must be written as "Name: value".')
  return { ...before, [text.slice(0, at).trim()]: text.slice(at + 1).trim() }
}

function parseRetries(text: string): number {
  const value = Number(text)
  if (!/^\d{1,2}$/.test(text) || value > 10) throw new InvalidArgumentError('It must be a whole number from 0 to 10.')
  return value
}
