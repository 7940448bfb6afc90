/** Numbers and times in the words the command line uses everywhere. */

export function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`
}

export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m ${pad(seconds % 60)}s`
  const hours = Math.floor(minutes / 60)
  return hours < 24 ? `${hours}h ${pad(minutes % 60)}m` : `${Math.floor(hours / 24)}d ${pad(hours % 24)}h`
}

export function clock(epochMs: number): string {
  const at = new Date(epochMs)
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(pad).join(':')
}

/** Today only the time, on another day the date too. */
export function moment(epochMs: number, now: number): string {
  return day(epochMs) === day(now) ? clock(epochMs) : `${day(epochMs)} ${clock(epochMs)}`
}

function day(epochMs: number): string {
  const at = new Date(epochMs)
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(pad).join('-')
}

function pad(number: number): string {
  return String(number).padStart(2, '0')
}
