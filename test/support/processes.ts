/** Processes that carry the mark of a run below this home directory: what a run must not leave behind. */
import { readdirSync, readFileSync } from 'node:fs'

export function findRunProcesses(home: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
      return /^\d+$/.test(pid) && environment.includes(home) && environment.includes('CLAUDETM_OWNER=')
    } catch {
      return false
    }
  })
}
