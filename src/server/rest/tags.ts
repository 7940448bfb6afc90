/** How the operations are grouped where people read about them. */
export const TAGS = [
  { name: 'tasks', description: 'Asking for tasks, and finding them again' },
  { name: 'steering', description: 'Reaching into a task' },
  { name: 'reading', description: 'What happened in a task, and what it has made' },
  { name: 'pull requests', description: 'Of a task, as the forge shows them; and bringing any one to its merge' },
  { name: 'repositories', description: 'Repositories of the machine' },
  { name: 'webhooks', description: 'Who is told of what happens' },
  { name: 'current task', description: 'The routes of the original, which knew one task at a time' },
  { name: 'server', description: 'The server itself' },
] as const

const PULL_REQUESTS: ReadonlySet<string> = new Set(['pull-requests', 'comments', 'ci-logs'])
const STEERING: ReadonlySet<string> = new Set(['pause', 'resume', 'stop', 'messages', 'answers', 'config'])

export function tagOf(path: string): (typeof TAGS)[number]['name'] {
  const [, first = '', id, rest] = path.split('/')
  switch (first) {
    case 'tasks':
      if (id === undefined || rest === undefined) return 'tasks'
      if (STEERING.has(rest)) return 'steering'
      return PULL_REQUESTS.has(rest) ? 'pull requests' : 'reading'
    case 'merge-pr':
      return 'pull requests'
    case 'repo':
      return 'repositories'
    case 'webhooks':
      return 'webhooks'
    case 'health':
      return 'server'
    default:
      return 'current task'
  }
}
