import { storeContract } from '../contracts/store.contract.ts'
import { startActor } from './actor.ts'
import { createStateDirectory } from './directory.ts'

storeContract('state directory', async () => {
  const directory = await createStateDirectory()
  return {
    open: () => directory.open(),
    async leaveDeadOwner() {
      const owner = startActor('own', directory.path)
      await owner.heard()
      await owner.kill()
    },
    cleanup: directory.cleanup,
  }
})
