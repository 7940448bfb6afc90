import { workspaceContract } from '../contracts/workspace.contract.ts'
import { createFixture } from './fixture.ts'

workspaceContract('git worktrees', createFixture)
