/** What can be asked about a checkout without working in it. `compose/server.ts` makes it. */
import type { Forge } from '../../forge/forge.ts'
import type { ShownConfig } from '../config.ts'
import type { DoctorCheck } from '../doctor/finding.ts'

export type Places = {
  /** To be closed by who asked. */
  openForge(repository: string): Promise<{ readonly forge: Forge }>
  doctor(directory: string): Promise<readonly DoctorCheck[]>
  /** Secrets are masked. */
  showConfig(repository: string): Promise<ShownConfig>
}
