/** The OpenAPI document as Markdown for people. Pure; how it is laid out in the file is the formatter's business. */
import { EXAMPLES } from './examples.ts'
import { boundsOf, code, defaultOf, type Field, fieldsOf, type Loose, meaningOf, typeOf } from './shapes.ts'

type Operation = { readonly path: string; readonly method: string; readonly operation: Loose }

export function renderReference(document: Loose): string {
  const operations = Object.entries<Loose>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Loose>(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const groups = (document.tags as Loose[]).map(({ name, description }) => ({
    name,
    description,
    operations: operations.filter(({ operation }) => operation.tags.includes(name)),
  }))
  return [
    INTRODUCTION,
    ...groups.map((group) => renderContents(group)),
    ...groups.flatMap(({ name, description, operations: own }) => [
      `## ${capital(name)}`,
      `${description}.`,
      ...own.flatMap(renderOperation),
    ]),
    '## Wrong requests',
    'Every operation can answer with these; the body is a [Problem](#problem) (`application/problem+json`).',
    renderWrong(operations),
    '## Schemas',
    'A `?` marks what may be missing.',
    ...Object.entries<Loose>(document.components.schemas)
      .toSorted(([one], [other]) => one.localeCompare(other))
      .flatMap(renderSchema),
    '',
  ].join('\n\n')
}

const INTRODUCTION = `# REST reference

<!-- Made from the code by \`npm run docs:rest\`: change the schemas, not this page. -->

Every operation of \`claudetm-server\`. How they belong together is in [server.md](server.md); a running server shows the
same at \`/docs\`, and \`/openapi.json\` is for programs. The examples need:

\`\`\`bash
server=http://127.0.0.1:8000
auth="Authorization: Bearer $CLAUDETM_PASSWORD"
json='Content-Type: application/json'
\`\`\`

Bodies are JSON objects; a field that is not named here is refused. What is in a query is text: a number is written in
digits, a flag as \`true\` or \`false\`. Times are UTC. Besides these there are \`/mcp\` ([mcp.md](mcp.md)) and
\`/github/webhooks\`, which GitHub speaks to ([server.md](server.md#webhooks-of-github)).`

function renderContents({ name, operations }: { name: string; operations: readonly Operation[] }): string {
  const lines = operations.map(
    ({ path, method }) => `- [${code(`${method.toUpperCase()} ${path}`)}](#${anchorOf(method, path)})`,
  )
  return [`**${capital(name)}**`, lines.join('\n')].join('\n\n')
}

/** As GitHub makes them of a heading. */
function anchorOf(method: string, path: string): string {
  return `${method} ${path}`
    .toLowerCase()
    .replace(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-')
}

function renderOperation({ path, method, operation }: Operation): readonly string[] {
  const parameters = (operation.parameters ?? []).map((parameter: Loose) => ({
    place: parameter.in,
    field: {
      name: parameter.name,
      required: parameter.required === true,
      schema: { ...parameter.schema, description: parameter.description },
    },
  }))
  const body = operation.requestBody?.content['application/json'].schema ?? {}
  const rows = [...parameters, ...fieldsOf(body).map((field) => ({ place: 'body', field }))]
  const open = Array.isArray(operation.security) ? ' Needs no password.' : ''
  return [
    `### ${method.toUpperCase()} ${path}`,
    `${operation.summary}.${open}`,
    ...(rows.length === 0
      ? []
      : [table(['name', 'in', 'type', 'default', 'bounds', 'meaning'], rows.map(renderInput))]),
    renderAnswers(operation),
    `\`\`\`bash\n${toCurl(path, method, operation)}\n\`\`\``,
  ]
}

function renderInput({ place, field }: { place: string; field: Field }): readonly string[] {
  const { name, required, schema } = field
  return [
    `${code(name)}${required ? ' **required**' : ''}`,
    place,
    typeOf(schema),
    defaultOf(schema),
    boundsOf(schema),
    meaningOf(schema),
  ]
}

/** What goes well, and what goes wrong here only: the rest is told once, at the end. */
function renderAnswers({ responses }: Loose): string {
  const all = Object.entries<Loose>(responses).filter(([status]) => status !== 'default')
  const good = all.filter(([, answer]) => !isProblem(answer)).map(renderAnswer)
  const bad = all.filter(([, answer]) => isProblem(answer)).map(([status]) => code(status))
  return [...good, ...(bad.length === 0 ? [] : [`- wrong: ${bad.join(', ')}`])].join('\n')
}

function renderAnswer([status, { description, content = {} }]: [string, Loose]): string {
  const shapes = Object.entries<Loose>(content).map(([type, { schema }]) =>
    type === 'application/json'
      ? typeOf(schema)
      : `${code(type)}${schema?.$ref === undefined ? '' : ` ${typeOf(schema)}`}`,
  )
  return `- ${code(status)} ${description}${shapes.length === 0 ? '' : `: ${shapes.join(' or ')}`}`
}

function isProblem({ content = {} }: Loose): boolean {
  return Object.keys(content).join() === 'application/problem+json'
}

function toCurl(path: string, method: string, operation: Loose): string {
  const address = `"$server${path.replace(/\{(\w+)\}/g, '$$$1')}${toQuery(operation)}"`
  const isStream = operation.responses['200']?.content?.['text/event-stream'] !== undefined
  const example = EXAMPLES[operation.operationId]
  return [
    `curl ${isStream ? '-N' : '-s'}`,
    ...(method === 'get' || (method === 'post' && example !== undefined) ? [] : [`-X ${method.toUpperCase()}`]),
    address,
    ...(Array.isArray(operation.security) ? [] : ['-H "$auth"']),
    ...(example === undefined ? [] : [`-H "$json" -d '${JSON.stringify(example)}'`]),
  ].join(' ')
}

function toQuery({ parameters = [] }: Loose): string {
  const needed = parameters.filter((parameter: Loose) => parameter.in === 'query' && parameter.required)
  return needed.length === 0 ? '' : `?${needed.map(({ name }: Loose) => `${name}=$${name}`).join('&')}`
}

function renderWrong(operations: readonly Operation[]): string {
  const meanings = new Map<string, string>()
  for (const { operation } of operations) {
    for (const [status, answer] of Object.entries<Loose>(operation.responses)) {
      if (status !== 'default' && isProblem(answer)) meanings.set(status, answer.description)
    }
  }
  const others = [
    ['405', 'The path has other methods; they are in the header `Allow`'],
    ['421', 'The name in `Host` is not one of this server'],
    ['500', 'A defect; the log of the server says more'],
    ['502', 'The forge or the remote of git refuses, or cannot be reached'],
    ['503', 'It cannot begin now: something is missing on the server, or it is about to end'],
    ['504', 'It took too long'],
    ['507', 'The disk of the server is full'],
  ] as const
  const rows = [...meanings, ...others.filter(([status]) => !meanings.has(status))]
  return table(
    ['status', 'meaning'],
    rows.toSorted(([one], [other]) => one.localeCompare(other)).map(([status, meaning]) => [code(status), meaning]),
  )
}

function renderSchema([name, schema]: [string, Loose]): readonly string[] {
  const rows = fieldsOf(schema).map(({ name: field, required, schema: part }) => [
    `${code(field)}${required ? '' : '?'}`,
    typeOf(part),
    [boundsOf(part), meaningOf(part)].filter((text) => text !== '').join('. '),
  ])
  return [
    `### ${name}`,
    ...(schema.description === undefined ? [] : [`${schema.description}.`]),
    rows.length === 0 ? typeOf(schema) : table(['field', 'type', 'meaning'], rows),
  ]
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const kept = head.map((_, column) => column === 0 || rows.some((row) => row[column] !== ''))
  const line = (cells: readonly string[]) =>
    `| ${cells
      .filter((_, column) => kept[column])
      .map(toCell)
      .join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function toCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

function capital(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}`
}
