/** `npm run docs:rest`: writes docs/rest.md, the REST reference, from the OpenAPI document of the code. */
import { writeFile } from 'node:fs/promises'
import { makePage, PAGE } from './rest-reference/page.ts'

await writeFile(PAGE, makePage())
