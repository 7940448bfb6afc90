/** Which field of the request a failure is about, where what throws it cannot know. */
import { Failure } from '../../domain/failure.ts'

export async function inField<T>(field: string, looking: Promise<T>): Promise<T> {
  try {
    return await looking
  } catch (error) {
    if (!(error instanceof Failure) || error.facts.field === undefined) throw error
    throw new Failure(error.kind, error.message, { facts: { ...error.facts, field }, cause: error })
  }
}
