/** Which pull request of a branch counts: ours, the open one first, then the newest. */
import { Failure } from '../../domain/failure.ts'
import type { PrNumber } from '../../domain/ids.ts'
import type { Answer, Question } from './snapshot-query.ts'

export type Found = Answer & { readonly pr: NonNullable<Answer['pr']> }
type Ask = (question: Question) => Promise<Answer>

/**
 * One request when `known` is still the one, two when it is another. A list that is behind does not hide the known one. A
 * fork's branch may have the same name; its pull requests are not ours. Throws a Failure.
 */
export async function findNewestPr(ask: Ask, branch: string, known: PrNumber | null): Promise<Found | null> {
  const answer = await ask({ listed: branch, number: known, compared: known === null ? null : branch })
  const newest = choose(answer, branch)
  if (newest === null) return null
  if (newest === answer.pr?.node.number) return shown(answer)
  return shown(await ask({ listed: null, number: newest, compared: branch }))
}

/** The first look at a number does not know its branch, and how far behind it is can only be asked with it. */
export async function findPr(ask: Ask, number: PrNumber, headBranch: string | null): Promise<Found | null> {
  const answer = await ask({ listed: null, number, compared: headBranch })
  const node = answer.pr?.node
  if (headBranch !== null || node === undefined || node.isCrossRepository || node.state !== 'OPEN') return shown(answer)
  return shown(await ask({ listed: null, number, compared: node.headRefName }))
}

function shown(answer: Answer): Found | null {
  return answer.pr === null ? null : { ...answer, pr: answer.pr }
}

function choose({ candidates, pr }: Answer, branch: string): PrNumber | null {
  const listed = candidates?.items ?? []
  const all = pr === null ? listed : [pr.node, ...listed.filter(({ number }) => number !== pr.node.number)]
  const ours = all.filter((each) => !each.isCrossRepository && each.headRefName === branch)
  const [first] = [...ours].sort((one, other) => rank(one) - rank(other) || other.number - one.number)
  if (first === undefined && candidates?.complete === false) {
    throw new Failure('forge_unreachable', `the list of pull requests of ${branch} is incomplete`)
  }
  return first?.number ?? null
}

function rank({ state }: { state: string }): number {
  return state === 'OPEN' ? 0 : 1
}
