/** Who is told what happens, and what was sent. */
import { z } from 'zod'
import {
  deliveryDetail,
  deliveryIdInput,
  getDelivery,
  listDeliveries,
  listDeliveriesInput,
  listDeliveriesOutput,
  redeliver,
  redeliverOutput,
} from '../webhooks/deliveries.ts'
import {
  createWebhook,
  createWebhookInput,
  createWebhookOutput,
  deleteWebhook,
  deleteWebhookOutput,
  getWebhook,
  listWebhooks,
  updateWebhook,
  updateWebhookInput,
  webhookIdInput,
  webhookListOutput,
} from '../webhooks/subscriptions.ts'
import { testWebhook, testWebhookInput, testWebhookOutput } from '../webhooks/testing.ts'
import { webhookView } from '../webhooks/webhook-view.ts'
import { defineOperation } from './operation.ts'

export const findHooks = defineOperation({
  name: 'list_webhooks',
  summary: 'Who is told of the runs of this server',
  changes: false,
  input: z.strictObject({}),
  output: webhookListOutput,
  perform: async ({ webhooks }) => listWebhooks(webhooks),
})

export const createHook = defineOperation({
  name: 'create_webhook',
  summary: 'Tell an address of every run of this server from now on',
  changes: true,
  input: createWebhookInput,
  output: createWebhookOutput,
  perform: async ({ webhooks }, input) => createWebhook(webhooks, input),
})

export const getHook = defineOperation({
  name: 'get_webhook',
  summary: 'One webhook; its secret is never shown',
  changes: false,
  input: webhookIdInput,
  output: webhookView,
  perform: async ({ webhooks }, input) => getWebhook(webhooks, input),
})

export const updateHook = defineOperation({
  name: 'update_webhook',
  summary: 'Change a webhook, or put one back that was switched off; what is not given stays as it is',
  changes: true,
  input: updateWebhookInput,
  output: webhookView,
  perform: async ({ webhooks }, input) => updateWebhook(webhooks, input),
})

/** The original has PUT for it; people try PATCH, which is what it does. */
export const changeHook = defineOperation({
  ...updateHook,
  name: 'change_webhook',
  summary: 'As update_webhook',
})

export const deleteHook = defineOperation({
  name: 'delete_webhook',
  summary: 'Forget a webhook, and what it was still to be told',
  changes: true,
  input: webhookIdInput,
  output: deleteWebhookOutput,
  perform: async ({ webhooks }, input) => deleteWebhook(webhooks, input),
})

export const testHook = defineOperation({
  name: 'test_webhook',
  summary: 'Send a webhook.test to a webhook, or to an address that is none yet',
  changes: true,
  input: testWebhookInput,
  output: testWebhookOutput,
  perform: async ({ webhooks }, input) => testWebhook(webhooks, input, new AbortController().signal),
})

export const findDeliveries = defineOperation({
  name: 'list_webhook_deliveries',
  summary: 'What was sent and what became of it, newest first',
  changes: false,
  input: listDeliveriesInput,
  output: listDeliveriesOutput,
  perform: async ({ webhooks }, input) => listDeliveries(webhooks, input),
})

export const getHookDelivery = defineOperation({
  name: 'get_webhook_delivery',
  summary: 'One delivery: what is sent, and every attempt',
  changes: false,
  input: deliveryIdInput,
  output: deliveryDetail,
  perform: async ({ webhooks }, input) => getDelivery(webhooks, input),
})

export const redeliverHook = defineOperation({
  name: 'redeliver_webhook',
  summary: 'Send a delivery again, with the same id',
  changes: true,
  input: deliveryIdInput,
  output: redeliverOutput,
  perform: async ({ webhooks }, input) => redeliver(webhooks, input),
})
