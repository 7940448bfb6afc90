/** The same failure looks the same, whatever commit, time, duration or machine is printed beside it. Pure. */

const TAIL_LINES = 60

export function failureSignature(logs: readonly { readonly check: string; readonly tail: string }[]): string {
  const parts = logs.map(({ check, tail }) => `${check}\n${normalize(tail)}`)
  return fold(parts.sort().join('\n'))
}

function normalize(tail: string): string {
  return tail
    .split('\n')
    .slice(-TAIL_LINES)
    .map((line) =>
      line
        .replace(/\b[0-9a-f]{7,40}\b/gi, '#')
        .replace(/(\/[\w.@-]+){2,}\//g, '/')
        .replace(/\d+([.:,]\d+)*/g, '#')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((line) => line !== '')
    .join('\n')
}

/** FNV-1a in 53 bits: names what is compared, protects nothing. */
function fold(text: string): string {
  let high = 0x811c9dc5
  let low = 0x01000193
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    high = Math.imul(high ^ code, 0x01000193) >>> 0
    low = Math.imul(low ^ (code + index), 0x85ebca6b) >>> 0
  }
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0')
}
