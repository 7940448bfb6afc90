/** What the orchestrator does about hostile words: the same as about harmless ones in their place. */
import { decide } from '../../../src/domain/decide/decide.ts'
import type { Decision } from '../../../src/domain/decision.ts'
import type { PrSnapshot, Remark } from '../../../src/domain/observation.ts'
import { check, HEAD, known, observation, pr, remark, thread } from '../../support/observations.ts'
import type { Attack } from './attack-report.ts'
import { PAYLOADS } from './corpus.ts'

/** A pull request that says `text` somewhere; all else is as it would be for a merge. */
const PLACES: Readonly<Record<string, (text: string) => Partial<PrSnapshot>>> = {
  comment: (body) => ({ reviews: known({ comments: [remark({ body })] }) }),
  'comment of a stranger': (body) => ({ reviews: known({ comments: [stranger(body)] }) }),
  'review that asks for changes': (body) => ({ reviews: known({ changeRequests: [remark({ body })] }) }),
  'review of a stranger': (body) => ({ reviews: known({ changeRequests: [stranger(body)] }) }),
  thread: (body) => ({ reviews: known({ threads: [thread({ remarks: [remark({ body })] })] }) }),
  'thread of a stranger': (body) => ({ reviews: known({ threads: [thread({ remarks: [stranger(body)] })] }) }),
  title: (title) => ({ title }),
  'login of the author': (author) => ({ author }),
  'name of a green check': (name) => checks(check({ name })),
  'description of a pending check': (description) =>
    checks(check(), check({ name: 'b', status: 'pending', description })),
  'description of a red check': (description) => checks(check(), check({ name: 'b', status: 'failed', description })),
}

/** What people see of them is “Looks good” or “Nice work”; their demands are hidden. */
const SEEN_AS_NOD = /^(hidden-html|open-html|tag-characters|variation-selectors|zero-width-bits)/

export function attackActs(): readonly Attack[] {
  return Object.entries(PLACES).flatMap(([place, say]) => {
    const acts = (text: string) => JSON.stringify(whatIsDone(say(text)))
    const [asking, nodding] = [acts('Please use const here.'), acts('Looks good.')]
    return PAYLOADS.map(({ id, aims, text }) => ({
      rule: aims,
      name: `${id} as ${place}`,
      violation:
        acts(text) === (SEEN_AS_NOD.test(id) ? nodding : asking) ? null : 'something else is done because of it',
    }))
  })
}

/** The act and the stage; the reason may quote names. */
function whatIsDone(changes: Partial<PrSnapshot>): Pick<Decision, 'stage' | 'action'> {
  const { stage, action } = decide(observation({ pr: { kind: 'pr', pr: pr(changes) } }))
  return { stage, action }
}

function checks(...items: ReturnType<typeof check>[]): Partial<PrSnapshot> {
  return { checks: { kind: 'reported', head: HEAD, complete: true, items } }
}

function stranger(body: string): Remark {
  return remark({ author: 'stranger', trusted: false, body })
}
