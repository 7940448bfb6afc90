/** The document that is made from the code: valid, whole, and readable. */
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, it } from 'vitest'
import { renderDocs } from '../../src/server/rest/docs-page.ts'
import { toOpenApi } from '../../src/server/rest/openapi.ts'
import { ROUTES } from '../../src/server/rest/routes.ts'
import type { Loose } from '../support/server/api.ts'

const document: Loose = toOpenApi({ routes: ROUTES, version: '1.2.3' })

it('is valid OpenAPI 3.1', async () => {
  expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true })
})

it('knows every route by a name of its own, and every reference leads somewhere', () => {
  const operations: Loose[] = Object.values(document.paths).flatMap((methods) => Object.values(methods as object))
  expect(operations).toHaveLength(ROUTES.length)
  expect(new Set(operations.map((operation) => operation.operationId)).size).toBe(ROUTES.length)
  const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name]) => name ?? '',
  )
  expect(references.filter((name) => document.components.schemas[name] === undefined)).toEqual([])
  for (const name of ['Task', 'Problem', 'Plan', 'Evidence'])
    expect(document.components.schemas[name].type).toBe('object')
})

it('says where each part of a request goes', () => {
  const { post } = document.paths['/tasks']
  expect(post.parameters).toEqual([expect.objectContaining({ name: 'Idempotency-Key', in: 'header', required: false })])
  const body = post.requestBody.content['application/json'].schema
  expect(body.required.toSorted()).toEqual(['goal'])
  expect(body.properties.idempotency_key).toBeUndefined()
  const parameters = document.paths['/tasks/{id}/logs'].get.parameters
  expect(parameters.map(({ name, in: place }: Loose) => `${place} ${name}`)).toEqual(['path id', 'query tail'])
})

it('is a page without scripts and without anything from elsewhere', () => {
  const page = renderDocs(document)
  for (const { path } of ROUTES) expect(page).toContain(path)
  expect(page).not.toMatch(/<script|\son\w+=|src=|url\(|@import|href="(?!\/openapi\.json|#)/)
})
