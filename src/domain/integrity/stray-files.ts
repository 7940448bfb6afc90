/** Files that belong to one machine or come out of a build, and our own state: nothing for a repository. */
import type { Changes } from './changes.ts'
import { type Sighting, sightFile } from './sighting.ts'

const STRAYS: readonly { readonly files: RegExp; readonly what: string }[] = [
  { files: /(?:^|\/)\.claude-task-master\//, what: 'the state of claudetm itself' },
  {
    files:
      /(?:^|\/)(?:node_modules|bower_components|__pycache__|\.venv|venv|\.tox|\.nox|\.eggs|[^/]+\.egg-info|\.gradle|\.bundle|\.dart_tool|\.terraform)\//,
    what: 'something that is installed, not written',
  },
  {
    files:
      /(?:^|\/)(?:\.nyc_output|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.turbo|\.next|\.nuxt|\.svelte-kit|\.parcel-cache|\.cache|htmlcov|target\/(?:debug|release)|coverage\/(?:lcov-report|tmp))\/|(?:^|\/)(?:\.coverage|lcov\.info|[^/]+\.tsbuildinfo)$|\.(?:pyc|pyo|class|o|obj)$/,
    what: 'something that a build or a test run makes',
  },
  {
    files: /(?:^|\/)(?:\.DS_Store|Thumbs\.db|desktop\.ini)$|\.(?:swp|swo|orig|rej|bak|tmp)$|~$/,
    what: 'a leftover of an editor or a system',
  },
  {
    files:
      /(?:^|\/)(?:npm-debug|yarn-error|pnpm-debug)\.log|(?:^|\/)(?:logs?|tmp|temp)\/[^/]+\.log$|(?:^|\/)core(?:\.\d+)?$/,
    what: 'a log or a dump',
  },
  {
    files: /(?:^|\/)\.env(?:\.(?!example$|sample$|template$|dist$|defaults?$|test$|schema$)[^/]+)?$/,
    what: 'an environment file, which is where secrets live',
  },
]

export function findStrayFiles({ files }: Changes): readonly Sighting[] {
  return STRAYS.flatMap(({ files: pattern, what }) => {
    const found = files.filter(({ path, before }) => before === 'absent' && pattern.test(path))
    const [first] = found
    if (first === undefined) return []
    const more = found.length > 1 ? `, and ${found.length - 1} more like it` : ''
    return [
      {
        ...sightFile(first, `${what}${more}`),
        key: what,
        excerpt: found
          .slice(0, 20)
          .map(({ path }) => path)
          .join('\n'),
      },
    ]
  })
}
