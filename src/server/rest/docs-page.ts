/** The OpenAPI document as a page for people: plain HTML, no script, nothing from elsewhere. */
import { createHash } from 'node:crypto'

type Json = Record<string, unknown>

const STYLE = `
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
h2{margin-top:2.5rem;border-bottom:1px solid #ddd}
code,pre{font:14px/1.4 ui-monospace,monospace;background:#f5f5f5;border-radius:3px}
code{padding:.1em .3em}pre{padding:.8rem;overflow:auto}
table{border-collapse:collapse;width:100%;margin:.5rem 0}td,th{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid #eee}
.method{display:inline-block;min-width:4.5rem;font-weight:600;text-transform:uppercase}
details{margin:.6rem 0;padding:.4rem .8rem;border:1px solid #ddd;border-radius:5px}summary{cursor:pointer}
@media (prefers-color-scheme:dark){body{color:#ddd;background:#181818}code,pre{background:#262626}h2,details,td,th{border-color:#333}}
`

/** For the header of the answer: this style and nothing else. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

export function renderDocs(document: Json): string {
  const { title, version, description } = document.info as Record<string, string>
  const tags = document.tags as { name: string; description: string }[]
  const operations = Object.entries(document.paths as Record<string, Record<string, Json>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const sections = tags.map(({ name, description: about }) => {
    const own = operations.filter(({ operation }) => (operation.tags as string[]).includes(name))
    return `<h2>${toHtml(name)}</h2><p>${toHtml(about)}</p>${own.map(renderOperation).join('')}`
  })
  const schemas = Object.entries((document.components as { schemas: Record<string, Json> }).schemas)
  const shapes = schemas.map(
    ([name, schema]) =>
      `<details id="${toHtml(name)}"><summary><code>${toHtml(name)}</code></summary>${renderJson(schema)}</details>`,
  )
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${toHtml(title)} API</title><style>${STYLE}</style></head><body>
<h1>${toHtml(title)} <small>${toHtml(version)}</small></h1><p>${toHtml(description)} As a document: <a href="/openapi.json">/openapi.json</a>.</p>
<p>Unless it says otherwise, a request carries <code>Authorization: Bearer &lt;password&gt;</code>.</p>
${sections.join('\n')}<h2>Shapes</h2>${shapes.join('\n')}</body></html>`
}

function renderOperation({ path, method, operation }: { path: string; method: string; operation: Json }): string {
  const parameters = (operation.parameters ?? []) as {
    name: string
    in: string
    required: boolean
    schema: Json
    description?: string
  }[]
  const body = (operation.requestBody as { content: Record<string, { schema: Json }> } | undefined)?.content[
    'application/json'
  ]?.schema
  const fields = Object.entries((body?.properties ?? {}) as Record<string, Json>).map(([name, schema]) => ({
    name,
    in: 'body',
    required: ((body?.required ?? []) as string[]).includes(name),
    schema,
    description: schema.description as string | undefined,
  }))
  const rows = [...parameters, ...fields].map(renderRow)
  const answers = Object.entries(operation.responses as Record<string, Json>).map(renderAnswer)
  const open = Array.isArray(operation.security) ? ' <small>(without password)</small>' : ''
  return `<details><summary><span class="method">${toHtml(method)}</span> <code>${toHtml(path)}</code> ${toHtml(String(operation.summary))}${open}</summary>
${rows.length === 0 ? '' : `<table><tr><th>name</th><th>in</th><th>type</th><th></th></tr>${rows.join('')}</table>`}
<table>${answers.join('')}</table></details>`
}

function renderRow(row: {
  name: string
  in: string
  required: boolean
  schema: Json
  description?: string | undefined
}): string {
  const must = row.required ? '<b>required.</b> ' : ''
  return `<tr><td><code>${toHtml(row.name)}</code></td><td>${toHtml(row.in)}</td><td>${typeOf(row.schema)}</td><td>${must}${toHtml(row.description ?? '')}</td></tr>`
}

function renderAnswer([status, answer]: [string, Json]): string {
  const content = Object.entries((answer.content ?? {}) as Record<string, { schema?: Json }>)
  const shapes = content.map(([type, { schema }]) => `<code>${toHtml(type)}</code> ${typeOf(schema ?? {})}`)
  return `<tr><td><code>${toHtml(status)}</code></td><td>${toHtml(String(answer.description))}</td><td>${shapes.join('<br>')}</td></tr>`
}

function typeOf(schema: Json): string {
  const { $ref, type, enum: values, anyOf, items } = schema
  if (typeof $ref === 'string') {
    const name = $ref.split('/').at(-1) ?? ''
    return `<a href="#${toHtml(name)}">${toHtml(name)}</a>`
  }
  if (Array.isArray(values)) return values.map((value) => `<code>${toHtml(String(value))}</code>`).join(' | ')
  if (Array.isArray(anyOf)) return anyOf.map((one) => typeOf(one as Json)).join(' | ')
  if (type === 'array') return `list of ${typeOf((items ?? {}) as Json)}`
  return toHtml(String(type ?? 'any'))
}

function renderJson(value: unknown): string {
  return `<pre>${toHtml(JSON.stringify(value, null, 2))}</pre>`
}

function toHtml(text: string | undefined): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return (text ?? '').replace(/[&<>"']/g, (char) => entities[char] ?? '')
}
