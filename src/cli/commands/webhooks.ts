/** `claudetm webhooks …`: each asks one operation and prints the answer. */
import { randomBytes } from 'node:crypto'
import { text as readAll } from 'node:stream/consumers'
import type { z } from 'zod'
import { Failure } from '../../domain/failure.ts'
import { count } from '../../lib/count.ts'
import { STANDARD_PREFIX, secretProblem } from '../../notify/hooks/hook-secret.ts'
import {
  deliverPending,
  type deliveryView,
  getDelivery,
  listDeliveries,
  redeliver,
} from '../../operations/webhooks/deliveries.ts'
import {
  createWebhook,
  createWebhookInput,
  deleteWebhook,
  listWebhooks,
  updateWebhook,
  updateWebhookInput,
} from '../../operations/webhooks/subscriptions.ts'
import { testWebhook } from '../../operations/webhooks/testing.ts'
import type { WebhookView } from '../../operations/webhooks/webhook-view.ts'
import type { AddFlags, DeliverFlags, DeliveriesFlags, Json, TestFlags, UpdateFlags, WebhookFlags } from '../flags.ts'
import type { CliParts } from '../parts.ts'
import { printJson, printLines, printTable } from '../print.ts'
import { moment } from '../words.ts'

export async function list(parts: CliParts, options: Json): Promise<number> {
  const answer = listWebhooks(await parts.openWebhooks())
  if (options.json === true) printJson(parts, answer)
  else if (answer.total === 0) printLines(parts, ['Nobody is told of anything yet: claudetm webhooks add <url>'])
  else {
    await printTable(parts, {
      head: ['Id', 'State', 'Signed', 'Events', 'Waiting', 'Name', 'Address'],
      rows: answer.webhooks.map((hook) => [
        hook.id,
        hook.enabled ? 'on' : 'off',
        hook.has_secret ? 'yes' : 'no',
        hook.events === null ? 'all' : hook.events.join(' '),
        String(hook.pending),
        hook.name ?? '',
        hook.url,
      ]),
    })
    printLines(parts, answer.webhooks.flatMap(whyOff))
  }
  printProblems(parts, answer.problems)
  return answer.problems.length === 0 ? 0 : 1
}

function whyOff({ id, disabled_reason }: WebhookView): readonly string[] {
  return disabled_reason === null
    ? []
    : [`${id} was switched off: ${disabled_reason}. On again: claudetm webhooks enable ${id}`]
}

function printProblems({ stderr }: CliParts, problems: readonly string[]): void {
  for (const problem of problems) stderr.write(`claudetm: ${problem}\n`)
}

export async function add(parts: CliParts, url: string, options: AddFlags): Promise<number> {
  const { secret, isNew } = await secretOf(parts, options)
  const input = parseInput(createWebhookInput, {
    url,
    secret,
    ...fieldsOf(options),
    enabled: options.disabled !== true,
    verify_ssl: options.verifyTls,
  })
  const answer = createWebhook(await parts.openWebhooks(), input)
  const { webhook } = answer
  if (options.json === true) printJson(parts, isNew ? { ...answer, secret } : answer)
  else {
    printLines(parts, [
      `${webhook.id} is told of ${webhook.events === null ? 'everything' : webhook.events.join(', ')} from now on.`,
      ...(isNew ? [`Its secret, shown this once: ${secret}`] : []),
      `Try it: claudetm webhooks test ${webhook.id}`,
    ])
  }
  return 0
}

export async function update(parts: CliParts, id: string, options: UpdateFlags): Promise<number> {
  const { secret, isNew } = await secretOf(parts, options)
  const input = parseInput(updateWebhookInput, {
    webhook_id: id,
    ...fieldsOf(options),
    url: options.url,
    secret: options.unsigned === true ? '' : secret,
    ...(options.allEvents === true && { events: [] }),
    ...(!options.headers && { headers: {} }),
    ...(!options.verifyTls && { verify_ssl: false }),
  })
  const view = updateWebhook(await parts.openWebhooks(), input)
  if (options.json === true) printJson(parts, isNew ? { ...view, secret } : view)
  else printLines(parts, [`${id} is changed.`, ...(isNew ? [`Its secret, shown this once: ${secret}`] : [])])
  return 0
}

export async function remove(parts: CliParts, id: string, options: Json): Promise<number> {
  const answer = deleteWebhook(await parts.openWebhooks(), { webhook_id: id })
  if (options.json === true) printJson(parts, answer)
  else printLines(parts, [`${id} is forgotten.`])
  return 0
}

export async function enable(parts: CliParts, id: string, enabled: boolean, options: Json): Promise<number> {
  const view = updateWebhook(await parts.openWebhooks(), { webhook_id: id, enabled })
  if (options.json === true) printJson(parts, view)
  else if (view.pending === 0) printLines(parts, [`${id} is ${enabled ? 'on' : 'off'}.`])
  else {
    const kept = count(view.pending, 'delivery is', 'deliveries are')
    printLines(parts, [
      `${id} is ${enabled ? 'on' : 'off'}; ${kept} kept for it${enabled ? '. Send now: claudetm webhooks deliver' : '.'}`,
    ])
  }
  return 0
}

export async function test(parts: CliParts, id: string | null, options: TestFlags): Promise<number> {
  const secret = options.secret === '-' ? await readSecret(parts) : options.secret
  const given = { webhook_id: id, url: options.url, secret }
  const answer = await testWebhook(await parts.openWebhooks(), given, parts.outputClosed)
  if (options.json === true) printJson(parts, answer)
  else {
    const how = [answer.status_code === null ? null : `HTTP ${answer.status_code}`, `${answer.delivery_time_ms} ms`]
    const facts = how.filter((fact) => fact !== null).join(', ')
    printLines(parts, [`${answer.message} (${facts})${answer.error === null ? '' : `: ${answer.error}`}`])
  }
  return answer.success ? 0 : 1
}

export async function deliveries(parts: CliParts, id: string | null, options: DeliveriesFlags): Promise<number> {
  const { status = null, limit } = options
  const answer = listDeliveries(await parts.openWebhooks(), { webhook_id: id, status, limit })
  if (options.json === true) printJson(parts, answer)
  else if (answer.total === 0) printLines(parts, ['Nothing was sent yet.'])
  else {
    await printTable(parts, {
      head: ['Number', 'Event', 'Run', 'To', 'Status', 'Attempts', 'Last', 'Answer'],
      rows: answer.deliveries.map((delivery) => rowOf(parts, delivery)),
    })
  }
  return 0
}

function rowOf(parts: CliParts, delivery: z.output<typeof deliveryView>): readonly string[] {
  const { last_attempt_at: last, status_code: code, error } = delivery
  return [
    String(delivery.id),
    delivery.event_type,
    delivery.run_id ?? '',
    delivery.webhook_id,
    delivery.status,
    String(delivery.attempts),
    last === null ? '' : moment(Date.parse(last), parts.now()),
    error ?? (code === null ? '' : String(code)),
  ]
}

export async function delivery(parts: CliParts, id: number, options: Json): Promise<number> {
  const answer = getDelivery(await parts.openWebhooks(), { delivery_id: id })
  if (options.json === true) {
    printJson(parts, answer)
    return 0
  }
  const attempts = answer.log.map(
    ({ number, at, duration_ms, status_code, error, response }) =>
      `${number}. ${at}, ${duration_ms} ms: ${error ?? `HTTP ${status_code}`}${response === null ? '' : ` | ${response}`}`,
  )
  printLines(parts, [
    `${answer.event_type} to ${answer.webhook_id}: ${answer.status} (${answer.event_id})`,
    JSON.stringify(answer.payload, null, 2),
    ...attempts,
  ])
  return 0
}

export async function redeliverOne(parts: CliParts, id: number, options: DeliverFlags): Promise<number> {
  const webhooks = await parts.openWebhooks()
  redeliver(webhooks, { delivery_id: id })
  await deliverPending(webhooks, { waitMs: options.wait * 1_000 })
  const answer = getDelivery(webhooks, { delivery_id: id })
  if (options.json === true) printJson(parts, answer)
  else printLines(parts, [`Delivery ${id}: ${answer.status}${answer.error === null ? '' : `, ${answer.error}`}`])
  return answer.status === 'delivered' ? 0 : 1
}

export async function deliver(parts: CliParts, options: DeliverFlags): Promise<number> {
  const answer = await deliverPending(await parts.openWebhooks(), { waitMs: options.wait * 1_000 })
  if (options.json === true) printJson(parts, answer)
  else {
    printLines(parts, [
      `${answer.delivered} delivered, ${answer.failed} failed, ${answer.pending} still waiting.`,
      ...answer.notes,
    ])
  }
  return answer.failed + answer.pending === 0 ? 0 : 1
}

function fieldsOf({ event, name, description, timeout, maxRetries, header }: WebhookFlags) {
  return { events: event, name, description, timeout, max_retries: maxRetries, headers: header }
}

async function secretOf(
  parts: CliParts,
  { secret, generateSecret }: WebhookFlags,
): Promise<{ secret: string | undefined; isNew: boolean }> {
  if (generateSecret === true) return { secret: `${STANDARD_PREFIX}${randomBytes(32).toString('base64')}`, isNew: true }
  return { secret: secret === '-' ? await readSecret(parts) : secret, isNew: false }
}

/** On the command line it would be seen by everybody on the machine. */
async function readSecret(parts: CliParts): Promise<string> {
  const secret = (await readAll(parts.openStdin())).trim()
  const problem = secretProblem(secret)
  if (problem !== null) throw new Failure('usage', `the secret from the standard input ${problem}`)
  return secret
}

/** The command line has looked at most of it; the rest (a header that cannot be set, a name too long) is said here. */
function parseInput<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const words = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
  throw new Failure('usage', words.join('; '))
}
