/** The configuration of a place: its two files and the environment. */
import { readFileSync } from 'node:fs'
import { type Environment, projectConfigFile, userConfigFile } from '../config/paths.ts'
import { type ResolvedConfig, resolveConfig } from '../config/resolve.ts'

export function readConfig(environment: Environment, repository: string | null): ResolvedConfig {
  return resolveConfig({
    environment,
    projectFile: repository === null ? '' : projectConfigFile(repository),
    userFile: userConfigFile(environment),
    readText,
  })
}

function readText(path: string): string | null {
  if (path === '') return null
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw error
  }
}
