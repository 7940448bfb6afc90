/** Every combination of small finite domains. */

/** Calls `visit` with one object, filled anew for each combination; answers how many there were. */
export function forEachCombination<T extends object>(
  domains: { readonly [K in keyof T]: readonly T[K][] },
  visit: (combination: Readonly<T>) => void,
): number {
  const keys = Object.keys(domains) as (keyof T)[]
  const combination = {} as T
  let count = 0
  const choose = (depth: number): void => {
    const key = keys[depth]
    if (key === undefined) {
      count += 1
      visit(combination)
      return
    }
    for (const value of domains[key]) {
      combination[key] = value
      choose(depth + 1)
    }
  }
  choose(0)
  return count
}
