/** What is not ours to decide (an agent, a forge, a crash) is chosen; every choice is tried, by running again. */

export type Choose = <T extends string>(what: string, options: readonly T[]) => T

export type Chosen<R> = { readonly path: readonly string[]; readonly result: R }

/** Runs once for every sequence of choices that a run can meet. The first option of each is tried first. */
export async function forEveryChoice<R>(
  run: (choose: Choose) => Promise<R>,
  seen: (chosen: Chosen<R>) => void,
): Promise<void> {
  let plan: number[] = []
  for (;;) {
    const made: { index: number; options: number }[] = []
    const path: string[] = []
    const result = await run((what, options) => {
      const index = plan[made.length] ?? 0
      made.push({ index, options: options.length })
      const option = options[index]
      if (option === undefined) throw new Error(`the run is not repeatable: ${what}`)
      if (options.length > 1) path.push(`${what}: ${option}`)
      return option
    })
    seen({ path, result })
    const last = made.findLastIndex(({ index, options }) => index + 1 < options)
    if (last < 0) return
    plan = [...made.slice(0, last).map(({ index }) => index), (made[last]?.index ?? 0) + 1]
  }
}
