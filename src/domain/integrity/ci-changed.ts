/** The CI configuration is touched: it runs with rights and secrets that no session has. */
import type { Changes } from './changes.ts'
import { type Sighting, sightFile } from './sighting.ts'

const CI_FILES =
  /^\.github\/(?:workflows|actions)\/|(?:^|\/)\.gitlab-ci(?:\/|[^/]*\.ya?ml$)|^\.(?:circleci|buildkite|woodpecker|teamcity|semaphore)\/|(?:^|\/)(?:azure-pipelines[^/]*|bitbucket-pipelines|appveyor|\.appveyor|\.travis|\.drone|\.cirrus|cloudbuild[^/]*)\.ya?ml$|(?:^|\/)Jenkinsfile|^\.github\/dependabot\.ya?ml$/i

export function isCiFile(path: string): boolean {
  return CI_FILES.test(path)
}

export function findCiChanges({ files }: Changes): readonly Sighting[] {
  return files
    .filter((file) => isCiFile(file.path) || (file.from !== null && isCiFile(file.from)))
    .map((file) => ({ ...sightFile(file, `CI configuration ${verb(file)}`), key: contentKey(file) }))
}

function verb({ before, after }: Changes['files'][number]): string {
  if (before === 'absent') return 'is new'
  return after === 'absent' ? 'is deleted' : 'is changed'
}

/** Another change of the same file is another finding. */
function contentKey(file: Changes['files'][number]): string {
  return file.hunks.flatMap(({ removed, added }) => [...removed, '\0', ...added]).join('\n')
}
