/** The dashboard shows what there is: every metric it asks for is one of the server's. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

test('the dashboard asks for metrics that the server has', async () => {
  const dashboard = await readFile(join(ROOT, 'docker/grafana/dashboards/claudetm.json'), 'utf8')
  const metrics = await readFile(join(ROOT, 'src/server/metrics.ts'), 'utf8')
  const asked = new Set([...dashboard.matchAll(/\bclaudetm_\w+/g)].map(([name]) => name.replace(/_bucket$/, '')))
  const known = new Set([...metrics.matchAll(/name: '(claudetm_\w+)'/g)].map(([, name]) => name))
  expect(asked.size).toBeGreaterThan(5)
  expect([...asked].filter((name) => !known.has(name))).toEqual([])
})
