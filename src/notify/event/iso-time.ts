/** Times in the form the original sends: `2026-01-02T03:04:05.678000+00:00`, without the fraction when it is zero. */

export function isoTime(epochMs: number): string {
  const [seconds = '', fraction = '000'] = new Date(epochMs).toISOString().slice(0, -1).split('.')
  return fraction === '000' ? `${seconds}+00:00` : `${seconds}.${fraction}000+00:00`
}
