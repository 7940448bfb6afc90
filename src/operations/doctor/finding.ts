/** What doctor says about one thing, and how a look that fails becomes a finding as well. */
import { toFailure } from '../../domain/failure.ts'
import { explainFailure } from '../../domain/failure-sentence.ts'

export type DoctorCheck = {
  readonly name: string
  readonly outcome: 'ok' | 'warning' | 'problem'
  readonly detail: string
  /** What to do about it; null when nothing has to be done. */
  readonly cure: string | null
}

export const ok = (name: string, detail: string): DoctorCheck => ({ name, outcome: 'ok', detail, cure: null })

export const warning = (name: string, detail: string, cure: string | null): DoctorCheck => ({
  name,
  outcome: 'warning',
  detail,
  cure,
})

export const problem = (name: string, detail: string, cure: string | null): DoctorCheck => ({
  name,
  outcome: 'problem',
  detail,
  cure,
})

/** One broken part must not hide what is wrong with the others. */
export async function look(
  name: string,
  check: () => Promise<DoctorCheck | readonly DoctorCheck[]>,
): Promise<readonly DoctorCheck[]> {
  try {
    return [await check()].flat()
  } catch (error) {
    return [toFinding(name, error)]
  }
}

export function toFinding(name: string, error: unknown): DoctorCheck {
  const { sentence, cure } = explainFailure(toFailure(error))
  return problem(name, sentence, cure)
}
