/** Labels of a repository and of its pull requests. */
import { validationFailed } from '../errors.ts'
import type { Label, Login, PullRequest, Repository, World } from '../model.ts'
import { identity, timestamp } from '../world.ts'

export function createLabel(
  world: World,
  repository: Repository,
  request: { readonly name: string; readonly color?: string; readonly description?: string | null },
): Label {
  if (repository.labels.has(request.name.toLowerCase())) {
    throw validationFailed({ resource: 'Label', code: 'already_exists', field: 'name' })
  }
  const label: Label = {
    ...identity(world, 'LA'),
    name: request.name,
    color: (request.color ?? 'ededed').replace(/^#/, ''),
    description: request.description ?? null,
  }
  repository.labels.set(label.name.toLowerCase(), label)
  return label
}

/** Labels that the repository does not know yet are created, as the REST API does. */
export function addLabels(
  world: World,
  repository: Repository,
  pull: PullRequest,
  request: { readonly by: Login; readonly names: readonly string[] },
): readonly Label[] {
  for (const name of request.names) {
    const label = repository.labels.get(name.toLowerCase()) ?? createLabel(world, repository, { name })
    if (pull.labels.includes(label.name)) continue
    pull.labels.push(label.name)
    pull.updatedAt = timestamp(world)
    announceLabel(world, repository, pull, { by: request.by, label, action: 'labeled' })
  }
  return labelsOf(repository, pull)
}

export function removeLabel(
  world: World,
  repository: Repository,
  pull: PullRequest,
  request: { readonly by: Login; readonly name: string },
): readonly Label[] {
  const label = repository.labels.get(request.name.toLowerCase())
  if (label !== undefined && pull.labels.includes(label.name)) {
    pull.labels = pull.labels.filter((name) => name !== label.name)
    pull.updatedAt = timestamp(world)
    announceLabel(world, repository, pull, { by: request.by, label, action: 'unlabeled' })
  }
  return labelsOf(repository, pull)
}

export function labelsOf(repository: Repository, pull: PullRequest): readonly Label[] {
  return pull.labels.flatMap((name) => repository.labels.get(name.toLowerCase()) ?? [])
}

function announceLabel(
  world: World,
  repository: Repository,
  pull: PullRequest,
  { by, label, action }: { by: Login; label: Label; action: string },
): void {
  const extra = { label: { id: label.id, node_id: label.nodeId, name: label.name, color: label.color } }
  world.announce({ name: 'pull_request', action, repository, sender: by, pull, extra })
}
