/** docs/rest.md is what the code says, and what it shows can be sent. */
import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { expect, it } from 'vitest'
import { EXAMPLES } from '../../scripts/rest-reference/examples.ts'
import { makePage, PAGE } from '../../scripts/rest-reference/page.ts'
import { describeServer } from '../../src/server/rest/pages.ts'
import { ROUTES } from '../../src/server/rest/routes.ts'
import type { Loose } from '../support/server/api.ts'

const operations: Loose[] = Object.values<Loose>(
  describeServer({ routes: ROUTES, version: '' }).paths as Loose,
).flatMap((methods) => Object.values<Loose>(methods))

it('is up to date', async () => {
  expect(await readFile(PAGE, 'utf8').catch(() => ''), 'run `npm run docs:rest`').toBe(makePage())
})

it('its links lead somewhere', async () => {
  const page = await readFile(PAGE, 'utf8')
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, text = '']) =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9 _-]/g, '')
      .replaceAll(' ', '-'),
  )
  const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor)
  expect(links.filter((anchor) => !headings.includes(anchor))).toEqual([])
  expect(new Set(headings).size).toBe(headings.length)
})

it.each(Object.entries(EXAMPLES))('the example of %s is a body that it takes', (name, example) => {
  const operation = operations.find(({ operationId }) => operationId === name)
  const ajv = new Ajv2020({ strict: false })
  addFormats.default(ajv)
  const validate = ajv.compile(operation.requestBody.content['application/json'].schema)
  validate(example)
  expect(validate.errors ?? []).toEqual([])
})
