/** Looks at everything a run needs before it is needed. Changes nothing; never throws: what fails is a finding. */
import { describeAccount } from '../config/agent-environment.ts'
import { type Environment, poolDirectory, projectConfigFile, stateDirectory, userConfigFile } from '../config/paths.ts'
import type { ResolvedConfig } from '../config/resolve.ts'
import type { SandboxMode } from '../domain/run.ts'
import type { Store } from '../store/store.ts'
import type { Git } from '../workspace/git.ts'
import { findTopLevel } from '../workspace/repository.ts'
import type { Sandbox } from '../workspace/sandbox.ts'
import type { ProjectCheck } from '../workspace/workspace.ts'
import { checkBinary, judgeAccount, judgeSandbox } from './doctor/agent.ts'
import { type DoctorCheck, look, ok, problem, toFinding } from './doctor/finding.ts'
import { checkDirectory, checkGit, checkNode, isInside } from './doctor/machine.ts'
import { checkConfigFile, checkRun, judgeChecks, judgeConfig } from './doctor/project.ts'
import { checkCommit, checkForge, checkIdentity, checkTargetBranch, type ForgeProbes } from './doctor/repository.ts'

export type { DoctorCheck } from './doctor/finding.ts'

/** Every probe may throw a Failure; that is then what doctor reports. */
export type DoctorProbes = ForgeProbes & {
  readonly nodeVersion: string
  readonly cwd: string
  readonly environment: Environment
  /** In `cwd`. */
  readonly git: Git
  /** `repository` is null outside of one. */
  resolveConfig(repository: string | null): ResolvedConfig
  /** The agent's executable. */
  agentBinary(): Promise<string>
  /** The credential the agent finds by itself, in words; null = none. */
  ambientCredential(): Promise<string | null>
  sandbox(mode: SandboxMode): Promise<Pick<Sandbox, 'kind' | 'description'>>
  findChecks(repository: string, configured: readonly ProjectCheck[] | null): Promise<readonly ProjectCheck[]>
  openStore(repository: string): Promise<Pick<Store, 'load' | 'owner'>>
}

export async function doctor(probes: DoctorProbes): Promise<readonly DoctorCheck[]> {
  const git = await look('git', () => checkGit(probes.git))
  const hasGit = git.every((check) => check.outcome !== 'problem')
  const place = hasGit ? await findPlace(probes) : { repository: null, findings: [] }
  const { resolved, findings } = await readConfiguration(probes, place.repository)
  return [
    checkNode(probes.nodeVersion),
    ...git,
    ...place.findings,
    ...findings,
    ...(await Promise.all([...ofRepository(probes, place.repository, resolved), ...ofAgent(probes, resolved)])).flat(),
  ]
}

export function doctorExitCode(checks: readonly DoctorCheck[]): 0 | 1 {
  return checks.some((check) => check.outcome === 'problem') ? 1 : 0
}

type Findings = readonly DoctorCheck[]

async function findPlace({ git }: DoctorProbes): Promise<{ repository: string | null; findings: Findings }> {
  try {
    const repository = await findTopLevel(git)
    return { repository, findings: [ok('repository', repository)] }
  } catch (error) {
    return { repository: null, findings: [toFinding('repository', error)] }
  }
}

async function readConfiguration(
  probes: DoctorProbes,
  repository: string | null,
): Promise<{ resolved: ResolvedConfig | null; findings: Findings }> {
  const { resolved, findings } = resolve(probes, repository)
  const files = await look('configuration', async () =>
    [
      repository === null ? [] : await checkConfigFile(projectConfigFile(repository), probes.git.at(repository)),
      await checkConfigFile(userConfigFile(probes.environment), null),
    ].flat(),
  )
  return { resolved, findings: [...findings, ...files] }
}

/** Without a valid configuration the rest is looked at under the defaults of each check. */
function resolve(
  probes: DoctorProbes,
  repository: string | null,
): { resolved: ResolvedConfig | null; findings: Findings } {
  try {
    const resolved = probes.resolveConfig(repository)
    return { resolved, findings: judgeConfig(resolved) }
  } catch (error) {
    return { resolved: null, findings: [toFinding('configuration', error)] }
  }
}

function ofRepository(probes: DoctorProbes, repository: string | null, resolved: ResolvedConfig | null) {
  if (repository === null) return []
  const git = probes.git.at(repository)
  const config = resolved?.config ?? null
  return [
    look('first commit', () => checkCommit(git)),
    look('target branch', () => checkTargetBranch(git, config?.git.targetBranch ?? null)),
    look('git identity', () => checkIdentity(git)),
    look('forge', () => checkForge(probes, git, config)),
    look('state directory', () => checkDirectory('state directory', stateDirectory(repository))),
    look('worktrees', () => checkPool(repository, probes.environment)),
    look('checks', async () => judgeChecks(await probes.findChecks(repository, config?.checks ?? null))),
    look('run', async () => checkRun(await probes.openStore(repository))),
  ]
}

async function checkPool(repository: string, environment: Environment): Promise<DoctorCheck> {
  const pool = poolDirectory(repository, environment)
  if (!isInside(pool, repository)) return checkDirectory('worktrees', pool)
  return problem('worktrees', `${pool} is inside the repository`, 'Let CLAUDETM_HOME name a directory outside of it')
}

function ofAgent(probes: DoctorProbes, resolved: ResolvedConfig | null) {
  const mode = resolved?.config.sandbox ?? 'auto'
  return [
    look('agent', async () => checkBinary(await probes.agentBinary(), probes.cwd, probes.environment)),
    look('account', async () => {
      const ambient = await probes.ambientCredential()
      return judgeAccount(resolved === null ? ambient : describeAccount(resolved, ambient))
    }),
    look('sandbox', async () => judgeSandbox(await probes.sandbox(mode), mode)),
  ]
}
